"""The open logins of members of staff: noted, listed, ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from bookings import read_only
from bookings.client_address import UNIX_SOCKET, client_address
from bookings.models import StaffSession

ONCE_A = timedelta(minutes=5)
"""That a login is used is written down so often."""
MARK = "staff_session"
BROWSERS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "FxiOS", "CriOS", "Chrome", "Safari")
"""As browsers name themselves; those that also name another come first."""
NAMES = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "macOS"}


def note_login(sender: Any, request: HttpRequest, user: Any, **_more: Any) -> None:
    """Somebody logged in: a receiver of Django's signal."""
    if user.is_staff:
        _write(request, user, timezone.now())


def note_use(request: HttpRequest) -> None:
    """A page of the desk is asked for.  Writes once in ``ONCE_A``, and asks the database nothing in between."""
    now, mark = timezone.now(), request.session.get(MARK)
    known, at = mark if isinstance(mark, list) and len(mark) == 2 else ("", "")
    is_fresh = bool(at) and now - datetime.fromisoformat(at) < ONCE_A
    if not (is_fresh and known == _digest(request.session.session_key)):
        _write(request, request.user, now)


def _write(request: HttpRequest, user: Any, now: datetime) -> None:
    key = getattr(request.session, "session_key", None)
    if not key or read_only.is_marked():
        return
    known = {"user": user, "seen_at": now, "browser": _browser(request), "network": _network(request)}
    StaffSession.objects.update_or_create(
        session_id=key, defaults=known, create_defaults=known | {"began_at": now}
    )
    request.session[MARK] = [_digest(key), now.isoformat()]


def _digest(key: str | None) -> str:
    return sha256((key or "").encode()).hexdigest()[:16]


def open_sessions(user: Any, now: datetime) -> list[StaffSession]:
    """Those that still open the desk, the last used first: not those that ended or knew another password."""
    rows = StaffSession.objects.filter(user=user, session__expire_date__gt=now).select_related("session")
    return [row for row in rows.order_by("-seen_at") if _knows_the_password(row, user)]


def _knows_the_password(row: StaffSession, user: Any) -> bool:
    known = row.session.get_decoded().get(HASH_SESSION_KEY, "")
    valid = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]  # of rotated secrets, too
    return any(constant_time_compare(known, one) for one in valid)


def end(rows: list[StaffSession]) -> None:
    """Whoever uses them has to log in again."""
    Session.objects.filter(pk__in=[row.session_id for row in rows]).delete()


def _browser(request: HttpRequest) -> str:
    """Like "Firefox, Windows"; empty for what says nothing known."""
    said = request.META.get("HTTP_USER_AGENT", "")
    browser = next((NAMES.get(name, name) for name in BROWSERS if f"{name}/" in said), "")
    system = next(
        (name for part, name in SYSTEMS.items() if part in said), "Linux" if "Linux" in said else ""
    )
    return ", ".join(filter(None, (browser, system)))


def _network(request: HttpRequest) -> str:
    """The first half of the address, enough to know it again."""
    address = client_address(request)
    if address == UNIX_SOCKET:
        return ""
    if ip_address(address).version == 4:
        return ".".join(address.split(".")[:2]) + ".…"
    return ":".join(ip_address(address).exploded.split(":")[:3]) + ":…"


def browser_in_words(row: StaffSession) -> str:
    return row.browser or _("an unknown browser")
