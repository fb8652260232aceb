"""Reading what an operator wrote: each returns the value, or raises ImproperlyConfigured with a sentence."""

import json
import logging
import warnings
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from booking_site import access_log
from bookings.hosts import ascii_host, with_port
from bookings.limits import LARGEST

UNIX_SOCKET = "unix"
LONGEST_NUMBER = 20
"""Digits; Python reads no number of thousands."""
LEAST_SECRET = 20
"""Characters of what lets a mail provider in."""
AS_IT_IS_WRITTEN = (
    "In user and password @ is written %40, : %3A, / %2F, ? %3F, # %23, [ %5B, ] %5D and % %25."
)
LAST_HOUR = 23
"""Of a day."""
_ON, _OFF = {"1", "true", "on", "ok", "y", "yes"}, {"0", "false", "off", "n", "no"}


class Env(environ.Env):
    """The variables; an empty number or switch counts as left out."""

    def get_value(
        self,
        var: str,
        cast: Any = None,
        default: Any = environ.Env.NOTSET,
        parse_default: bool = False,
    ) -> Any:
        """As it stands: django-environ takes what begins with ``$`` for the name of another variable."""
        text = self.ENVIRON.get(var, "")
        if text.startswith("$"):
            return self.parse_value(text, cast)
        return super().get_value(var, cast=cast, default=default, parse_default=parse_default)

    def number(self, name: str, default: int, least: int = 0, most: int = LARGEST) -> int:
        text = self.str(name, default="").strip()
        if not text:
            return default
        is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
        if not is_number or not least <= int(text) <= most:
            allowed = f", {least} or more" if most == LARGEST else f" from {least} to {most}"
            raise ImproperlyConfigured(f"{name} must be a whole number{allowed}.")
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


def folder(text: str) -> Path | None:
    """Return a folder by its whole path, or None where none is named."""
    return Path(text).expanduser().resolve() if text else None


def access_log_spelling(text: str) -> str:
    """Return ACCESS_LOG, which is empty where no such log is wanted."""
    if text.lower() not in {access_log.OFF, *access_log.FORMATTERS}:
        raise ImproperlyConfigured(f"ACCESS_LOG is “{text}”, and must be json, logfmt, or empty for none.")
    return text.lower()


