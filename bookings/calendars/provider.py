"""What every provider of calendars answers, in one form: Google, Microsoft, CalDAV and addresses that end in .ics.

Each call is one or a few requests, outside of every transaction.  Nothing of this knows a row of the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Listed:
    """A calendar that the account can see.  ``id`` is the provider's own and is kept as it is.

    ``owner`` is the e-mail address of whose account it is, where the provider tells it.
    """

    id: str
    name: str
    writable: bool
    primary: bool = False
    owner: str = ""


@dataclass(frozen=True)
class Busy:
    """One stretch [``start``, ``end``) in UTC that somebody else's event keeps busy.

    ``event`` is the provider's id of the event; a recurring event gives several stretches under one id.
    Titles, places, guests and descriptions are read and forgotten by the client: they have no field.
    """

    event: str
    start: datetime
    end: datetime
    all_day: bool = False


@dataclass(frozen=True)
class Ours:
    """An event that this site wrote, as it stands over there now.  ``key`` is what ``Written.key`` was."""

    key: str
    start: datetime
    end: datetime
    sequence: int
    etag: str = ""
    declined: tuple[str, ...] = ()  # addresses of guests who declined
    owner_answer: str = ""  # accepted, declined, tentative, needsAction; nothing where nobody was asked
    meeting_url: str = ""  # of the provider's own online meeting, once there is one


@dataclass(frozen=True)
class Changes:
    """What differs since ``since``; ``whole`` says that this is everything and the rest is gone.

    Microsoft tells of a deleted event nothing but its id: then ``gone`` holds the ``Written.event`` of one of ours.
    """

    busy: Sequence[Busy]
    ours: Sequence[Ours]
    gone: Sequence[str]  # ids of events (theirs) or keys (ours) that are no longer there or no longer busy
    token: str
    whole: bool
    remark: str = ""  # what could not be read, in a sentence without anything of the events themselves


@dataclass(frozen=True)
class Guest:
    """Somebody who stands in an event; ``answer`` is accepted, declined, tentative or needsAction."""

    email: str
    name: str = ""
    answer: str = "needsAction"


@dataclass(frozen=True)
class ToWrite:
    """A booking as it is to stand in a calendar.  ``key`` is for life; ``sequence`` rises with each change."""

    key: str
    start: datetime
    end: datetime
    title: str
    description: str
    where: str
    sequence: int
    zone: str
    guests: Sequence[Guest] = ()
    invite: bool = False  # the provider mails the guests
    meeting: bool = False  # asks the provider for an online meeting of its own


@dataclass(frozen=True)
class Written:
    """How the event is found again: ``event`` is the provider's id (or address), ``etag`` its version."""

    event: str
    etag: str
    meeting_url: str = ""


class Provider(Protocol):
    """Errors are those of ``bookings.calendars.errors``, never the HTTP library's own."""

    def calendars(self) -> Sequence[Listed]: ...

    def changes(self, calendar: str, since: str, start: datetime, end: datetime) -> Changes:
        """What is busy in [start, end).  ``since`` is the last ``token``, or nothing for everything.

        A token that the provider no longer knows is answered by a whole read.
        """
        ...

    def write(self, calendar: str, event: ToWrite, known: Written | None) -> Written:
        """Make or change the one event of ``event.key``.  Repeated after a crash it finds what it wrote before."""
        ...

    def remove(self, calendar: str, key: str, known: Written | None, *, tell: bool) -> bool:
        """Take the event away and answer whether it stood there; one that is gone already is no error.

        ``tell``: the provider tells the guests.  Raises ``ChangedThere`` for one that is said to be gone and is there.
        """
        ...
