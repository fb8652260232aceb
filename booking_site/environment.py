"""Reading what an operator wrote: each returns the value, or raises ImproperlyConfigured with a sentence."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

UNIX_SOCKET = "unix"


def port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise ImproperlyConfigured(f"PORT is “{text}”, and must be a number from 0 to 65535.")
    return int(text)


def site_url(text: str) -> SplitResult:
    """Return the parts of the public address, which is a scheme, a host and perhaps a port."""
    parts = urlsplit(text.rstrip("/"))
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.path
        or parts.query
        or parts.username
    ):
        raise ImproperlyConfigured(
            f"SITE_URL is “{text}”, and must be like https://book.example.org, without a path."
        )
    return parts


def trusted_proxies(texts: list[str]) -> list[IPv4Network | IPv6Network | str]:
    """Return the networks of proxies that are believed; `unix` stays as it is and means a local socket."""
    return [_proxy(text.strip()) for text in texts]


def _proxy(text: str) -> IPv4Network | IPv6Network | str:
    if text == UNIX_SOCKET:
        return text
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES holds “{text}”, which is neither an address like 127.0.0.1, "
            f"nor a network like 10.0.0.0/8, nor {UNIX_SOCKET}."
        ) from error


def private_networks(texts: list[str]) -> list[IPv4Network | IPv6Network]:
    """Return the private networks that webhooks may reach all the same."""
    try:
        return [ip_network(text.strip(), strict=False) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(
            "WEBHOOK_PRIVATE_NETWORKS must hold addresses or networks like 10.0.0.0/8."
        ) from error


def database(parsed: dict[str, Any]) -> dict[str, Any]:
    """Return what DATABASE_URL was `parsed` to, if it is one of the two databases that keep the promise."""
    engines = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}
    if parsed.get("ENGINE") not in engines or not parsed.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL must be like postgres://user:password@host/name or sqlite:////absolute/path.sqlite3."
        )
    return parsed
