"""Through which time zones a customer is shown a time, on pages and in mails alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bookings import times
from bookings.models import Project


@dataclass(frozen=True)
class Clocks:
    """Names of zones: ``first``, and ``other`` where place and customer may differ.

    ``other_is_own`` tells whose the second one is: the customer's (in person), or the place's (by phone, online).
    """

    first: str
    other: str | None = None
    other_is_own: bool = False

    @classmethod
    def for_customer(cls, project: Project | None, *, place: str, own: str) -> Clocks:
        """In person the zone of the ``place`` stands first, else the customer's ``own``, where that is known."""
        if not own:
            return cls(place)
        in_person = project is None or project.place == Project.Place.IN_PERSON
        return cls(place, own, other_is_own=True) if in_person else cls(own, place)

    @property
    def own(self) -> str:
        """The customer's, where it is known; else the place's."""
        return self.other if self.other and self.other_is_own else self.first

    def differ_at(self, moment: datetime) -> bool:
        """Whether the two show another time at ``moment``."""
        return self.other is not None and not _same_offset(moment, self.first, self.other)


def _same_offset(moment: datetime, one: str, other: str) -> bool:
    return times.local(moment, one).utcoffset() == times.local(moment, other).utcoffset()
