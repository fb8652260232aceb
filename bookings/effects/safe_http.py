"""Calls to addresses that somebody typed: only to public ones, straight to the address that was checked.

A name is resolved once; if any of its addresses is private the call is refused, else the connection goes to the one
that was looked at, so that a name cannot point elsewhere a moment later.  Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Sequence
from functools import cache
from typing import Any

import httpx2
from django.conf import settings
from django.utils.translation import gettext_noop

from bookings.effects.call_deadlines import watch

TIMEOUT_SECONDS = 10.0  # for each answer; a whole call has a deadline of its own
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
WEBHOOKS, CALENDARS = "WEBHOOK_PRIVATE_NETWORKS", "CALENDAR_PRIVATE_NETWORKS"
TEXTS = "SMS_PRIVATE_NETWORKS"
_REFUSED = {
    WEBHOOKS: gettext_noop(
        "Addresses in private networks are not called (WEBHOOK_PRIVATE_NETWORKS allows some)."
    ),
    CALENDARS: gettext_noop(
        "Addresses in private networks are not called (CALENDAR_PRIVATE_NETWORKS allows some)."
    ),
    TEXTS: gettext_noop("Addresses in private networks are not called (SMS_PRIVATE_NETWORKS allows some)."),
}


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(map(ipaddress.ip_network, texts))


# IANA's special-purpose registries, written out: what Python calls global differs from release to release.  Of IPv6
# only what is given out to networks is called at all (RFC 4291, 2.4), without what leads on to an IPv4 address.
_EVERY_IPV4, _GLOBAL_IPV6, _NAT64 = _networks("0.0.0.0/0", "2000::/3", "64:ff9b::/96")
_SPECIAL_IPV4 = _networks(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
_SPECIAL_IPV6 = _networks("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")


class Refused(Exception):
    """The address is private, or no address at all."""


@cache
def _tls() -> ssl.SSLContext:
    """Whom TLS trusts: read once, since reading it takes longer than most calls."""
    return httpx2.create_ssl_context()


class CheckedTransport(httpx2.HTTPTransport):
    """Connects to an address that ``public_address`` found; TLS and the Host header keep the name.

    ``setting`` names that of private networks which may be called all the same.
    """

    def __init__(self, setting: str) -> None:
        super().__init__(verify=_tls())
        self._setting = setting

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        if request.url.scheme not in {"http", "https"}:
            raise Refused(gettext_noop("Only http and https addresses are called."))
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        request.url = request.url.copy_with(host=public_address(host, port, self._setting))
        request.extensions = {**request.extensions, "sni_hostname": host, "trace": _watch_connection}
        return super().handle_request(request)


class WatchedTransport(httpx2.HTTPTransport):
    """Connects wherever the operator's settings lead: for addresses that nobody else can type."""

    def __init__(self) -> None:
        super().__init__(verify=_tls())

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.extensions = {**request.extensions, "trace": _watch_connection}
        return super().handle_request(request)


def _watch_connection(event: str, about: dict[str, Any]) -> None:
    if event == "connection.connect_tcp.complete":
        watch(about["return_value"].get_extra_info("socket"))


def client(setting: str = WEBHOOKS) -> httpx2.Client:
    """A client that follows no redirect, knows no proxy and gives up after ten seconds without an answer."""
    return httpx2.Client(
        transport=CheckedTransport(setting), timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
    )


def public_address(host: str, port: int, setting: str = WEBHOOKS) -> str:
    """An address of ``host``; raises ``Refused`` if one is private, ``OSError`` if there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise Refused(gettext_noop("This is no host name.")) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not all(_may_be_called(address, getattr(settings, setting)) for address in addresses):
        raise Refused(_REFUSED[setting])
    return addresses[0]


def _may_be_called(text: str, allowed: Sequence[Network]) -> bool:
    address = ipaddress.ip_address(text)
    if any(address in network for network in allowed):
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return _is_public(address, (_EVERY_IPV4,), _SPECIAL_IPV4)
    if address.ipv4_mapped is not None:
        return _may_be_called(str(address.ipv4_mapped), allowed)
    if address in _NAT64:  # how a machine without IPv4 reaches the IPv4 address inside
        return _may_be_called(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)), allowed)
    return _is_public(address, (_GLOBAL_IPV6,), _SPECIAL_IPV6)


def _is_public(address: Address, among: Sequence[Network], but: Sequence[Network]) -> bool:
    return any(address in network for network in among) and not any(address in network for network in but)
