"""What is asked of the search, and what it answers with: values without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from uuid import UUID

from bookings.availability.busy import Distance
from bookings.availability.modes import Mode
from bookings.availability.rules import Rule
from bookings.models import Project, Resource


class Slot(NamedTuple):
    """A free (or blocked) half-open interval ``[start, end)`` in the zone asked for, and whose it is."""

    start: datetime
    end: datetime
    resources: tuple[Resource, ...]


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """What a request over a project's settings over the defaults comes to.

    ``start`` and ``end`` bound the search; ``length`` ``None`` asks for stretches of natural length; ``step``
    ``None`` steps by the length.  ``notice`` and ``horizon`` count from now to a slot's start.
    """

    start: datetime
    end: datetime
    mode: Mode = Mode.RANDOM
    length: timedelta | None = timedelta(hours=1)
    step: timedelta | None = None
    buffer: timedelta = timedelta(0)
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    full_hours: bool = False
    ignore_all_day_events: bool = False
    notice: timedelta = timedelta(0)
    horizon: timedelta | None = None
    zone: tzinfo = UTC
    constraints: tuple[Rule, ...] = ()

    @property
    def distance(self) -> Distance:
        """Buffers in seconds; the single ``buffer`` is claimed after a booking where no ``buffer_after`` is."""
        before, after, around = (
            int(each.total_seconds())
            for each in (self.buffer_before, self.buffer_after or self.buffer, self.buffer)
        )
        return Distance(before=before, after=after, around=around)


@dataclass(frozen=True, kw_only=True)
class Query(Parameters):
    """Parameters and whom they are asked of.

    ``resources`` in order of priority; ``lengths`` where one's own length differs; ``ignoring`` are ids of
    bookings and reservations whose time counts as free (what is being moved, the visitor's own hold);
    ``seed`` settles the order of ``Mode.RANDOM``, so that two searches can agree.  ``narrowing`` are constraints
    that take slots away and, unlike ``constraints``, leave the grid where it is without them.
    """

    resources: tuple[Resource, ...]
    project: Project | None = None
    lengths: Mapping[UUID, timedelta] = field(default_factory=dict)
    ignoring: frozenset[UUID] = frozenset()
    seed: int | str | None = None
    narrowing: tuple[Rule, ...] = ()

    def length_of(self, resource: Resource) -> timedelta | None:
        """How long a slot of that resource is, ``None`` for natural length."""
        return None if self.length is None else self.lengths.get(resource.pk, self.length)
