"""What an operator writes wrongly is refused with a sentence that names the variable."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from booking_site import environment


@pytest.mark.parametrize("text", ["", "abc", "-1", "65536", "80.5", "²"])
def test_a_port_is_a_number_in_range(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PORT"):
        environment.port(text)


@pytest.mark.parametrize(
    "text",
    ["", "book.example.org", "ftp://book.example.org", "https://", "https://a.org/path", "https://u@a.org"],
)
def test_a_public_address_is_a_scheme_and_a_host(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        environment.site_url(text)


@pytest.mark.parametrize("text", ["*", "300.0.0.1", "proxy.example.org"])
def test_a_trusted_proxy_is_an_address_or_a_network(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        environment.trusted_proxies(["127.0.0.1", text])


@pytest.mark.parametrize("parsed", [{}, {"ENGINE": "django.db.backends.mysql", "NAME": "x"}])
def test_a_database_is_one_of_the_two_that_keep_the_promise(parsed: dict[str, object]) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database(parsed)
