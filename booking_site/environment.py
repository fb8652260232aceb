"""Reading what an operator wrote: each returns the value, or raises ImproperlyConfigured with a sentence."""

import logging
import warnings
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from redis import Redis

UNIX_SOCKET = "unix"
_ON, _OFF = {"1", "true", "on", "ok", "y", "yes"}, {"0", "false", "off", "n", "no"}


class Env(environ.Env):
    """The variables; an empty number or switch counts as left out."""

    def number(self, name: str, default: int, least: int = 0) -> int:
        text = self.str(name, default="").strip()
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and least <= int(text) < 2**31):
            raise ImproperlyConfigured(f"{name} must be a whole number, {least} or more.")
        return int(text)

    def switch(self, name: str, default: bool) -> bool:
        text = self.str(name, default="").strip().lower()
        if text and text not in _ON | _OFF:
            raise ImproperlyConfigured(f"{name} must be 1 or 0.")
        return text in _ON if text else default


def read_file(path: str) -> None:
    """Let a file fill in what the environment leaves out; it may be missing."""
    try:
        Env.read_env(path)
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(f"{path} holds other letters than UTF-8; save it anew.") from error


def secret_key(text: str) -> str:
    if not text:
        raise ImproperlyConfigured(
            "SECRET_KEY is empty, and must be a long random text that nobody else knows."
        )
    return text


def log_level(text: str) -> str:
    if text.upper() not in logging.getLevelNamesMapping():
        raise ImproperlyConfigured(f"LOG_LEVEL is “{text}”, and must be DEBUG, INFO, WARNING or ERROR.")
    return text.upper()


def port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise ImproperlyConfigured(f"PORT is “{text}”, and must be a number from 0 to 65535.")
    return int(text)


def site_url(text: str) -> SplitResult:
    """Return the parts of the public address, which is a scheme, a host and perhaps a port."""
    try:
        parts = urlsplit(text.rstrip("/"))
        whole = parts.hostname and parts.port != 0 and not (parts.path or parts.query or parts.username)
    except ValueError:
        whole = False
    if not whole or parts.scheme not in {"http", "https"}:
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


def database(url: str) -> dict[str, Any]:
    """Return DATABASE_URL as Django's setting, if it is one of the two databases that keep the promise."""
    parsed = {}
    with warnings.catch_warnings(action="ignore"), suppress(ValueError):  # said below, in our words
        parsed = environ.Env.db_url_config(url)
    engines = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}
    if parsed.get("ENGINE") not in engines or not parsed.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL must be like postgres://user:password@host/name or sqlite:////absolute/path.sqlite3."
        )
    return parsed


def email(url: str) -> dict[str, Any]:
    """Return EMAIL_URL as the EMAIL_* settings."""
    try:
        return dict(environ.Env.email_url_config(url))
    except (ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured(
            "EMAIL_URL must be like smtp+tls://user:password@mail.example.org:587."
        ) from error


def redis(url: str) -> str:
    """Return REDIS_URL, or nothing where there is none."""
    try:
        if url:
            Redis.from_url(url).close()  # reads the address and connects to nothing
    except ValueError as error:
        raise ImproperlyConfigured("REDIS_URL must be like redis://127.0.0.1:6379/0.") from error
    return url
