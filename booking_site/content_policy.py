"""The policy that browsers keep to, as one text for all answers that say nothing of their own."""

from functools import cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_OWN = ("_csp_exempt", "_csp_config", "_csp_update", "_csp_replace")
"""What django-csp's decorators leave on an answer with a policy of its own."""


class ContentSecurityPolicy(CSPMiddleware):
    """Writes the usual policy without copying and joining its directives for each answer, as django-csp does."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.DEBUG or hasattr(request, "_csp_nonce") or any(hasattr(response, one) for one in _OWN):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _usual_policy())
        return response


@cache
def _usual_policy() -> str:
    return build_policy()
