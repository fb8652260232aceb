"""What this site leaves in an event that it wrote, so that it is known again and what a person changed is seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from bookings.calendars.provider import Guest, ToWrite

LONGEST = 1000
"""Google takes 1024 letters of a property."""


@dataclass(frozen=True)
class Mark:
    """What was written last: the change's number, a digest of all of it, its times, and whom we made guests.

    Guests are known by a short digest of their address, so that those whom a person added over there are left alone.
    """

    sequence: int
    digest: str
    start: datetime
    end: datetime
    guests: frozenset[str]

    def __str__(self) -> str:
        times = "/".join(f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in (self.start, self.end))
        text = f"{self.sequence} {self.digest} {times} {','.join(sorted(self.guests))}"
        return text if len(text) <= LONGEST else text[:LONGEST].rpartition(",")[0]

    def was_made(self, guest: str) -> bool:
        """Whether the guest of this address was one of ours."""
        return _short(guest) in self.guests


def mark_of(event: ToWrite) -> Mark:
    """``event`` written in the same words has the same mark, whatever kind of list or zone it came in."""
    times = {"start": event.start.astimezone(UTC).isoformat(), "end": event.end.astimezone(UTC).isoformat()}
    whole = hashlib.sha256(json.dumps({**asdict(event), **times}).encode()).hexdigest()[:20]
    return Mark(
        event.sequence, whole, event.start, event.end, frozenset(_short(one.email) for one in event.guests)
    )


def read_mark(text: str) -> Mark | None:
    """The mark that stands in an event, or None where it is no longer one."""
    try:
        sequence, digest, times, *guests = text.split(" ")
        start, end = (
            datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for moment in times.split("/")
        )
        return Mark(int(sequence), digest, start, end, frozenset("".join(guests).split(",")) - {""})
    except ValueError:
        return None


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are one person's."""
    return one.strip().casefold() == other.strip().casefold()


def is_among(email: str, addresses: Iterable[str]) -> bool:
    return any(is_same(email, address) for address in addresses)


def guest_of(email: str, guests: Iterable[Guest]) -> Guest | None:
    return next((guest for guest in guests if is_same(guest.email, email)), None)


def _short(email: str) -> str:
    return hashlib.sha256(email.strip().casefold().encode("utf-8", "surrogatepass")).hexdigest()[:8]
