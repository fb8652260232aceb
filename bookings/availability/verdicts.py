"""What a rule says of one time: its verdict, in words, with the object that decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from bookings.availability.permits import Code
from bookings.errors import (
    BookingError,
    CapReached,
    GroupFull,
    OptionNotOffered,
    OutsideHours,
    SlotTaken,
    WindowClosed,
)
from bookings.models import Resource

SENTENCES = {
    Code.PAST: (_("It lies in the future."), _("It has begun already.")),
    Code.NOTICE: (_("It is far enough ahead."), _("It is too soon: bookings are taken some time ahead.")),
    Code.HORIZON: (_("It is near enough."), _("It is too far ahead: bookings are not taken yet.")),
    Code.HOURS: (_("The resource is open."), _("The resource is closed, for a part of the time at least.")),
    Code.PROJECT_HOURS: (_("The project's hours permit it."), _("It is outside the project's hours.")),
    Code.RESOURCE_CONSTRAINTS: (
        _("The resource's constraints permit it."),
        _("A constraint of the resource forbids it."),
    ),
    Code.PROJECT_CONSTRAINTS: (
        _("The project's constraints permit it."),
        _("A constraint of the project forbids it."),
    ),
    Code.REQUEST_CONSTRAINTS: (
        _("The request's constraints permit it."),
        _("A constraint of the request forbids it."),
    ),
    Code.CALENDARS: (
        _("The resource's calendars were read lately."),
        _("A calendar of the resource was not read for too long: read it anew, or connect it again."),
    ),
    Code.OPTION: (_("The resource does this option."), _("The resource does not do this option.")),
    Code.DAILY_CAP: (
        _("The resource takes more bookings that day."),
        _("The resource has as many bookings that day as it takes."),
    ),
    Code.LENGTH: (_("It has the right length."), _("It is longer or shorter than what is offered.")),
    Code.GRID: (_("It starts where slots start."), _("Slots start at other times.")),
    Code.BUSY: (_("The time is free."), _("The time, or the buffer around it, is taken.")),
    Code.SESSION: (_("A session begins then."), _("No session begins then.")),
    Code.SEATS: (_("The session has seats left."), _("The session has not enough seats left.")),
}
ERRORS: dict[Code, type[BookingError]] = {
    Code.PAST: WindowClosed,
    Code.NOTICE: WindowClosed,
    Code.HORIZON: WindowClosed,
    Code.OPTION: OptionNotOffered,
    Code.DAILY_CAP: CapReached,
    Code.BUSY: SlotTaken,
    Code.SEATS: GroupFull,
}
Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Source:
    """The object that decides, by its model and key; ``note`` is what staff wrote beside it."""

    model: type[Model]
    pk: Any
    note: str = ""

    @property
    def admin_url_name(self) -> str:
        """The name of its page in the admin; takes ``pk``."""
        return f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_change"


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """What of a time would have to change for one rule to pass it; the others may forbid that as well.

    To start at ``starts_from`` at the earliest, at ``starts_until`` at the latest, or at one of ``starts``; to end at
    one of ``ends``; to lie within one of ``within``; to be with one of ``resources`` (ids).
    """

    starts_from: datetime | None = None
    starts_until: datetime | None = None
    starts: tuple[datetime, ...] = ()
    ends: tuple[datetime, ...] = ()
    within: tuple[Span, ...] = ()
    resources: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one rule says; ``sources`` decide, the first one first, none where it is a matter of the clock.

    ``remedy`` is told where the rule forbids the time and something near would do.
    """

    code: Code
    passed: bool
    sources: tuple[Source, ...] = ()
    remedy: Remedy | None = None

    @property
    def sentence(self) -> str:
        """For people, in the active language."""
        return str(SENTENCES[self.code][not self.passed])

    def error(self) -> BookingError:
        """The refusal that a verb raises for a rule that is not passed."""
        return ERRORS.get(self.code, OutsideHours)(rule=str(self.code))


@dataclass(frozen=True, kw_only=True)
class JudgedTime:
    """``[start, end)`` with one resource and what each rule says of it; with neither resource nor end where there is
    no session to be judged.
    """

    resource: Resource | None
    start: datetime
    end: datetime | None
    verdicts: Sequence[Verdict]

    @property
    def offered(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def broken(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if not verdict.passed]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A time, judged for each who might take it; ``needed`` are those who are only booked together."""

    times: Sequence[JudgedTime]
    needed: Sequence[JudgedTime] = ()

    @property
    def offered(self) -> bool:
        if self.needed:
            return all(one.offered for one in self.needed)
        return any(one.offered for one in self.times)

    @property
    def decides(self) -> list[Code]:
        """The rules that forbid it with the one who comes nearest, or with any who is needed; none if it is offered."""
        if self.offered:
            return []
        nearest = self.needed or sorted(self.times, key=lambda one: len(one.broken))[:1]
        return list(dict.fromkeys(verdict.code for one in nearest for verdict in one.broken))
