"""Addresses that end in .ics: read with their marks, bounded, and only where they may be."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bookings.calendars import http
from bookings.calendars.errors import CalendarGone, NotAllowed, SignedOut, TooManyCalls, Unavailable
from bookings.calendars.ics_address import IcsAddress
from tests.calendars.conftest import an_ics, lasting, soon

NOW = datetime.now(UTC)
AHEAD = NOW + timedelta(days=548)


def read(server: HTTPServer, since: str = ""):
    return IcsAddress(server.url_for("/rota.ics")).changes("ics", since, NOW, AHEAD)


def test_what_is_there_is_read_and_not_again_while_it_is_the_same(httpserver):
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        same = request.headers.get("If-None-Match") == '"1"'
        body = "" if same else an_ics(*lasting(soon()))
        return Response(
            body, 304 if same else 200, {"ETag": '"1"', "Last-Modified": "Sun, 29 Nov 2026 00:00:00 GMT"}
        )

    httpserver.expect_request("/rota.ics").respond_with_handler(answer)
    first = read(httpserver)
    again = read(httpserver, first.token)
    assert first.whole
    assert [one.start for one in first.busy] == [soon()]
    assert (again.whole, again.busy, again.token) == (False, (), first.token)
    assert asked[1].headers["If-Modified-Since"] == "Sun, 29 Nov 2026 00:00:00 GMT"


def test_the_same_text_without_marks_is_not_worked_out_again(httpserver):
    httpserver.expect_request("/rota.ics").respond_with_data(an_ics(*lasting(soon())))
    assert not read(httpserver, read(httpserver).token).whole


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, SignedOut),
        (403, NotAllowed),
        (404, CalendarGone),
        (410, CalendarGone),
        (429, TooManyCalls),
        (500, Unavailable),
        (418, Unavailable),
    ],
)
def test_each_refusal_has_its_word(httpserver, status, error):
    httpserver.expect_request("/rota.ics").respond_with_data("", status, {"Retry-After": "90"})
    with pytest.raises(error) as caught:
        read(httpserver)
    assert caught.value.again_in == 90


def test_a_calendar_that_is_too_large_is_not_read_to_its_end(httpserver, monkeypatch):
    monkeypatch.setattr(http, "MOST_BYTES", 1000)
    httpserver.expect_request("/rota.ics").respond_with_data("x" * 1001)
    with pytest.raises(NotAllowed, match="larger"):
        read(httpserver)


def test_what_is_packed_is_not_unpacked(httpserver):
    packed = gzip.compress(an_ics(*lasting(soon())).encode())
    httpserver.expect_request("/rota.ics").respond_with_data(packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Unavailable):
        read(httpserver)


def test_a_redirect_into_the_house_is_not_followed(httpserver, settings):
    settings.CALENDAR_PRIVATE_NETWORKS = [*settings.CALENDAR_PRIVATE_NETWORKS]
    httpserver.expect_request("/rota.ics").respond_with_data(
        "", 302, {"Location": "http://10.0.0.1/rota.ics"}
    )
    with pytest.raises(NotAllowed, match="private networks"):
        read(httpserver)


def test_a_redirect_that_ends_is_followed_and_one_in_a_circle_is_not(httpserver):
    httpserver.expect_request("/rota.ics").respond_with_data("", 302, {"Location": "/new.ics"})
    httpserver.expect_request("/new.ics").respond_with_data(an_ics(*lasting(soon())))
    assert len(read(httpserver).busy) == 1
    httpserver.clear()
    httpserver.expect_request("/rota.ics").respond_with_data("", 302, {"Location": "/rota.ics"})
    with pytest.raises(Unavailable):
        read(httpserver)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/x.ics", "nothing", "http://"])
def test_only_addresses_of_the_web_are_called(url):
    with pytest.raises(NotAllowed):
        IcsAddress(url).changes("ics", "", NOW, AHEAD)
