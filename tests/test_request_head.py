"""A header is found straight in what the web server gave, under every name that Django's mapping knows it by."""

import pytest
from django.test import RequestFactory

from bookings.request_head import header

SENT = {
    "Content-Type": "application/json",
    "Authorization": "Basic x",
    "X-Forwarded-For": "192.0.2.1",
    "Origin": "",
}


@pytest.mark.parametrize(
    "name", [*SENT, "Content-Length", "content-type", "authorization", "Host", "Timekit-App"]
)
def test_it_is_what_the_mapping_of_all_headers_has(name: str) -> None:
    request = RequestFactory().post("/", b"{}", headers=SENT, content_type=SENT["Content-Type"])
    assert header(request, name) == request.headers.get(name)


def test_what_the_server_says_of_itself_is_no_header() -> None:
    request = RequestFactory().get("/", SERVER_NAME="example.org")
    assert header(request, "Server-Name") is None
