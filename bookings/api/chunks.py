"""Bodies in chunks, of which nobody said how long they are: read here, since Django takes those for empty."""

from io import BytesIO

from django.core.handlers.wsgi import LimitedStream, WSGIRequest
from django.http import HttpRequest

from bookings import limits
from bookings.api.errors import BadRequest, LengthRequired, TooLarge
from bookings.request_head import header


def read_chunks(request: HttpRequest) -> None:
    """Give the request the body that came in chunks; of one that is too large no more is read than a body may hold.

    Raises ``TooLarge``, ``BadRequest`` where the chunks are broken off, and ``LengthRequired`` where the web server
    does not put chunks together: its stream has no end.
    """
    if header(request, "Transfer-Encoding") is None or header(request, "Content-Length"):
        return
    if not isinstance(request, WSGIRequest) or not request.environ.get("wsgi.input_terminated"):
        raise LengthRequired
    most = 1024 * limits.BODY.value
    try:
        body = request.environ["wsgi.input"].read(most + 1)
    except OSError:
        raise BadRequest from None
    if len(body) > most:
        raise TooLarge
    request.environ["CONTENT_LENGTH"] = str(len(body))
    # Django cut its stream to the length that the head names, and has no other way to be given one.
    vars(request)["_stream"] = LimitedStream(BytesIO(body), len(body))
