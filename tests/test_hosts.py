"""Hosts and origins as browsers write them, and zones that browsers know."""

import pytest
from django.core.exceptions import ValidationError

from bookings.hosts import ascii_host
from bookings.validators import plain_origin, validate_zone


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("مثال.example", "xn--mgbh0fb.example"),
        ("Book.Example.org", "book.example.org"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("::1", "[::1]"),
    ],
)
def test_a_host_is_written_as_the_network_writes_it(host: str, written: str) -> None:
    assert ascii_host(host) == written


@pytest.mark.parametrize("host", ["bü cher.example", "ü" * 64 + ".example", "ü..example", "1::x"])
def test_what_can_be_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        ascii_host(host)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://Example.org/", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("http://example.org:8443", "http://example.org:8443"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(text: str, origin: str) -> None:
    assert plain_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    ["example.org", "https://a.org/path", "https://a.org?q", "https://u@a.org", "ftp://a.org", "https://"],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        plain_origin(text)


@pytest.mark.parametrize("name", ["localtime", "Factory", "posixrules", "Mars/Base", ""])
def test_a_zone_that_no_browser_knows_is_none(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_zone(name)
