"""What the calendar draws: bookings, holds and busy time by resource, their buffers, and when it is closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _

from bookings.admin.booking.facts import name_with_places, taken_in_words
from bookings.admin.calendar.rows import BookingRow, PieceRow, piece_rows, rows_without_a_piece
from bookings.admin.calendar.window import Window
from bookings.admin.kept_words import option_words, state_words
from bookings.admin.row_urls import url_of
from bookings.availability.agenda import closed
from bookings.models import Booking, Event
from bookings.staff_limits import Seen
from bookings.times import clock


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
    pieces = list(piece_rows(ids, window))
    own = [entry for piece in pieces for entry in _of_piece(piece, window, now, may_move, seen)]
    shown = {piece.booking.pk for piece in pieces if piece.booking}
    others = [_of_booking(one, now) for one in rows_without_a_piece(ids, window) if one.pk not in shown]
    return sorted(_marked([*own, *others, *_shut(window)]), key=lambda one: (one.start, one.key))


def _of_piece(piece: PieceRow, window: Window, now: datetime, may_move: bool, seen: Seen) -> Iterator[Entry]:
    booking = piece.booking
    if booking and seen is not None and booking.resource not in seen:
        yield Entry(
            kind=Kind.BUSY,
            key=f"busy-{piece.pk}",
            resource=piece.resource,
            start=piece.busy_start,
            end=piece.busy_end,
            title=_("Goes along with a booking of others"),
        )
    elif booking:
        yield _of_booking(booking, now, piece=piece, may_move=may_move)
    elif piece.reservation and piece.held_until:
        until = clock(piece.held_until, window.zone)
        yield Entry(
            kind=Kind.HELD,
            key=f"hold-{piece.pk}",
            resource=piece.resource,
            start=piece.busy_start,
            end=piece.busy_end,
            title=_("Held until %(time)s") % {"time": until},
            url=url_of("reservation_change", piece.reservation) if seen is None else "",
        )
    elif piece.event:
        yield Entry(
            kind=Kind.BUSY,
            key=f"busy-{piece.pk}",
            resource=piece.resource,
            start=piece.busy_start,
            end=piece.busy_end,
            title=str(Event(what=piece.event_what or "", remote=piece.event_remote or "")),
            url=url_of("event_change", piece.event),
            past=piece.busy_end <= now,
        )
    for start, end in ((piece.start, piece.busy_start), (piece.busy_end, piece.end)):
        if start < end:
            yield Entry(
                kind=Kind.BUFFER,
                key=f"buffer-{piece.pk}-{start:%s}",
                resource=piece.resource,
                start=start,
                end=end,
                title=_("buffer"),
            )


def _of_booking(
    booking: BookingRow, now: datetime, *, piece: PieceRow | None = None, may_move: bool = False
) -> Entry:
    """A booking where it has a piece, else where it would have one."""
    if booking.max_seats is not None:
        title, what = booking.what, taken_in_words(booking.seats_taken, booking.max_seats)
    else:
        title, what = name_with_places(booking.customer or "", booking.places), _option_or_what(booking)
    return Entry(
        kind=Kind.BOOKED if booking.settled else Kind.ASKED,
        key=f"{booking.pk}-{piece.resource}" if piece else str(booking.pk),
        resource=piece.resource if piece else booking.resource,
        start=piece.busy_start if piece else booking.start,
        end=piece.busy_end if piece else booking.end,
        title=title,
        what=what,
        state=_state(booking),
        url=url_of("booking_change", booking.pk),
        booking=booking.pk,
        moves=bool(piece and piece.moves and may_move and piece.resource == booking.resource),
        past=booking.end <= now or (not booking.occupies and booking.settled),
    )


def _state(booking: BookingRow) -> str:
    if booking.attendance != Booking.Attendance.UNKNOWN:
        return str(Booking.Attendance(booking.attendance).label)
    return state_words(booking.state_label, booking.state_name)


def _option_or_what(booking: BookingRow) -> str:
    if booking.option_length is None:
        return booking.what
    return option_words(booking.option_label, booking.option_length)


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
