"""The dates of a row: which of them cannot be had, what is free instead, and what staff chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from bookings import refusals
from bookings.admin.fields.wall_clock import read_instant
from bookings.availability.clashes import Clash, Window
from bookings.errors import BookingError
from bookings.models import Resource
from bookings.times import clock_range, day, day_and_clock

OUT = "out"
ANYWAY = "anyway"
FREE = "free"
"""Names the button that leaves out whatever cannot be had."""
ABOUT = "about"
"""Names the field that says which dates the choices are about, so that none is read for other ones."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a date takes: of which resources, for how long, with what buffers; ``zone`` is of their clocks."""

    resources: Sequence[Resource]
    length: timedelta
    before: timedelta = timedelta()
    after: timedelta = timedelta()
    window: Window
    """What is taken of them, and when they are closed."""

    @property
    def zone(self) -> str:
        return self.resources[0].timezone


@dataclass(kw_only=True)
class Date:
    """One date; ``start`` is when it is to begin by now, None where it is left out."""

    place: int
    terms: Terms
    wanted: datetime
    start: datetime | None
    words: str
    picked: str = ""
    """What was chosen for it, as it was sent."""
    why: str = ""
    """Why it cannot be had, in words; empty where it can."""
    choices: list[tuple[str, str]] = field(default_factory=list)
    """Values and words of what may be chosen instead, the nearest free time first."""

    @property
    def name(self) -> str:
        return name_of(self.place)


Wanted = Sequence[tuple[datetime, Terms]]
"""When each date is to begin, and what it takes."""


def name_of(place: int) -> str:
    return f"date-{place}"


def about(wanted: Wanted) -> str:
    """A value that differs where the dates, their length or their resource do."""
    said = (
        "/".join([f"{start:%Y%m%d%H%M}", str(terms.length), *(str(one.pk) for one in terms.resources)])
        for start, terms in wanted
    )
    return sha256("+".join(said).encode()).hexdigest()


def dates_of(wanted: Wanted, out: str, *, data: Mapping[str, Any], now: datetime) -> list[Date]:
    """Each date with what was chosen for it in ``data``; where it clashes, with what is free instead.

    ``out`` are the words for leaving a date out.
    """
    chosen = data if data.get(ABOUT) == about(wanted) and FREE not in data else {}
    found = [_date(place, start, chosen, terms) for place, (start, terms) in enumerate(wanted)]
    clashing = []
    for one in found:
        if one.start is None:
            continue
        clash = _clash(one.start, one.terms)
        if clash is Clash.CLOSED and chosen.get(one.name) not in (None, ""):
            continue  # staff chose it knowing that
        if clash and FREE in data:
            one.start = None
        elif clash:
            clashing.append((one, clash))
    for one, clash in clashing:
        why = _("This time is taken.") if clash is Clash.TAKEN else _("It is closed then.")
        _ask(one, why, found, out, now, anyway=clash is Clash.CLOSED)
    return found


def say_refusals(dates: Sequence[Date], refused: Mapping[int, BookingError], out: str, now: datetime) -> None:
    """Note at each date why the verb refused it; ``refused`` counts those that are not left out."""
    standing = [one for one in dates if one.start]
    for place, refusal in refused.items():
        _ask(standing[place], refusals.sentence(refusal), dates, out, now)


def _date(place: int, start: datetime, chosen: Mapping[str, Any], terms: Terms) -> Date:
    picked = str(chosen.get(name_of(place), ""))
    other = None if picked in {"", OUT, ANYWAY} else read_instant(picked)
    at = None if picked == OUT else other or start
    shown = at or start
    words = _(", ").join((day(shown, terms.zone), clock_range(shown, shown + terms.length, terms.zone)))
    return Date(place=place, terms=terms, wanted=start, start=at, words=words, picked=picked)


def _clash(start: datetime, terms: Terms) -> Clash | None:
    end = start + terms.length
    return terms.window.clash(start, end, claimed=(start - terms.before, end + terms.after))


def _ask(
    one: Date,
    why: str,
    dates: Sequence[Date],
    out: str,
    now: datetime,
    *,
    anyway: bool = False,
) -> None:
    terms = one.terms
    others = [
        (each.start - each.terms.before, each.start + each.terms.length + each.terms.after)
        for each in dates
        if each.start and each is not one and not each.why and {*each.terms.resources} & {*terms.resources}
    ]
    near = terms.window.nearest(
        one.wanted, terms.length, before=terms.before, after=terms.after, now=now, besides=others
    )
    one.why = why
    one.choices = [(moment.isoformat(), day_and_clock(moment, terms.zone)) for moment in near]
    if anyway:
        one.choices.append((ANYWAY, _("then all the same")))
    one.choices.append((OUT, out))


def starts_of(dates: Sequence[Date]) -> list[datetime]:
    """When the dates begin that are not left out."""
    return [one.start for one in dates if one.start]
