"""What the site stands on besides its own rows: settings, pooler, clocks, disk, certificate, other releases."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import connection

from bookings import database_clock, prepared, sql
from bookings.migration_state import unknown

Finding = tuple[bool, str]
"""Whether it is as it should be, and a sentence; a wrong one says the cure, too."""

MOST_DRIFT = timedelta(seconds=60)
LEAST_DISK = 500 * 1024**2
CERTIFICATE_LEFT = timedelta(days=14)
LOOK_SECONDS = 5.0


def public_address() -> Iterator[Finding]:
    """What follows from SITE_URL."""
    if settings.SITE_IS_LOCAL:
        yield True, f"The site is {settings.SITE_URL}, for this machine alone"
    elif not settings.SITE_IS_HTTPS:
        yield (
            False,
            f"{settings.SITE_URL} is not encrypted: put a proxy with TLS in front and set SITE_URL=https://…",
        )
    elif not settings.TRUSTED_PROXIES:
        yield (
            False,
            "SITE_URL is https, and no proxy is believed to say so: set TRUSTED_PROXIES to its address",
        )
    else:
        yield True, f"The site is {settings.SITE_URL}, behind a proxy that is believed"


def deployment() -> Iterator[Finding]:
    """Django's own list for what is reached from outside."""
    if settings.SITE_IS_LOCAL or not settings.SITE_IS_HTTPS:
        return
    for found in checks.run_checks(include_deployment_checks=True):
        if found.level >= checks.WARNING and not found.is_silenced():
            yield False, f"{found.msg} {found.hint or ''} ({found.id})".replace("\n", " ")


def pooler() -> Iterator[Finding]:
    if not sql.is_postgresql():
        return
    if prepared.is_direct():
        return
    words = "A pooler stands before the database: no statement is prepared and no cursor kept there, as it has to be"
    yield True, words
    if settings.DATABASES["default"]["OPTIONS"].get("pool"):
        yield False, "DB_POOL pools what the pooler pools already: leave it out"


def clocks() -> Iterator[Finding]:
    """Deadlines are judged by the database's clock; what pages show, and links' ages, by this machine's."""
    seconds = database_clock.drift().total_seconds()
    if abs(seconds) > MOST_DRIFT.total_seconds():
        yield (
            False,
            f"This machine's clock and the database's differ by {abs(seconds):.0f} s: let both follow NTP",
        )
    else:
        yield True, "The database's clock and this machine's agree"


def disk() -> Iterator[Finding]:
    folders = {settings.VAR_DIR, Path(settings.MEDIA_ROOT)}
    if not sql.is_postgresql():
        folders.add(Path(connection.settings_dict["NAME"]).parent)
    for folder in sorted(one for one in folders if one.is_dir()):
        free = shutil.disk_usage(folder).free
        said = f"{folder} has {free // 1024**2} MB left"
        yield free >= LEAST_DISK, said if free >= LEAST_DISK else f"{said}: make room, before bookings fail"


def certificate() -> Iterator[Finding]:
    """Asked of the site itself, as a visitor would; given up after a few seconds."""
    if settings.SITE_IS_LOCAL or not settings.SITE_IS_HTTPS:
        return
    parts = urlsplit(settings.SITE_URL)
    found: list[Finding] = []
    look = threading.Thread(
        target=lambda: found.append(_certificate_of(str(parts.hostname), parts.port or 443)), daemon=True
    )
    look.start()
    look.join(2 * LOOK_SECONDS)
    yield found[0] if found else (True, "The certificate could not be looked at: nobody answered in time")


def _certificate_of(host: str, port: int) -> Finding:
    try:
        with (
            socket.create_connection((host, port), timeout=LOOK_SECONDS) as line,
            ssl.create_default_context().wrap_socket(line, server_hostname=host) as safe,
        ):
            end = str((safe.getpeercert() or {})["notAfter"])
    except ssl.SSLCertVerificationError as error:
        return False, f"Browsers refuse the certificate of {host} ({error.verify_message}): get another"
    except OSError as error:
        return True, f"The certificate could not be looked at from here ({type(error).__name__})"
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC)
    said = f"The certificate of {host} ends on {until:%Y-%m-%d}"
    good = until - datetime.now(UTC) > CERTIFICATE_LEFT
    return good, said if good else f"{said}: whatever renews it does not, so look at certbot's or Caddy's log"


def newer_database() -> Iterator[Finding]:
    """A remark: what is merely older serves on."""
    if names := unknown(connection):
        words = (
            f"A newer release has migrated the database ({len(names)} migrations more, the last {names[-1]})"
        )
        yield True, f"{words}; this one serves on, until you bring this machine up to it"


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    newer_database,
    public_address,
    deployment,
    pooler,
    clocks,
    disk,
    certificate,
)
