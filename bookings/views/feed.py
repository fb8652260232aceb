"""The calendar feed behind a secret address."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from bookings.effects.feeds import NoFeed, booked, feed_file, fingerprint, read_feed


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What is booked, as a calendar reads it; 304 where that has it already."""
    try:
        owner = read_feed(token)
    except NoFeed:
        raise Http404 from None
    rows = booked(owner)
    etag = quote_etag(fingerprint(owner, rows, get_language() or ""))
    if get_conditional_response(request, etag=etag) is not None:
        return _kept(HttpResponseNotModified(), etag)
    response = HttpResponse(feed_file(owner, rows), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="bookings.ics"'
    return _kept(response, etag)


def _kept(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response
