"""What bookings can be searched for and ordered by, and which sessions can be joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from bookings.api.requests.booking_matchers import (
    answers_match,
    completed_matches,
    customer_matches,
    graph_matches,
    meta_matches,
    state_matches,
)
from bookings.api.requests.listing import Listing
from bookings.api.requests.matchers import Matcher, id_matches
from bookings.models import Reservation
from bookings.models.booking_queries import BookingQuerySet

CUSTOMER_COLUMNS = ("name", "first_name", "last_name", "email", "phone", "voip", "timezone", "language")
# SQLite's paths know no way to write a quotation mark inside a name.
_ANSWER_KEY = re.compile(r'[^\x00-\x1f"\\]{1,200}')


class SearchKeys(Mapping[str, Matcher]):
    """What can be searched for by its name, and besides it ``<kind>.<key>`` for any key of a ``free`` kind."""

    def __init__(self, named: Mapping[str, Matcher], free: Mapping[str, Callable[[str], Matcher]]) -> None:
        self.named, self.free = named, free

    def __getitem__(self, name: str) -> Matcher:
        if name in self.named:
            return self.named[name]
        kind, _dot, key = name.partition(".")
        if kind not in self.free or not _ANSWER_KEY.fullmatch(key):
            raise KeyError(name)
        return self.free[kind](key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.named)

    def __len__(self) -> int:
        return len(self.named)


TOLD = {
    "resource.id": id_matches("resource"),
    "project.id": id_matches("project"),
    "calendar.id": id_matches("calendar"),
    "graph": graph_matches,
    "state": state_matches,
    "completed": completed_matches,
}
"""What every key is told of a booking that it may list."""
OF_CUSTOMERS = {
    "email": customer_matches("email"),
    **{f"customer.{name}": customer_matches(name) for name in CUSTOMER_COLUMNS},
}
EVERYTHING = SearchKeys(TOLD | OF_CUSTOMERS, {"customer": answers_match, "meta": meta_matches})
ORDER = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "start": "start",
    "end": "end",
    "state": "state__name",
    "graph": "version__graph__name",
    "completed": "completed",
}
BOOKINGS = Listing(
    search=EVERYTHING,
    order=tuple(ORDER),
    columns=ORDER,
    default_order=("-created_at", "pk"),
    window=True,
)
SESSIONS = Listing(search=EVERYTHING, order=tuple(ORDER), columns=ORDER, default_order=("start", "pk"))
PUBLIC_SESSIONS = replace(SESSIONS, search=SearchKeys(TOLD, {"meta": meta_matches}))
"""As a public page searches them: a total would tell what it is not told of people."""


def joinable(bookings: BookingQuerySet) -> BookingQuerySet:
    """Future sessions with a seat left, inside their booking window and of no deleted project.

    An expired hold's seat is left.
    """
    now = timezone.now()
    lapsed = Reservation.objects.filter(
        session=OuterRef("pk"), holds_seat=True, booking=None, released_at=None, expires_at__lte=now
    )
    opens = F("start") - F("max_booking_time")
    closes = F("start") - F("min_booking_time")
    return (
        bookings.sessions()
        .occupying()
        .filter(Q(seats_taken__lt=F("max_seats")) | Exists(lapsed), start__gt=now)
        .filter(Q(project=None) | Q(project__deleted_at=None))
        .alias(opens=opens, closes=closes)
        .filter(Q(max_booking_time=None) | Q(opens__lte=now), Q(min_booking_time=None) | Q(closes__gte=now))
    )
