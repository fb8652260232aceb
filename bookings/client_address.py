"""Whose request this is: the one address that every limit, cap and log uses."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from bookings.request_head import header

UNIX_SOCKET = "unix"
IPV6_HOUSEHOLD_BITS = 64
_UNTRUSTED_PROXY = """\
A proxy that this site does not know says that you came by https.
To the operator: name its address in TRUSTED_PROXIES, for example TRUSTED_PROXIES=127.0.0.1, and start again.
"""


def client_address(request: HttpRequest) -> str:
    """Return the visitor's IP address as text, or `unix` where the peer is a local socket.

    X-Forwarded-For is read from its end, where the nearest proxy writes, and only as far as those who wrote
    it are in TRUSTED_PROXIES; what a visitor put in front of that is never believed.
    """
    address = _peer(request)
    for forwarded in reversed((header(request, "X-Forwarded-For") or "").split(",")):
        if not _is_trusted(address):
            break
        if (parsed := _parse(forwarded)) is None:
            break
        address = str(parsed)
    return address


def client_network(request: HttpRequest) -> str:
    """Return by what limits count: the visitor's address, in IPv6 the /64 around it, which one household has whole."""
    address = client_address(request)
    if address == UNIX_SOCKET or ip_address(address).version == 4:
        return address
    return str(ip_network((address, IPV6_HOUSEHOLD_BITS), strict=False))


def network_digest(request: HttpRequest) -> str:
    """Return what is stored of `client_network` to count by; without the site's secret it tells no address."""
    return salted_hmac("bookings.address", client_network(request), algorithm="sha256").hexdigest()


def counted_digest(request: HttpRequest) -> str:
    """The same for the caps that never bind signed-in staff or a named network; empty for those."""
    user = getattr(request, "user", None)
    if is_named(client_address(request)) or (user is not None and user.is_staff):
        return ""
    return network_digest(request)


def is_named(address: str) -> bool:
    """Whether the operator named the network of an address in UNCAPPED_NETWORKS."""
    return address != UNIX_SOCKET and any(ip_address(address) in one for one in settings.UNCAPPED_NETWORKS)


def login_address(request: HttpRequest) -> str | None:
    """Return `client_network` as the log of logins stores it, by its first address; a local socket has none."""
    network = client_network(request)
    return None if network == UNIX_SOCKET else network.partition("/")[0]


def believe_trusted_proxies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: take the scheme from X-Forwarded-Proto where a trusted proxy sent it, and only there.

    An unknown proxy in front of an https site is told so: redirecting it to https would go round for ever.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        scheme = (header(request, "X-Forwarded-Proto") or "").strip().lower()
        if is_from_trusted_proxy(request):
            if scheme in {"http", "https"}:
                request.META["wsgi.url_scheme"] = scheme
        elif settings.SECURE_SSL_REDIRECT and scheme == "https":
            return HttpResponse(_UNTRUSTED_PROXY, status=421, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware


def is_from_trusted_proxy(request: HttpRequest) -> bool:
    """Whether the one who connected is in TRUSTED_PROXIES, so that its headers are believed."""
    return _is_trusted(_peer(request))


def _peer(request: HttpRequest) -> str:
    parsed = _parse(request.META.get("REMOTE_ADDR", ""))
    return str(parsed) if parsed else UNIX_SOCKET


def _is_trusted(address: str) -> bool:
    if address == UNIX_SOCKET:
        return UNIX_SOCKET in settings.TRUSTED_PROXIES
    return any(
        ip_address(address) in network for network in settings.TRUSTED_PROXIES if network != UNIX_SOCKET
    )


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as it stands in a header: perhaps with a port, brackets, or IPv4 mapped into IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
