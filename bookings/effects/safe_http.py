"""Calls to addresses that somebody typed: only to public ones, straight to the address that was checked.

A name is resolved once; if any of its addresses is private the call is refused, else the connection goes to the one
that was looked at, so that a name cannot point elsewhere a moment later.  Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket

import httpx2
from django.conf import settings
from django.utils.translation import gettext_noop

TIMEOUT_SECONDS = 10.0


class Refused(Exception):
    """The address is private, or no address at all."""


class CheckedTransport(httpx2.HTTPTransport):
    """Connects to an address that ``public_address`` found; TLS and the Host header keep the name."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        if request.url.scheme not in {"http", "https"}:
            raise Refused(gettext_noop("Only http and https addresses are called."))
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        request.url = request.url.copy_with(host=public_address(host, port))
        request.extensions = {**request.extensions, "sni_hostname": host}
        return super().handle_request(request)


def client() -> httpx2.Client:
    """A client that follows no redirect, knows no proxy and gives up after ten seconds without an answer."""
    return httpx2.Client(
        transport=CheckedTransport(), timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
    )


def public_address(host: str, port: int) -> str:
    """An address of ``host``; raises ``Refused`` if one is private, ``OSError`` if there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise Refused(gettext_noop("This is no host name.")) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not all(_may_be_called(address) for address in addresses):
        raise Refused(
            gettext_noop(
                "Addresses in private networks are not called (WEBHOOK_PRIVATE_NETWORKS allows some)."
            )
        )
    return addresses[0]


def _may_be_called(text: str) -> bool:
    address = ipaddress.ip_address(text)
    # ::ffff:127.0.0.1, 2002:7f00:1:: and 64:ff9b::7f00:1 lead to the IPv4 address inside.
    inside = _embedded(address)
    if inside is not None and not _may_be_called(str(inside)):
        return False
    if address.is_global and not address.is_multicast:
        return True
    return any(address in network for network in settings.WEBHOOK_PRIVATE_NETWORKS)


def _embedded(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
