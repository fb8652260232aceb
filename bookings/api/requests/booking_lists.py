"""What bookings can be searched for and ordered by, and which sessions can be joined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

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
from bookings.models.bookings import BookingQuerySet

CUSTOMER_COLUMNS = ("name", "first_name", "last_name", "email", "phone", "voip", "timezone", "language")
# SQLite's paths know no way to write a quotation mark inside a name.
_ANSWER_KEY = re.compile(r'[^\x00-\x1f"\\]{1,200}')


class SearchKeys(Mapping[str, Matcher]):
    """The record's keys, and besides them ``customer.<answer>`` and ``meta.<key>`` for any name."""

    named: Mapping[str, Matcher] = {
        "resource.id": id_matches("resource"),
        "project.id": id_matches("project"),
        "calendar.id": id_matches("calendar"),
        "graph": graph_matches,
        "state": state_matches,
        "completed": completed_matches,
        "email": customer_matches("email"),
        **{f"customer.{name}": customer_matches(name) for name in CUSTOMER_COLUMNS},
    }
    free = {"customer": answers_match, "meta": meta_matches}

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
    search=SearchKeys(),
    order=tuple(ORDER),
    columns=ORDER,
    default_order=("-created_at", "pk"),
    window=True,
)
SESSIONS = Listing(search=SearchKeys(), order=tuple(ORDER), columns=ORDER, default_order=("start", "pk"))


def joinable(bookings: BookingQuerySet) -> BookingQuerySet:
    """Future sessions with a seat left, inside their booking window; an expired hold's seat is left."""
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
        .alias(opens=opens, closes=closes)
        .filter(Q(max_booking_time=None) | Q(opens__lte=now), Q(min_booking_time=None) | Q(closes__gte=now))
    )
