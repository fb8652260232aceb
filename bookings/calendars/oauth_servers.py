"""Google's and Microsoft's OAuth servers: their addresses, the least rights that work, and why a consent ends there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_noop

from bookings.calendars.google_errors import UNTICKED

GOOGLE, MICROSOFT = "google", "microsoft"
GOOGLE_USUAL, MICROSOFT_USUAL = "https://oauth2.googleapis.com", "https://login.microsoftonline.com"
GOOGLE_PAGE = "https://accounts.google.com/o/oauth2/v2/auth"
GOOGLE_SCOPES = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",  # the other cannot list calendars
)
MICROSOFT_SCOPES = ("Calendars.ReadWrite", "offline_access")
GOOGLE_ENDED = gettext_noop(
    "Google has ended the access (invalid_grant). Connect again. If that happens every seven days, the consent screen "
    "still stands on “Testing” in Google’s console: publish it. Else the owner took it back or has a new password."
)
MICROSOFT_ENDED = gettext_noop(
    "Microsoft has ended the access (invalid_grant). Connect again. The owner or an administrator took it back, "
    "has a new password, or nobody used it for 90 days."
)
MICROSOFT_MISSING = gettext_noop(
    "Microsoft did not allow the calendar to be written. Connect again and agree to it."
)


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where consent is asked for and tokens are given; ``revoke`` is empty where nothing can be ended from here."""

    client_id: str
    client_secret: str
    base: str
    usual: str
    authorize: str
    token: str
    revoke: str
    scopes: Sequence[str]
    asks: Mapping[str, str]
    """What stands in the question besides."""
    ended: str
    missing: str
    leave_page: str

    def allows_enough(self, granted: str) -> bool:
        """Whether all rights were given; people may untick one.  Microsoft spells them with an address before."""
        given = {scope.rpartition("/")[2].casefold() for scope in granted.split()}
        asked = {scope.rpartition("/")[2].casefold() for scope in self.scopes}
        return asked - {"offline_access"} <= given


def server(kind: str) -> Server:
    return _google() if kind == GOOGLE else _microsoft()


def _google() -> Server:
    base = settings.GOOGLE_OAUTH_URL
    return Server(
        client_id=settings.GOOGLE_CLIENT_ID,
        client_secret=settings.GOOGLE_CLIENT_SECRET,
        base=base,
        usual=GOOGLE_USUAL,
        authorize=GOOGLE_PAGE if base == GOOGLE_USUAL else f"{base}/o/oauth2/v2/auth",
        token=f"{base}/token",
        revoke=f"{base}/revoke",
        scopes=GOOGLE_SCOPES,
        asks={"access_type": "offline", "prompt": "consent"},  # else a second consent gives no refresh token
        ended=GOOGLE_ENDED,
        missing=UNTICKED,
        leave_page="https://myaccount.google.com/connections",
    )


def _microsoft() -> Server:
    base = f"{settings.MICROSOFT_LOGIN_URL}/{settings.MICROSOFT_TENANT}/oauth2/v2.0"
    return Server(
        client_id=settings.MICROSOFT_CLIENT_ID,
        client_secret=settings.MICROSOFT_CLIENT_SECRET,
        base=settings.MICROSOFT_LOGIN_URL,
        usual=MICROSOFT_USUAL,
        authorize=f"{base}/authorize",
        token=f"{base}/token",
        revoke="",
        scopes=MICROSOFT_SCOPES,
        asks={"prompt": "select_account"},
        ended=MICROSOFT_ENDED,
        missing=MICROSOFT_MISSING,
        leave_page="https://myapplications.microsoft.com/",
    )
