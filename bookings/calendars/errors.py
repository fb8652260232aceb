"""Why a provider of calendars did not do what was asked, in words for staff."""

from __future__ import annotations


class CalendarError(Exception):
    """``text`` is a sentence with its cure; ``again_in`` the seconds the provider asked to wait, if it did."""

    def __init__(self, text: str, *, again_in: float | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.again_in = again_in


class SignedOut(CalendarError):
    """401, or a token that was revoked or has ended: somebody has to connect again."""


class NotAllowed(CalendarError):
    """403: the account or the token's scopes do not cover this."""


class LeadsElsewhere(NotAllowed):
    """A redirect to another host, to which no password is sent."""


class CalendarGone(CalendarError):
    """404 or 410 for the calendar itself."""


class ChangedThere(CalendarError):
    """409 or 412: somebody changed the event meanwhile."""


class TooManyCalls(CalendarError):
    """429, or 403 for a quota: later, as ``again_in`` says."""


class Unavailable(CalendarError):
    """No answer, half an answer, or one of the server's own faults: later."""
