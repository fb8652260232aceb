"""What bookings can be searched for and ordered by, and which sessions can be joined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from bookings.api.requests.listing import Listing
from bookings.api.requests.matchers import Matcher, answer_matches, id_matches, matches_nothing, text_matches
from bookings.models import Action, Reservation
from bookings.models.bookings import BookingQuerySet

CUSTOMER_COLUMNS = ("name", "first_name", "last_name", "email", "phone", "voip", "timezone", "language")
# SQLite's paths know no way to write a quotation mark inside a name.
_ANSWER_KEY = re.compile(r'[^\x00-\x1f"\\]{1,200}')
FLAGS = {"true": True, "1": True, "false": False, "0": False}


def completed(value: str) -> Q:
    """Bookings that no action can change any more, or those that one can."""
    leaving = Exists(Action.objects.filter(source=OuterRef("state")))
    wanted = FLAGS.get(value.lower())
    return matches_nothing(value) if wanted is None else Q(~leaving if wanted else leaving)


class SearchKeys(Mapping[str, Matcher]):
    """The record's keys, and besides them ``customer.<answer>`` and ``meta.<key>`` for any name."""

    named: Mapping[str, Matcher] = {
        "resource.id": id_matches("resource"),
        "project.id": id_matches("project"),
        "calendar.id": id_matches("calendar"),
        "graph": text_matches("version__graph__name"),
        "state": text_matches("state__name"),
        "completed": completed,
        **{f"customer.{name}": text_matches(f"customer__{name}") for name in CUSTOMER_COLUMNS},
    }
    free = {"customer": "customer__answers", "meta": "meta"}

    def __getitem__(self, name: str) -> Matcher:
        if name in self.named:
            return self.named[name]
        kind, _dot, key = name.partition(".")
        if kind not in self.free or not _ANSWER_KEY.fullmatch(key):
            raise KeyError(name)
        return answer_matches(self.free[kind], key)

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
    search=SearchKeys(), order=tuple(ORDER), columns=ORDER, default_order=("-created_at", "pk")
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
