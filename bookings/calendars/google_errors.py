"""Google's errors as ours: 403 alone may mean a right, a quota, or a switch in the operator's project."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from bookings.calendars.errors import (
    CalendarError,
    CalendarGone,
    ChangedThere,
    NotAllowed,
    TooManyCalls,
    Unavailable,
)
from bookings.calendars.http import CHANGED, FORBIDDEN, GONE, OWN_FAULT, TOO_MANY, retry_after
from bookings.calendars.json_api import Reply

NOT_TAKEN = gettext_noop("The calendar’s server does not take what was asked (400).")
UNTICKED = gettext_noop(
    "Google was not allowed all that is needed. Connect again and leave every box ticked."
)
SWITCHED_OFF = gettext_noop(
    "The Google Calendar API is not switched on in the project of GOOGLE_CLIENT_ID. "
    "Enable it in Google’s console, under APIs & Services."
)
QUOTAS = {
    "calendarUsageLimitsExceeded", "dailyLimitExceeded", "quotaExceeded", "rateLimitExceeded",
    "userRateLimitExceeded",
}  # fmt: skip
_FORBIDDEN = {
    "insufficientPermissions": UNTICKED,
    "accessNotConfigured": SWITCHED_OFF,
}


def judge(reply: Reply) -> None:
    """Raise what the answer means."""
    wait = retry_after(reply.headers.get("retry-after", ""))
    raise _error(reply.status, _reasons(reply), wait)


def _error(status: int, reasons: set[str], wait: float | None) -> CalendarError:
    if status == 429 or (status == 403 and reasons & QUOTAS):
        return TooManyCalls(TOO_MANY, again_in=wait)
    if status == 403:
        text = next((_FORBIDDEN[reason] for reason in reasons if reason in _FORBIDDEN), FORBIDDEN)
        return NotAllowed(text)
    if status in {404, 410}:
        return CalendarGone(GONE)
    if status in {409, 412}:
        return ChangedThere(CHANGED)
    if 400 <= status < 500:
        return NotAllowed(NOT_TAKEN)
    return Unavailable(OWN_FAULT, again_in=wait)


def _reasons(reply: Reply) -> set[str]:
    error = reply.body.get("error")
    errors = error.get("errors") if isinstance(error, dict) else None
    return {str(one.get("reason")) for one in errors or () if isinstance(one, dict)}
