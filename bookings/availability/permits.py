"""Which parties permit a time: each layer of hours and constraints as intervals, with the object that
decides.

The search intersects the layers, the explanation asks each one by itself; so both always say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bookings.availability.days import Day
from bookings.availability.hours import Level, open_hours
from bookings.availability.intervals import Intervals, intersection
from bookings.availability.rules import Rule, permitted


class Code(StrEnum):
    """What a rule is called; never changes."""

    HOURS = "hours"
    PROJECT_HOURS = "project_hours"
    RESOURCE_CONSTRAINTS = "resource_constraints"
    PROJECT_CONSTRAINTS = "project_constraints"
    REQUEST_CONSTRAINTS = "constraints"
    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    OPTION = "option"
    DAILY_CAP = "daily_cap"
    LENGTH = "length"
    GRID = "grid"
    BUSY = "busy"


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

    def permits(self, days: Sequence[Day], zone: ZoneInfo) -> list[Permit]:
        """Every layer, evaluated in the resource's zone within ``days``."""

        def constraints(code: Code, rules: Sequence[Rule] | None, source: Any) -> Permit:
            intervals = [] if rules is None else permitted(rules, days, zone)
            return Permit(code=code, intervals=intervals, source=source)

        return [
            Permit(code=Code.HOURS, intervals=open_hours(self.levels, days, zone), source=self.levels),
            Permit(
                code=Code.PROJECT_HOURS,
                intervals=open_hours(self.project_levels, days, zone),
                source=self.project_levels,
            ),
            constraints(Code.RESOURCE_CONSTRAINTS, self.resource_rules, self.resource),
            constraints(Code.PROJECT_CONSTRAINTS, self.project_rules, self.project),
            constraints(Code.REQUEST_CONSTRAINTS, self.request_rules, None),
        ]

    def open(self, days: Sequence[Day], zone: ZoneInfo) -> Intervals:
        """The instants within ``days`` that every layer permits."""
        left: Intervals = [(days[0].start, days[-1].end)]
        for permit in self.permits(days, zone):
            if permit.intervals is not None:
                left = intersection(left, permit.intervals)
        return left
