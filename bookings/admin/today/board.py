"""The day by resource: its bookings by time, what else takes its time, and the gaps between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.kept_words import option_words
from bookings.admin.row_urls import url_of
from bookings.admin.today.rows import MOST_BOOKINGS, Piece, day_pieces
from bookings.admin.today.shown_day import ShownDay
from bookings.availability.openings import Span, free_spans, openings
from bookings.models import Booking, Event, Resource
from bookings.staff_limits import Seen
from bookings.times import clock, clock_range, local

MOST_COLUMNS = 30
SHORTEST_GAP = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a column: a booking, a gap, busy time, a hold, or the present moment."""

    kind: str
    """``booking``, ``gap``, ``shut``, ``held``, ``also`` or ``now``."""
    start: datetime
    end: datetime
    zone: str
    booking: Booking | None = None
    words: str = ""
    url: str = ""
    looks: str = ""
    """Which of the signs of the desk: ``past``, ``now``, ``wait``, ``over``, or none."""
    has_begun: bool = False
    seats: list[Line] = field(default_factory=list)

    @property
    def who(self) -> str:
        """Whom its booking is about: a name, else what it is called."""
        if self.booking is None:
            return ""
        return str(getattr(self.booking, "customer", "") or self.booking.what or self.booking.reference)

    @property
    def offered(self) -> str:
        """The project and its option, as far as it has them."""
        found = vars(self.booking)
        option, length = found["option_label"], found["option_length"]
        words = [found["offered_project"], option_words(option, length) if length else ""]
        return _(", ").join(filter(None, words))

    @property
    def booking_url(self) -> str:
        return url_of("booking_change", self.booking.pk) if self.booking else ""

    @property
    def attended_url(self) -> str:
        """Where it is sent whether they came."""
        return url_of("booking_attended", self.booking.pk) if self.booking else ""

    @property
    def begins(self) -> str:
        return clock(self.start, self.zone)

    @property
    def ends(self) -> str:
        return clock(self.end, self.zone)

    @property
    def times(self) -> str:
        return clock_range(self.start, self.end, self.zone)


@dataclass(frozen=True, kw_only=True)
class Column:
    resource: Resource
    hours: str
    """When it is open that day, in words."""
    lines: list[Line]

    @property
    def count(self) -> str:
        found = sum(line.kind == "booking" for line in self.lines)
        return ngettext("%(count)s booking", "%(count)s bookings", found) % {"count": found}


@dataclass(frozen=True, kw_only=True)
class Board:
    columns: list[Column]
    bookings: list[Booking]
    left_out: bool = False
    """Whether there was more than one page shows."""


def board_of(
    shown: ShownDay, resources: Sequence[Resource], bookings: list[Booking], seen: Seen = None
) -> Board:
    """The columns of the day, of one resource where one was chosen, as somebody may know them who sees ``seen``.

    Three queries.
    """
    columns = [shown.resource] if shown.resource else list(resources)
    pieces = day_pieces(shown, columns)
    shown_bookings = bookings[:MOST_BOOKINGS]
    if len(columns) > MOST_COLUMNS:
        used = {booking.resource_id for booking in shown_bookings}
        columns = [one for one in columns if one.pk in used][:MOST_COLUMNS]
    hours = openings(columns, shown.start, shown.end)
    lines = _booking_lines(shown, shown_bookings)
    return Board(
        columns=[
            Column(
                resource=one,
                hours=_hours(hours[one.pk], shown),
                lines=_column(shown, one, lines[one.pk], pieces[one.pk], hours[one.pk], seen),
            )
            for one in columns
        ],
        bookings=shown_bookings,
        left_out=len(bookings) > MOST_BOOKINGS or (len(columns) < len(resources) and not shown.resource),
    )


def _booking_lines(shown: ShownDay, bookings: Iterable[Booking]) -> dict[UUID, list[Line]]:
    """By resource; the seats of a session stand in its line."""
    lines: defaultdict[UUID, list[Line]] = defaultdict(list)
    sessions: dict[UUID, Line] = {}
    seats = []
    for booking in bookings:
        line = _booking_line(shown, booking)
        if booking.session_id:
            seats.append(line)
            continue
        lines[booking.resource_id].append(line)
        sessions[booking.pk] = line
    for line in seats:
        assert line.booking is not None  # noqa: S101  # it was made of one above
        session = sessions.get(line.booking.session_id) if line.booking.session_id else None
        (session.seats if session else lines[line.booking.resource_id]).append(line)
    return lines


