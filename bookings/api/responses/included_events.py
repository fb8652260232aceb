"""Events inside the answers about calendars: counted before they are read, since a calendar holds any number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum, TextField
from django.db.models.functions import Cast, Coalesce, Length
from django.utils.translation import gettext_lazy as _

from bookings import limits
from bookings.api.errors import Invalid
from bookings.limits import Limit
from bookings.models import Event

FRAME = 500
"""Bytes of an event besides its texts."""
TEXTS = ("what", "where", "description")
TOO_MANY = _(
    "There are %(count)s events in it, and at most %(most)s are answered at once. GET /events has them in pages."
)
TOO_LARGE = _(
    "The events in it make about %(count)s kB, and at most %(most)s kB are answered at once. "
    "GET /events has them in pages."
)


class IncludedEvents(QuerySet[Event]):
    """Events that are read once they were counted; raises ``Invalid`` where they are too many."""

    def __iter__(self) -> Iterator[Event]:
        if self._result_cache is None:
            letters = sum((Length(name) for name in TEXTS), Length(Cast("participants", TextField())))
            told = self.aggregate(rows=Count("pk"), letters=Coalesce(Sum(letters), 0))
            EventBudget().spend(told["rows"], told["letters"])
        return super().__iter__()


def included_events() -> QuerySet[Event]:
    """For a ``Prefetch`` of events."""
    return IncludedEvents(Event)


@dataclass
class EventBudget:
    """How many events one answer has told, each as often as it is told."""

    rows: int = 0
    letters: int = 0

    def told(self, events: Iterable[Event]) -> Sequence[Event]:
        """The same events, as a list; raises ``Invalid`` where they are too many for the answer."""
        found = list(events)
        texts = (getattr(one, name) for one in found for name in TEXTS)
        listed = (address for one in found for address in one.participants)
        self.spend(len(found), sum(map(len, texts)) + sum(map(len, listed)))
        return found

    def spend(self, rows: int, letters: int) -> None:
        """Add so many events with so many letters in their texts; raises ``Invalid``."""
        self.rows, self.letters = self.rows + rows, self.letters + letters
        _keep(limits.INCLUDED_EVENTS, str(TOO_MANY), self.rows)
        _keep(limits.KEY_ANSWER, str(TOO_LARGE), (self.rows * FRAME + self.letters) // 1000)


def _keep(limit: Limit, sentence: str, count: int) -> None:
    if limit.passed_by(count):
        told = sentence % {"count": count, "most": limit.value}
        raise Invalid({"include": [told]}, limit=limit.setting)
