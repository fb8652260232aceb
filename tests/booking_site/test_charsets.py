"""What a request's charset does to the site: nothing, since all is read as UTF-8."""

import asyncio
import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st

from booking_site.charsets import read_as_utf8, read_as_utf8_asgi, without_charset
from bookings.models import Resource
from tests.situations import a_server_key

FORM = "application/x-www-form-urlencoded"
CODECS = ["hex", "rot13", "undefined", "idna", "punycode", "unicode_escape", "utf-16", "utf-7", "none"]
PROOF = "a" * 32


def environ(method: str, path: str, query: str, kind: str, body: bytes = b"") -> dict[str, Any]:
    own = {"QUERY_STRING": query, "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
    proof = {"HTTP_COOKIE": f"csrftoken={PROOF}", "HTTP_X_CSRFTOKEN": PROOF}
    return RequestFactory().generic(method, path).environ | own | proof | {"wsgi.input": BytesIO(body)}


@pytest.fixture(scope="module")
def served() -> Any:
    """The very application that `./run web` serves."""
    interval = sys.getswitchinterval()
    application = import_module("booking_site.wsgi").application
    sys.setswitchinterval(interval)  # it is the web server's alone
    return application


@pytest.fixture
def asked(db: None, served: Any) -> Iterator[Any]:
    """Ask it within this test's transaction, its connection kept open; return the status."""

    def ask(*request: Any, **headers: str) -> int:
        said: list[str] = []
        answer = served(environ(*request) | headers, lambda status, *more: said.append(status))
        b"".join(answer)
        answer.close()
        return int(said[0][:3])

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield ask
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("codec", CODECS)
def test_no_charset_costs_an_answer(asked: Any, codec: str) -> None:
    named = f"; charset={codec}"
    assert asked("GET", "/healthz", "q=%41", f"x/y{named}") == 200
    assert asked("GET", "/", "q=%5Cud800", f"text/plain{named}") == 200
    assert asked("GET", "/find/", "q=%5Cud800", f"text/plain{named}") == 200
    assert asked("GET", "/v2/bookings", "search=meta.a:%5Cud800", f"application/json{named}") == 401
    assert asked("POST", "/v2/bookings", "q=%41", f"application/json{named}", b"{}") == 401


@pytest.mark.parametrize("codec", CODECS)
def test_a_form_is_read_as_utf8_whatever_it_names(asked: Any, codec: str) -> None:
    plain = asked("POST", "/find/", "", FORM, b"email=a%40b.org")
    assert plain < 400
    assert asked("POST", "/find/", "", f"{FORM}; charset={codec}", b"email=a%40b.org") == plain


@pytest.mark.parametrize(
    "kind",
    [
        "x/y; charset*=utf-8''hex",
        "x/y; charset*0=he; charset*1=x",
        "x/y; charset*=undefined''a",
        "x/y; other*=undefined''a",
        "x/y; other*=idna''%ff",
        'x/y; CharSet="hex"',
        "x/y;charset = hex",
        "multipart/form-data; boundary*=unicode_escape''%5Cud800",
    ],
)
def test_no_spelling_of_a_parameter_costs_an_answer(asked: Any, kind: str) -> None:
    assert asked("GET", "/healthz", "q=%41", kind) == 200
    assert asked("POST", "/v2/bookings", "q=%41", kind, b"{}") in {401, 415}


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8", "iso-8859-1", "us-ascii"])
def test_who_names_an_honest_charset_is_understood(asked: Any, charset: str) -> None:
    """JSON is UTF-8, whatever is said of it."""
    key = "Basic " + b64encode(f":{a_server_key()[1]}".encode()).decode()
    body = json.dumps({"name": "Zoë", "timezone": "UTC"}, ensure_ascii=False).encode()
    kind = f"application/json; charset={charset}"
    assert asked("POST", "/v2/resources", "", kind, body, HTTP_AUTHORIZATION=key) == 201
    assert Resource.objects.get().name == "Zoë"
    assert asked("POST", "/find/", "", f"{FORM}; charset={charset}", b"email=a%40b.org") < 400


def read(kind: str, body: bytes, query: str = "") -> WSGIRequest:
    """The request that Django makes of what the server got."""
    made: list[WSGIRequest] = []

    def application(environ: Any, start_response: Any) -> Any:
        made.append(WSGIRequest(environ))
        return []

    read_as_utf8(application)(environ("POST", "/", query, kind, body), lambda *_given: print)
    return made[0]


PARTS = b"\r\n".join(
    [
        b"--a b",
        b'Content-Disposition: form-data; name="name"',
        b"Content-Type: text/plain; charset=%(codec)s",
        b"",
        "Zoë".encode(),
        b"--a b",
        b"Content-Disposition: form-data; name=\"file\"; filename*=%(codec)s''a%%ff.txt",
        b"Content-Type: text/plain; charset=%(codec)s; more*=%(codec)s''%%5Cud800",
        b"",
        b"words",
        b"--a b",
        b"Content-Disposition: form-data; name*=%(codec)s''%%5Cud800",
        b"",
        b"words",
        b"--a b--",
        b"",
    ]
)


@pytest.mark.parametrize("codec", CODECS)
def test_parts_that_name_a_charset_of_their_own_are_read_as_utf8(codec: str) -> None:
    kind = f'multipart/form-data; charset={codec}; boundary="a b"'
    request = read(kind, PARTS % {b"codec": codec.encode()})
    assert request.POST["name"] == "Zoë"
    assert "\ud800" not in f"{request.POST} {request.FILES}"


def test_a_form_without_a_charset_is_given_on_as_it_came() -> None:
    for kind in ("", FORM, 'multipart/form-data; boundary="----a; b"', "application/json;x=1"):
        assert without_charset(kind) == kind
    assert read(FORM, b"name=Zo%C3%AB", "q=%C3%AB").POST["name"] == "Zoë"
    assert read(f"{FORM}; charset=iso-8859-1", b"name=Zo%C3%AB", "q=%C3%AB").GET["q"] == "ë"


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_the_address_is_not_read_before_any_middleware_may_refuse_it(settings: Any, charset: str) -> None:
    """Django reads it in the request's constructor where any charset is named, even UTF-8."""
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    request = read(f"text/plain; charset={charset}", b"", "a=1&b=1&c=1&d=1")
    with pytest.raises(TooManyFieldsSent):
        request.GET  # noqa: B018


def test_the_boundary_stays() -> None:
    kept = without_charset('multipart/form-data; charset=hex; boundary="a; \\"charset=b"')
    assert kept == 'multipart/form-data; boundary="a; \\"charset=b"'
    assert without_charset("application/json; charset=utf-8") == "application/json"


PIECES = (
    "charset boundary x / ; = \" \\ * *0 *1* '' %5Cud800 %ff %0a hex undefined idna unicode_escape \xe4 \x00"
)
WORDS = st.lists(st.sampled_from([*PIECES.split(" "), " "]))


@given(WORDS.map("".join))
@example('"a;charset=hex";x=1')
@example("=;charset=hex")
@example("charset*=undefined''x;charset=hex")
def test_whatever_the_header_is_django_makes_a_request_of_it_that_is_utf8(kind: str) -> None:
    request = read(kind, b"", "q=%41")
    assert request.encoding is None
    assert request.GET["q"] == "A"


def test_the_same_holds_for_the_asgi_application() -> None:
    seen: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: object, send: object) -> None:
        seen.append(scope)

    def headers(*pairs: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        scope = {"type": "http", "headers": list(pairs)}
        _run(read_as_utf8_asgi(application)(scope, None, None))
        assert scope["headers"] == list(pairs)  # the server's own stays as it is
        return seen.pop()["headers"]

    host = (b"host", b"example.org")
    kind = b"content-type"
    assert headers(host) == [host]
    assert headers((kind, b"x/y; charset=hex"), host) == [host, (kind, b"x/y")]
    assert headers((kind, b"x/y;"), (kind, b"charset=a; charset=hex")) == [(kind, b"x/y")]
    _run(read_as_utf8_asgi(application)({"type": "lifespan"}, None, None))
    assert seen == [{"type": "lifespan"}]
    assert import_module("booking_site.asgi").application.__module__ == "booking_site.charsets"


def _run(coroutine: Any) -> None:
    """In a thread of its own, since a browser's tests leave a loop in this one."""
    with ThreadPoolExecutor() as elsewhere:
        elsewhere.submit(asyncio.run, coroutine).result()
