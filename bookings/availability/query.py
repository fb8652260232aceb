"""What is asked of the search, and what it answers with: values without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
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


class Buffers(NamedTuple):
    """What a slot keeps free: ``before`` and ``after`` are claimed with it, ``around`` is the distance that its bare
    time keeps from the bare time of others, on either side.
    """

    before: timedelta = timedelta(0)
    after: timedelta = timedelta(0)
    around: timedelta = timedelta(0)


NO_BUFFERS = Buffers()


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for the slots of a project, or of a search without one, whoever they are with.

    ``length`` ``None`` stands for stretches of natural length; ``step`` ``None`` steps by the length.  ``notice`` and
    ``horizon`` count from now to a slot's start, ``cut_off`` from its start back to when its customer may last change
    it.  ``longest`` is how long the customer may make a slot, ``None`` where
    nobody is asked for the end.  ``buffer`` keeps its distance around whatever is busy; ``buffer_before`` and
    ``buffer_after`` belong to what is claimed, and where no ``buffer_after`` is set (``None``) it is the ``buffer``.
    """

    mode: Mode = Mode.RANDOM
    length: timedelta | None = timedelta(hours=1)
    step: timedelta | None = None
    longest: timedelta | None = None
    buffer: timedelta = timedelta(0)
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta | None = None
    full_hours: bool = False
    ignore_all_day_events: bool = False
    notice: timedelta = timedelta(0)
    horizon: timedelta | None = None
    cut_off: timedelta | None = None

    @property
    def buffers(self) -> Buffers:
        """The one reading of the three settings."""
        after = self.buffer if self.buffer_after is None else self.buffer_after
        return Buffers(before=self.buffer_before, after=after, around=self.buffer)


@dataclass(frozen=True, kw_only=True)
class Parameters(Terms):
    """What a request over a project's settings over the defaults comes to; ``start`` and ``end`` bound the search."""

    start: datetime
    end: datetime
    zone: tzinfo = UTC
    constraints: tuple[Rule, ...] = ()

    @property
    def terms(self) -> Terms:
        """Without window, zone and constraints."""
        return Terms(**{each.name: getattr(self, each.name) for each in fields(Terms)})

    @property
    def distance(self) -> Distance:
        """The buffers in seconds."""
        before, after, around = (int(each.total_seconds()) for each in self.buffers)
        return Distance(before=before, after=after, around=around)


@dataclass(frozen=True, kw_only=True)
class Query(Parameters):
    """Parameters and whom they are asked of.

    ``resources`` in order of priority; ``lengths`` where one's own length differs; ``ignoring`` are ids of
    bookings and reservations whose time counts as free (what is being moved, the visitor's own hold);
    ``seed`` settles the order of ``Mode.RANDOM``, so that two searches can agree.  ``narrowing`` are constraints
    that take slots away and, unlike ``constraints``, leave the grid where it is without them.  ``with_terms`` where the
    answer tells price and terms as well, which makes it dearer.
    """

    resources: tuple[Resource, ...]
    project: Project | None = None
    lengths: Mapping[UUID, timedelta] = field(default_factory=dict)
    ignoring: frozenset[UUID] = frozenset()
    seed: int | str | None = None
    narrowing: tuple[Rule, ...] = ()
    with_terms: bool = False

    def length_of(self, resource: Resource) -> timedelta | None:
        """How long a slot of that resource is, ``None`` for natural length."""
        return None if self.length is None else self.lengths.get(resource.pk, self.length)
