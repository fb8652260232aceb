"""Which parties permit a time: each layer of hours and constraints as intervals, with the object that
decides.

The search intersects the layers, the explanation asks each one by itself; so both always say the same.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bookings.availability.days import Day
from bookings.availability.hours import Level, open_hours
from bookings.availability.intervals import Intervals, intersection
from bookings.availability.kept_hours import KEPT_HOURS
from bookings.availability.rules import Rule, permitted


class Code(StrEnum):
    """What a rule is called; never changes."""

    HOURS = "hours"
    PROJECT_HOURS = "project_hours"
    RESOURCE_CONSTRAINTS = "resource_constraints"
    PROJECT_CONSTRAINTS = "project_constraints"
    REQUEST_CONSTRAINTS = "constraints"
    CALENDARS = "calendars"
    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    OPTION = "option"
    DAILY_CAP = "daily_cap"
    LENGTH = "length"
    GRID = "grid"
    BUSY = "busy"
    SESSION = "session"
    SEATS = "seats"


@dataclass(frozen=True, kw_only=True)
class Permit:
    """Where one layer permits; ``intervals`` is ``None`` where it permits always."""

    code: Code
    intervals: Intervals | None
    source: Any = None


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What says when one resource may be booked.  ``None`` for constraints that cannot be read: nothing is
    permitted.
    """

    levels: Sequence[Level] = ()
    project_levels: Sequence[Level] = ()
    resource_rules: Sequence[Rule] | None = ()
    project_rules: Sequence[Rule] | None = ()
    request_rules: Sequence[Rule] | None = ()
    resource: Any = None
    project: Any = None
    is_stale: bool = False
    """A connected calendar was not read for too long, and until it is the project offers nothing."""

    def permits(self, days: Sequence[Day], zone: ZoneInfo) -> list[Permit]:
        """Every layer, evaluated in the resource's zone within ``days``."""
        known = Permit(code=Code.CALENDARS, intervals=[] if self.is_stale else None, source=self.resource)
        return [*self._stored(days, zone), self._requested(days, zone), known]

    def open(self, days: Sequence[Day], zone: ZoneInfo) -> Intervals:
        """The instants within ``days`` (of one zone, none left out) that every layer permits; not to be changed."""
        if self.is_stale:
            return []
        stored = KEPT_HOURS.get(
            self._made_of(days, zone), lambda: _permitted_by_all(self._stored(days, zone), days)
        )
        requested = self._requested(days, zone).intervals
        return stored if requested is None else intersection(stored, requested)

    def _stored(self, days: Sequence[Day], zone: ZoneInfo) -> list[Permit]:
        """The layers that rows keep."""

        def hours(code: Code, levels: Sequence[Level]) -> Permit:
            return Permit(code=code, intervals=open_hours(levels, days, zone), source=levels)

        return [
            hours(Code.HOURS, self.levels),
            hours(Code.PROJECT_HOURS, self.project_levels),
            _constraints(Code.RESOURCE_CONSTRAINTS, self.resource_rules, days, zone, self.resource),
            _constraints(Code.PROJECT_CONSTRAINTS, self.project_rules, days, zone, self.project),
        ]

    def _requested(self, days: Sequence[Day], zone: ZoneInfo) -> Permit:
        return _constraints(Code.REQUEST_CONSTRAINTS, self.request_rules, days, zone, None)

    def _made_of(self, days: Sequence[Day], zone: ZoneInfo) -> Hashable:
        """Every value that the stored layers are computed from."""
        hours = (tuple(level.said for level in levels) for levels in (self.levels, self.project_levels))
        rules = (
            rules if rules is None else tuple(rules) for rules in (self.resource_rules, self.project_rules)
        )
        return (*hours, *rules, zone, days[0].date, days[-1].date)


def _constraints(
    code: Code, rules: Sequence[Rule] | None, days: Sequence[Day], zone: ZoneInfo, source: Any
) -> Permit:
    intervals = [] if rules is None else permitted(rules, days, zone)
    return Permit(code=code, intervals=intervals, source=source)


def _permitted_by_all(permits: Iterable[Permit], days: Sequence[Day]) -> Intervals:
    left: Intervals = [(days[0].start, days[-1].end)]
    for permit in permits:
        if permit.intervals is not None:
            left = intersection(left, permit.intervals)
    return left
