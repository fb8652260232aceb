"""Whose request this is, and by which scheme it came: only trusted proxies are asked."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from booking_site.environment import trusted_proxies
from bookings.client_address import (
    believe_trusted_proxies,
    client_address,
    client_network,
    network_digest,
)

trusting = override_settings(TRUSTED_PROXIES=trusted_proxies(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]))


@override_settings(TRUSTED_PROXIES=[])
def test_without_trusted_proxies_the_peer_is_the_visitor() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "203.0.113.7"})
    assert client_address(request) == "127.0.0.1"


@trusting
@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first was forged by the second
        ("127.0.0.1", "127.0.0.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("fd00::1", "2001:DB8:0::7", "2001:db8::7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # not a proxy of ours
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7, <script>", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_the_visitor_is_the_nearest_address_that_is_no_trusted_proxy(
    peer: str, forwarded: str, visitor: str
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == visitor


@override_settings(TRUSTED_PROXIES=[])
@pytest.mark.parametrize(
    ("address", "other", "is_same"),
    [
        ("2001:db8:0:1::7", "2001:db8:0:1:ffff:ffff:ffff:ffff", True),
        ("2001:db8:0:1::7", "2001:db8:0:2::7", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
    ],
)
def test_limits_count_an_ipv6_household_as_one(address: str, other: str, is_same: bool) -> None:
    one, two = (RequestFactory().get("/", REMOTE_ADDR=each) for each in (address, other))
    assert (client_network(one) == client_network(two)) is is_same
    assert (network_digest(one) == network_digest(two)) is is_same
    assert client_network(one) not in network_digest(one)


@pytest.mark.parametrize(("proxies", "visitor"), [(["unix"], "203.0.113.7"), ([], "unix")])
def test_a_local_socket_is_trusted_only_by_name(proxies: list[str], visitor: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="", headers={"X-Forwarded-For": "203.0.113.7"})
    with override_settings(TRUSTED_PROXIES=trusted_proxies(proxies)):
        assert client_address(request) == visitor


def scheme_seen(peer: str, forwarded: str) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-Proto": forwarded})
    answer = believe_trusted_proxies(lambda request: HttpResponse(request.scheme))(request)
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


@trusting
@pytest.mark.parametrize(
    ("peer", "forwarded", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "HTTPS", "https"),
        ("127.0.0.1", "http", "http"),
        ("127.0.0.1", "gopher", "http"),
        ("203.0.113.7", "https", "http"),
    ],
)
def test_only_a_trusted_proxy_says_that_a_request_came_by_https(
    peer: str, forwarded: str, scheme: str
) -> None:
    assert scheme_seen(peer, forwarded) == scheme


@override_settings(TRUSTED_PROXIES=[], SECURE_SSL_REDIRECT=True)
def test_an_unknown_proxy_before_an_https_site_is_told_so_instead_of_going_round_for_ever() -> None:
    assert "TRUSTED_PROXIES" in scheme_seen("127.0.0.1", "https")