def _booking_line(shown: ShownDay, booking: Booking) -> Line:
    return Line(
        kind="booking",
        start=booking.start,
        end=booking.end,
        zone=shown.zone,
        booking=booking,
        looks=_looks(booking, shown.now),
        has_begun=booking.start <= shown.now,
    )


def _looks(booking: Booking, now: datetime) -> str:
    if not booking.state.settled:
        return "wait"
    if booking.overstepped:
        return "over"
    if booking.end <= now:
        return "past"
    return "now" if booking.start <= now else ""


def _column(
    shown: ShownDay,
    resource: Resource,
    own: list[Line],
    pieces: list[Piece],
    hours: list[Span],
    seen: Seen,
) -> list[Line]:
    others = [line for piece in pieces if (line := _other(shown, resource, piece, seen))]
    taken = [(piece.start, piece.end) for piece in pieces] + [(line.start, line.end) for line in own]
    lines = [*own, *others, *_gaps(shown, resource, hours, taken)]
    if shown.is_today:
        minute = shown.now.replace(second=0, microsecond=0)
        lines.append(Line(kind="now", start=minute, end=minute, zone=shown.zone))
    # The present moment stands before what begins after it and behind what has begun.
    return sorted(lines, key=lambda line: (line.start, line.kind != "now", line.end))


def _other(shown: ShownDay, resource: Resource, piece: Piece, seen: Seen) -> Line | None:
    """What takes the time and is no booking of the resource itself; None where it is."""
    start, end = max(piece.busy_start, shown.start), min(piece.busy_end, shown.end)
    if start >= end or piece.booking__resource == resource.pk:
        return None
    kind, words, url = _of_piece(piece, seen)
    return Line(kind=kind, start=start, end=end, zone=shown.zone, words=words, url=url)


def _of_piece(piece: Piece, seen: Seen) -> tuple[str, str, str]:
    if piece.booking and seen is not None and piece.booking__resource not in seen:
        return "also", _("Goes along with a booking of others"), ""
    if piece.booking:
        goes_along = _("Goes along with %(booking)s") % {"booking": piece.booking__reference}
        return "also", goes_along, url_of("booking_change", piece.booking)
    if piece.reservation and seen is not None and piece.reservation__resource not in seen:
        return "held", _("Somebody"), ""
    if piece.reservation:
        url = url_of("reservation_change", piece.reservation)
        return "held", piece.reservation__project__name or _("Somebody"), url
    event = Event(what=piece.event__what or "", remote=piece.event__remote or "")
    return "shut", str(event), url_of("event_change", piece.event) if piece.event else ""


def _gaps(shown: ShownDay, resource: Resource, hours: list[Span], taken: list[Span]) -> list[Line]:
    """What is free from this minute on; nothing of a day that is over."""
    minute = shown.now.replace(second=0, microsecond=0)
    ahead = [(max(start, minute), end) for start, end in hours if end > minute]
    return [
        Line(
            kind="gap",
            start=start,
            end=end,
            zone=shown.zone,
            url=new_booking_url(resource, start),
            words=_free(shown, start, end),
        )
        for start, end in free_spans(ahead, taken, least=SHORTEST_GAP)
    ]


def _free(shown: ShownDay, start: datetime, end: datetime) -> str:
    if (start, end) == (shown.start, shown.end):
        return _("free all day")
    return _("free %(times)s") % {"times": clock_range(start, end, shown.zone)}


def new_booking_url(resource: Resource | None = None, start: datetime | None = None) -> str:
    """Where a booking is made; with the resource and the time on its own clocks, where they are known."""
    url = reverse("admin:bookings_booking_new")
    if resource is None or start is None:
        return url
    there = local(start, resource.timezone)
    asked = {"resource": resource.pk, "day": there.date().isoformat(), "clock": f"{there:%H:%M}"}
    return f"{url}?{urlencode(asked)}"


def _hours(spans: list[Span], shown: ShownDay) -> str:
    if not spans:
        return _("closed")
    if spans == [(shown.start, shown.end)]:
        return _("open all day")
    return _(", ").join(clock_range(start, end, shown.zone) for start, end in spans)
