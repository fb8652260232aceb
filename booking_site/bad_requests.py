"""What Django refuses before any view is asked: by the page of the site, and under ``/v2`` in JSON."""

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views import defaults

from bookings.api.errors import ApiError
from bookings.api.middleware import is_api
from bookings.api.responses.answers import error_answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """A view for ``handler400``."""
    if not is_api(request):
        return defaults.bad_request(request, exception)
    too_many = isinstance(exception, TooManyFieldsSent)
    return error_answer(ApiError(_("The address has too many fields.") if too_many else None))
