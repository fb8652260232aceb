"""What came, moved or was cancelled since somebody last looked, and what they did themselves just now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings import read_only
from bookings.lifecycle import Actor, is_press_of, press_window
from bookings.lifecycle.notices import OFF
from bookings.models import Booking, HistoryEntry, LastLook
from bookings.staff_limits import limited
from bookings.times import brief_day_and_clock, clock

MOST_READ = 300
"""So many of the newest entries are read, however long somebody was away."""
MOST_TOLD = 8
READ_FIRST = 40
"""Of so many of the newest the bookings are read; of all others where those give too little to tell."""
SITTING = timedelta(minutes=30)
"""After so long without a look the next one begins a sitting: what was seen before is no news any more."""
ONCE_A = timedelta(minutes=1)
"""A look at what is known already is written down so often."""
FIRST_LOOK = timedelta(days=1)
STILL_COMING = timedelta(seconds=10)
"""So young an entry may stand before one that is not committed yet; it counts as unseen."""


@dataclass(frozen=True, kw_only=True)
class NewsItem:
    kind: str
    """``came``, ``moved`` or ``off``."""
    name: str
    words: str
    url: str
    at: str


@dataclass(frozen=True, kw_only=True)
class JustDone:
    """What the reader did by one press, and can take back."""

    booking: Booking
    words: str
    until: str


@dataclass(frozen=True, kw_only=True)
class News:
    since: str
    items: list[NewsItem]
    left_out: bool
    """Whether more happened than is told."""
    just_done: list[JustDone]
    just_noted: frozenset[UUID]
    """The bookings whose attendance the reader noted just now."""


def news_for(user: Any, now: datetime, zone: str) -> News:
    """What is new to that user, who thereby has seen it.  Three queries, and a write now and then.

    A fourth where most of the newest was overtaken since.
    """
    entries = latest_entries()
    look = _looked(user, now, entries)
    new = [
        one
        for one in entries
        if one.pk > look.since_entry and one.at > look.since_at and _is_by_another(one, user)
    ]
    told = [(entry, kind) for entry in new if (kind := _kind(entry))]
    mine = own_presses(entries, user, now)
    bookings = _read([entry for entry, _kind in told[:READ_FIRST]] + mine, user)
    items = _items(told[:READ_FIRST], bookings, zone)
    if len(items) <= MOST_TOLD:
        bookings |= _read([entry for entry, _kind in told[READ_FIRST:]], user)
        items += _items(told[READ_FIRST:], bookings, zone)
    return News(
        since=brief_day_and_clock(look.since_at, zone),
        items=items[:MOST_TOLD],
        left_out=len(items) > MOST_TOLD or len(new) == MOST_READ,
        just_done=just_done(mine, bookings, zone),
        just_noted=frozenset(_noted(entries, user, now)),
    )


def latest_entries() -> list[HistoryEntry]:
    """The newest entries of the history, newest first."""
    return list(HistoryEntry.objects.order_by("-pk")[:MOST_READ])


def own_presses(entries: Iterable[HistoryEntry], user: Any, now: datetime) -> list[HistoryEntry]:
    """What that user did by one press and may still take back, one entry a booking."""
    by = Actor.staff(user)
    last: dict[UUID, HistoryEntry] = {}
    for entry in entries:
        if entry.what == HistoryEntry.What.TRANSITION:
            last.setdefault(entry.booking_id, entry)
    return [one for one in last.values() if is_press_of(one, by) and one.at > now - press_window()]


def just_done(mine: Iterable[HistoryEntry], bookings: dict[UUID, Booking], zone: str) -> list[JustDone]:
    """The same for a page: a booking that something else continues by now is left out."""
    return [
        JustDone(
            booking=booking,
            words=str(booking.state),
            until=clock(entry.at + press_window(), zone),
        )
        for entry in mine
        if (booking := bookings.get(entry.booking_id)) and booking.state.name == entry.target
    ]


def own_just_done(user: Any, now: datetime, zone: str) -> list[JustDone]:
    """What that user did by one press and may still take back.  Two queries."""
    mine = own_presses(latest_entries(), user, now)
    return just_done(mine, _read(mine, user), zone)


def mark_all_seen(user: Any) -> None:
    """What was told by now is no news to that user any more."""
    look = LastLook.objects.filter(user=user).first()
    if look:
        LastLook.objects.filter(user=user).update(since_at=look.seen_at, since_entry=look.seen_entry)


def _looked(user: Any, now: datetime, entries: Sequence[HistoryEntry]) -> LastLook:
    """From where on the reader is told what is new; that they look now is written down."""
    look = LastLook.objects.filter(user=user).first()
    is_new = look is None
    if look is None:
        look = LastLook(user=user, since_at=now - FIRST_LOOK, since_entry=0, seen_at=now, seen_entry=0)
    elif now - look.seen_at > SITTING:
        look.since_at, look.since_entry = look.seen_at, look.seen_entry
    settled = (entry.pk for entry in entries if entry.at < now - STILL_COMING)
    seen = max(look.seen_entry, next(settled, 0))
    if is_new or seen != look.seen_entry or now - look.seen_at > ONCE_A:
        look.seen_at, look.seen_entry = now, seen
        _write(look, is_new=is_new)
    return look


def _write(look: LastLook, *, is_new: bool) -> None:
    if read_only.is_marked():
        return
    if is_new:  # two pages may be the first at once
        LastLook.objects.bulk_create([look], ignore_conflicts=True)
    else:
        look.save()


def _is_by_another(entry: HistoryEntry, user: Any) -> bool:
    return (entry.actor, entry.actor_id) != (HistoryEntry.Actor.STAFF, str(user.pk))


def _kind(entry: HistoryEntry) -> str:
    """What an entry may be news of; whether it called the booking off, its state says."""
    if entry.what != HistoryEntry.What.TRANSITION:
        return ""
    if not entry.source:
        return "came"
    if entry.reason == "moved":
        return "moved" if entry.source == entry.target else ""
    return "off" if entry.reason in {"", "session"} else ""


def _items(
    told: Iterable[tuple[HistoryEntry, str]], bookings: dict[UUID, Booking], zone: str
) -> list[NewsItem]:
    return [
        item
        for entry, kind in told
        if entry.booking_id in bookings and (item := _item(entry, kind, bookings[entry.booking_id], zone))
    ]


def _item(entry: HistoryEntry, kind: str, booking: Booking, zone: str) -> NewsItem | None:
    if kind == "off" and (booking.state.name != entry.target or booking.state.mail_to_customer not in OFF):
        return None
    when = brief_day_and_clock(booking.start, zone)
    return NewsItem(
        kind=kind,
        name=str(getattr(booking, "customer", None) or booking.what or booking.reference),
        words=_words(kind, booking, when),
        url=reverse("admin:bookings_booking_change", args=[booking.pk]),
        at=brief_day_and_clock(entry.at, zone),
    )


def _words(kind: str, booking: Booking, when: str) -> str:
    if kind == "moved":
        return _("moved to %(when)s") % {"when": when}
    if kind == "off":
        return _("%(state)s: %(when)s") % {"state": booking.state, "when": when}
    if not booking.state.settled:
        return _("asked for %(when)s") % {"when": when}
    return _("booked %(when)s") % {"when": when}


def _noted(entries: Iterable[HistoryEntry], user: Any, now: datetime) -> set[UUID]:
    return {
        entry.booking_id
        for entry in entries
        if entry.what == HistoryEntry.What.ATTENDANCE
        and not _is_by_another(entry, user)
        and entry.at > now - press_window()
    }


def _read(entries: Iterable[HistoryEntry], user: Any) -> dict[UUID, Booking]:
    ids = {entry.booking_id for entry in entries}
    rows = limited(Booking.objects.live(), user).filter(pk__in=ids) if ids else Booking.objects.none()
    return {row.pk: row for row in rows.select_related("state", "customer", "resource")}