def port(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    if not (is_number and int(text) < 65536):
        raise ImproperlyConfigured(f"PORT is “{text}”, and must be a number from 0 to 65535.")
    return int(text)


def site_url(text: str) -> SplitResult:
    """Return the parts of the public address, which is a scheme, a host and perhaps a port, as browsers write it."""
    wrong = ImproperlyConfigured(
        f"SITE_URL is “{text}”, and must be like https://book.example.org, without a path."
    )
    try:
        parts = urlsplit(text.rstrip("/"))
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise wrong from error
    bare = not (parts.path or parts.query or parts.fragment or parts.username)
    if not host or port == 0 or not bare or parts.scheme not in {"http", "https"}:
        raise wrong
    return urlsplit(with_port(parts.scheme, host, port))


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


def base_address(name: str, text: str) -> str:
    """Return the web address ``text`` of the variable ``name``, below which others lie, without a slash at its end."""
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one or parts.query or parts.fragment or parts.username:
        raise ImproperlyConfigured(f"{name} is “{text}”, and must be like https://www.example.org/path.")
    return address


def meeting_address(text: str) -> str:
    """Return the address below which video meetings have their rooms, or nothing; customers are sent there by https."""
    if not text.strip():
        return ""
    if not text.strip().startswith("https://"):
        raise ImproperlyConfigured("JITSI_URL must begin with https://, like https://meet.example.org.")
    return base_address("JITSI_URL", text)


def networks(name: str, texts: list[str]) -> list[IPv4Network | IPv6Network]:
    """Return the networks that the variable ``name`` lists."""
    try:
        return [ip_network(text.strip(), strict=False) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must hold addresses or networks like 10.0.0.0/8.") from error


def dns_server(text: str) -> tuple[str, int] | None:
    """Return the address and port of the resolver to ask, or None for the machine's own."""
    host, _colon, number = text.strip().rpartition(":") if text.count(":") == 1 else (text.strip(), "", "53")
    if not host:
        return None
    try:
        return str(ip_address(host)), port(number)
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(
            f"DNS_SERVER is “{text}”, and must be like 192.0.2.53 or 192.0.2.53:5353."
        ) from error


def anymail(text: str) -> dict[str, Any]:
    """Return ANYMAIL, django-anymail's settings of the provider that mails go through, or nothing."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    secret = found.get("WEBHOOK_SECRET", "") if isinstance(found, dict) else ""
    if found and not (isinstance(secret, str) and ":" in secret and len(secret) >= LEAST_SECRET):
        found = None
    if not isinstance(found, dict):
        raise ImproperlyConfigured(
            'ANYMAIL must be a JSON object like {"WEBHOOK_SECRET": "name:password"}, the secret with at least '
            f"{LEAST_SECRET} characters."
        )
    if found and find_spec("anymail") is None:
        raise ImproperlyConfigured("ANYMAIL is set, and django-anymail is not installed.")
    return found


def database(url: str) -> dict[str, Any]:
    """Return DATABASE_URL as Django's setting, if it is one of the two databases that keep the promise."""
    parsed = {}
    with warnings.catch_warnings(action="ignore"), suppress(ValueError):  # said below, in our words
        parsed = environ.Env.db_url_config(url)
    engines = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}
    name, user = parsed.get("NAME"), parsed.get("USER")
    ends_early = "@" in str(name) and not user and parsed.get("HOST")  # the password held a slash
    if parsed.get("ENGINE") not in engines or not name or ends_early:
        raise ImproperlyConfigured(
            "DATABASE_URL must be like postgres://user:password@host/name or sqlite:////absolute/path.sqlite3. "
            + AS_IT_IS_WRITTEN
        )
    return parsed


# The scheme says how the line to the server is made safe, and so which port is the usual one.
MAIL_SCHEMES = {
    "smtp": (25, {}),
    "smtp+tls": (587, {"EMAIL_USE_TLS": True}),
    "smtp+ssl": (465, {"EMAIL_USE_SSL": True}),
    "smtps": (465, {"EMAIL_USE_SSL": True}),
}


def email(url: str) -> dict[str, Any]:
    """Return EMAIL_URL as the EMAIL_* settings.

    ``smtp+tls`` begins in the open and goes on encrypted (STARTTLS), ``smtps`` and ``smtp+ssl`` are encrypted from the
    first byte on.
    """
    scheme = url.partition(":")[0].lower()
    try:
        return (
            _mail_server(url, scheme) if scheme in MAIL_SCHEMES else dict(environ.Env.email_url_config(url))
        )
    except (ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured(
            "EMAIL_URL must be like smtp+tls://user:password@mail.example.org:587, or smtps://… for a server that is "
            "encrypted from the start. " + AS_IT_IS_WRITTEN
        ) from error


def _mail_server(url: str, scheme: str) -> dict[str, Any]:
    """Raises ``ValueError`` for what is no host, and for what follows one."""
    parts = urlsplit(url)
    usual_port, safety = MAIL_SCHEMES[scheme]
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(url)
    return {
        "EMAIL_BACKEND": "bookings.effects.smtp.EmailBackend",
        "EMAIL_HOST": ascii_host(parts.hostname).strip("[]"),
        "EMAIL_PORT": parts.port or usual_port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        **safety,
    }


def redis(url: str) -> str:
    """Return REDIS_URL, or nothing where there is none."""
    if not url:
        return url
    from redis import Redis  # noqa: PLC0415  # eight megabytes a process, for sites that have one

    try:
        Redis.from_url(url).close()  # reads the address and connects to nothing
    except ValueError as error:
        raise ImproperlyConfigured("REDIS_URL must be like redis://127.0.0.1:6379/0.") from error
    return url
