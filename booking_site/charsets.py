"""Requests are read as UTF-8, whatever charset their ``Content-Type`` names.

Django reads addresses and forms in the charset named, while it makes the request and so before any middleware: with one
like ``hex`` no answer can be given, and one like ``unicode_escape`` makes texts that nothing can store.
"""

from email.utils import quote
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.core.handlers.asgi import ASGIHandler
from django.utils.http import parse_header_parameters

CONTENT_TYPE = b"content-type"


def without_charset(content_type: str) -> str:
    """A ``Content-Type`` without its charset, which leaves the kind and the boundary: nothing here reads more.

    UTF-8 is taken away as well, since Django reads the whole address at once where any charset is named.
    """
    lower = content_type.lower()
    if "charset" not in lower and "*" not in lower:
        return content_type
    try:
        kind, parameters = parse_header_parameters(content_type)
    except (ValueError, LookupError):  # a parameter in a charset of its own, as in RFC 2231
        kind, parameters = lower.strip(), {}
    kind = kind.partition(";")[0].rstrip()
    boundary = parameters.get("boundary", "")
    is_one = boundary.isascii() and boundary.isprintable() and boundary
    return f'{kind}; boundary="{quote(boundary)}"' if is_one else kind


def read_as_utf8(application: WSGIApplication) -> WSGIApplication:
    """The application, to which no request names a charset."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if given := environ.get("CONTENT_TYPE"):
            environ["CONTENT_TYPE"] = without_charset(given)
        return application(environ, start_response)

    return serve


def read_as_utf8_asgi(application: ASGIHandler) -> Any:
    """The same for ASGI; of a header that comes several times Django, too, makes one."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        headers = scope.get("headers", [])
        given = b",".join(value for name, value in headers if name == CONTENT_TYPE)
        if given:
            mended = without_charset(given.decode("latin1")).encode("latin1")
            others = [(name, value) for name, value in headers if name != CONTENT_TYPE]
            scope = {**scope, "headers": [*others, (CONTENT_TYPE, mended)]}
        await application(scope, receive, send)

    return serve
