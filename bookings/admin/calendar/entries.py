"""What the calendar draws: bookings, holds and busy time by resource, their buffers, and when it is closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.admin.booking.facts import seats_in_words, with_places
from bookings.admin.calendar.window import Window
from bookings.availability.agenda import closed, taken
from bookings.models import Action, Booking, Occupancy
from bookings.staff_limits import Seen
from bookings.times import clock

BOOKING = (
    "start", "end", "resource", "what", "max_seats", "seats_taken", "places", "attendance", "customer__name",
    "state__label", "state__name", "state__settled", "state__occupies", "option__label", "option__length",
)  # fmt: skip
"""What is drawn of a booking, and all that is read of it."""
OWNERS = ("booking__customer", "booking__state", "booking__option", "event", "reservation")
PIECE = (
    *(
        "resource",
        "start",
        "end",
        "busy_start",
        "busy_end",
        "event__what",
        "event__remote",
        "reservation__expires_at",
    ),
    *(f"booking__{name}" for name in BOOKING),
)
NOWHERE = UUID(int=0)


class Kind(StrEnum):
    BOOKED = "booked"
    ASKED = "asked"
    HELD = "held"
    BUSY = "busy"
    BUFFER = "buffer"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing in the calendar, ``[start, end)`` of a resource."""

    kind: Kind
    key: str
    """The same whenever the calendar is read."""
    resource: UUID
    start: datetime
    end: datetime
    title: str
    what: str = ""
    state: str = ""
    url: str = ""
    booking: UUID | None = None
    moves: bool = False
    """Whether staff may drag it."""
    past: bool = False
    overlaps: bool = False
    """Whether it shares time with another booking, with a hold or with busy time."""

    @property
    def in_background(self) -> bool:
        return self.kind in {Kind.BUFFER, Kind.CLOSED}


def entries(window: Window, now: datetime, *, may_move: bool, seen: Seen = None) -> list[Entry]:
    """Everything of the window, by start, as somebody may know it who sees ``seen``.

    Five queries, however much there is.
    """
    ids = [resource.pk for resource in window.resources]
    pieces = list(_pieces(ids, window))
    own = [entry for piece in pieces for entry in _of_piece(piece, window, now, may_move, seen)]
    shown = {piece.booking_id for piece in pieces}
    others = [_of_booking(one, now) for one in _without_a_piece(ids, window) if one.pk not in shown]
    return sorted(_marked([*own, *others, *_shut(window)]), key=lambda one: (one.start, one.key))


def url_of(page: str, pk: UUID) -> str:
    """The address of a row's page at the desk.  There are many on a page, so that each is asked for once a process."""
    return _url(page).replace(str(NOWHERE), str(pk))


@cache
def _url(page: str) -> str:
    return reverse(f"admin:bookings_{page}", args=[NOWHERE])


def _pieces(ids: list[UUID], window: Window) -> Iterable[Occupancy]:
    ways = Action.objects.filter(source=OuterRef("booking__state"), continues=True)
    movable = Exists(ways.filter(Q(by_staff=True) | Q(by_owner=True)))
    found = taken(ids, window.start, window.end).annotate(moves=movable)
    return found.select_related(*OWNERS).only(*PIECE)


def _without_a_piece(ids: list[UUID], window: Window) -> Iterable[Booking]:
    """Requests that do not have the time yet, and what took place: it ended in a state after its start."""
    bookings = Booking.objects.live().filter(
        resource__in=ids, start__gte=window.start, start__lt=window.end, session=None, state__occupies=False
    )
    moved_away = Exists(Booking.objects.order_by().filter(continues=OuterRef("pk")))
    took_place = Q(state__settled=True, state_entered_at__gte=F("start")) & ~moved_away
    waits = Q(state__settled=False)
    # In no order, or a planner reads all bookings in that order instead of a few by their start.
    return (
        bookings.order_by()
        .filter(took_place | waits)
        .select_related("customer", "state", "option")
        .only(*BOOKING)
    )


def _of_piece(piece: Any, window: Window, now: datetime, may_move: bool, seen: Seen) -> Iterator[Entry]:
    span = {"start": piece.busy_start, "end": piece.busy_end}
    of_others = seen is not None and piece.booking and piece.booking.resource_id not in seen
    if of_others:
        yield Entry(
            kind=Kind.BUSY,
            key=f"busy-{piece.pk}",
            resource=piece.resource_id,
            title=_("Goes along with a booking of others"),
            **span,
        )
    elif piece.booking:
        own = replace(_of_booking(piece.booking, now), resource=piece.resource_id, **span)
        yield replace(own, key=f"{own.key}-{piece.resource_id}", moves=may_move and piece.moves)
    elif piece.reservation:
        until = clock(piece.reservation.expires_at, window.zone)
        yield Entry(
            kind=Kind.HELD,
            key=f"hold-{piece.pk}",
            resource=piece.resource_id,
            title=_("Held until %(time)s") % {"time": until},
            url=url_of("reservation_change", piece.reservation_id) if seen is None else "",
            **span,
        )
    else:
        yield Entry(
            kind=Kind.BUSY,
            key=f"busy-{piece.pk}",
            resource=piece.resource_id,
            title=str(piece.event),
            url=url_of("event_change", piece.event_id),
            past=piece.busy_end <= now,
            **span,
        )
    for start, end in ((piece.start, piece.busy_start), (piece.busy_end, piece.end)):
        if start < end:
            yield Entry(
                kind=Kind.BUFFER,
                key=f"buffer-{piece.pk}-{start:%s}",
                resource=piece.resource_id,
                start=start,
                end=end,
                title=_("buffer"),
            )


def _of_booking(booking: Booking, now: datetime) -> Entry:
    is_session = booking.max_seats is not None
    state = str(booking.state)
    if booking.attendance != Booking.Attendance.UNKNOWN:
        state = str(booking.get_attendance_display())
    return Entry(
        kind=Kind.BOOKED if booking.state.settled else Kind.ASKED,
        key=str(booking.pk),
        resource=booking.resource_id,
        start=booking.start,
        end=booking.end,
        title=booking.what if is_session else with_places(booking),
        what=seats_in_words(booking) if is_session else str(booking.option or booking.what),
        state=state,
        url=url_of("booking_change", booking.pk),
        booking=booking.pk,
        past=booking.end <= now or (not booking.state.occupies and booking.state.settled),
    )


def _shut(window: Window) -> Iterator[Entry]:
    for resource, spans in closed(window.resources, window.start, window.end).items():
        for span in spans:
            yield Entry(
                kind=Kind.CLOSED,
                key=f"closed-{resource}-{span.start:%s}",
                resource=resource,
                start=span.start,
                end=span.end,
                title=span.note or _("closed"),
            )


def _marked(found: list[Entry]) -> Iterator[Entry]:
    """The same, with the bookings marked that share time with something else."""
    columns: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for one in found:
        if not (one.in_background or (one.past and not one.moves)):
            columns[one.resource].append(one)
    doubled = {key for column in columns.values() for key in _doubled(column)}
    for one in found:
        yield replace(one, overlaps=True) if one.booking and one.key in doubled else one


def _doubled(column: list[Entry]) -> Iterator[str]:
    reaching: list[Entry] = []
    for one in sorted(column, key=lambda entry: entry.start):
        reaching = [other for other in reaching if other.end > one.start]
        if reaching:
            yield from (other.key for other in [*reaching, one])
        reaching.append(one)
