"""What is noted of a call for whoever looks at its key: how it was answered, and nothing of what was sent."""

import re
from functools import lru_cache
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from bookings import recent_requests
from bookings.api.caller import Caller
from bookings.request_head import header

_PARAMETER = re.compile(r"\(\?P<(\w+)>[^)]*\)")


def note_call(request: HttpRequest, caller: Caller, response: HttpResponseBase, number: UUID) -> None:
    """Note it for its key, in memory."""
    refusal = response.content if response.status_code >= 400 and isinstance(response, HttpResponse) else b""
    route = request.resolver_match.route if request.resolver_match else ""
    recent_requests.note(
        recent_requests.Call(
            key=caller.id,
            at=timezone.now(),
            call=f"{request.method} {spelled(route)}",
            status=response.status_code,
            refusal=refusal,
            user_agent=(header(request, "User-Agent") or "")[:1000],
            request_id=number,
        )
    )


@lru_cache(maxsize=1000)
def spelled(route: str) -> str:
    """A route as the documentation spells it: ``/v2/bookings/:pk/cancel``."""
    named = _PARAMETER.sub(r":\1", route).replace("^", "").removesuffix("$").removesuffix("/?")
    return "/" + named.replace("\\", "")
