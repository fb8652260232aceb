"""What a rule says of one time: its verdict, in words, with the object that decides."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from bookings.availability.permits import Code
from bookings.errors import BookingError, CapReached, OptionNotOffered, OutsideHours, SlotTaken, WindowClosed

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
    Code.OPTION: (_("The resource does this option."), _("The resource does not do this option.")),
    Code.DAILY_CAP: (
        _("The resource takes more bookings that day."),
        _("The resource has as many bookings that day as it takes."),
    ),
    Code.LENGTH: (_("It has the right length."), _("It is longer or shorter than what is offered.")),
    Code.GRID: (_("It starts where slots start."), _("Slots start at other times.")),
    Code.BUSY: (_("The time is free."), _("The time, or the buffer around it, is taken.")),
}
ERRORS: dict[Code, type[BookingError]] = {
    Code.PAST: WindowClosed,
    Code.NOTICE: WindowClosed,
    Code.HORIZON: WindowClosed,
    Code.OPTION: OptionNotOffered,
    Code.DAILY_CAP: CapReached,
    Code.BUSY: SlotTaken,
}


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
class Verdict:
    """What one rule says; ``sources`` decide, the first one first, none where it is a matter of the clock."""

    code: Code
    passed: bool
    sources: tuple[Source, ...] = ()

    @property
    def sentence(self) -> str:
        """For people, in the active language."""
        return str(SENTENCES[self.code][not self.passed])

    def error(self) -> BookingError:
        """The refusal that a verb raises for a rule that is not passed."""
        return ERRORS.get(self.code, OutsideHours)(rule=str(self.code))
