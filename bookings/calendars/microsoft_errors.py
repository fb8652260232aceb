"""Microsoft Graph's errors as ours."""

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
from bookings.calendars.google_errors import NOT_TAKEN
from bookings.calendars.http import CHANGED, FORBIDDEN, GONE, OWN_FAULT, TOO_MANY, retry_after
from bookings.calendars.json_api import Reply

NO_MAILBOX = gettext_noop(
    "This Microsoft account has no mailbox in Microsoft 365 or Outlook.com, and so no calendar. Choose another account."
)
_NO_MAILBOX = {"MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI"}
QUOTAS = {"ApplicationThrottled", "ErrorQuotaExceeded", "MailboxConcurrency", "QuotaExceeded"}


def judge(reply: Reply) -> None:
    """Raise what the answer means."""
    raise error_of(reply)


def error_of(reply: Reply) -> CalendarError:
    """What an answer that is no success means."""
    status, code = reply.status, code_of(reply)
    wait = retry_after(reply.headers.get("retry-after") or reply.headers.get("Retry-After") or "")
    if code in _NO_MAILBOX:
        return NotAllowed(NO_MAILBOX)
    if status == 429 or (status == 403 and code in QUOTAS):
        return TooManyCalls(TOO_MANY, again_in=wait)
    if status == 403:
        return NotAllowed(FORBIDDEN)
    if status in {404, 410}:
        return CalendarGone(GONE)
    if status in {409, 412}:
        return ChangedThere(CHANGED)
    if 400 <= status < 500:
        return NotAllowed(NOT_TAKEN)
    return Unavailable(OWN_FAULT, again_in=wait)


def code_of(reply: Reply) -> str:
    error = reply.body.get("error")
    return str(error.get("code", "")) if isinstance(error, dict) else ""
