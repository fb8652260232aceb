"""A wall clock's day and time as an instant: refused in a skipped hour, asked about in a repeated one."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.choices import offer_choices
from bookings.effects.recipients import first_zone
from bookings.times import clock, offset, repeated_hour, zone_and_offset

MINUTE = timedelta(minutes=1)
# Between them every zone's clock has an instant; staff may write down the past.
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2199, 12, 31)


def is_in_reach(day: date) -> bool:
    """Whether a day is one that people may mean here."""
    return FIRST_DAY <= day <= LAST_DAY


def read_wall_clock(text: str, zone: str, here: ZoneInfo) -> datetime | None:
    """A wall clock's time, by the clocks of ``zone`` where it is one, as those of ``here`` show it; None where it is
    none.
    """
    try:
        shown = parse_datetime(text)
        there = ZoneInfo(first_zone(zone, here.key))
        if shown is None or shown.tzinfo:
            return None
        return shown.replace(tzinfo=there).astimezone(here)
    except (ValueError, OverflowError):
        return None


def read_instant(text: str) -> datetime | None:
    """A moment with its zone as a button sends it, in UTC; None where it is none, or out of reach."""
    try:
        moment = parse_datetime(text) if len(text) < 40 else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not is_in_reach(moment.date()):
        return None
    return moment.astimezone(UTC)


def instants(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """The instants (UTC) at which clocks in ``zone`` show that time: none if skipped, two if repeated."""
    shown = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    both = {shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(one for one in both if one.astimezone(zone).replace(tzinfo=None, fold=0) == shown)


def around_the_gap(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """For a skipped time: the last full minute before the clocks jump, and the instant to which they jump."""
    shown = datetime.combine(day, at.replace(tzinfo=zone))
    low, high = (shown.replace(fold=fold).astimezone(UTC) for fold in (1, 0))
    before = low.astimezone(zone).utcoffset()
    while high - low > MINUTE:
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    jump = (high + timedelta(seconds=30)).replace(second=0, microsecond=0)
    return jump - MINUTE, jump


class WallClockForm(forms.Form):
    """A start as staff type it.  ``start_in`` turns it into an instant once the zone is known.

    ``broken_rules`` are the rules that the time breaks, to be confirmed.
    """

    day = forms.DateField(
        label=gettext_lazy("day"),
        widget=AdminDateWidget,
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )
    clock = forms.TimeField(
        label=gettext_lazy("time"),
        widget=forms.TimeInput(format="%H:%M", attrs={"size": 8, "placeholder": "14:05"}),
    )
    which = forms.ChoiceField(
        label=gettext_lazy("which of the two"), required=False, widget=forms.RadioSelect, choices=[]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "which", [("0", ""), ("1", "")])
        self.asks_which = False
        self.broken_rules: list[str] = []

    @property
    def not_asked(self) -> set[str]:
        """The fields that stay out of sight until something makes them necessary."""
        questions = {"which": self.asks_which, "confirmed": bool(self.broken_rules)}
        return {name for name, needed in questions.items() if not needed}

    def begin_at(self, moment: datetime, zone: ZoneInfo) -> None:
        """Show a moment to the minute, and which of the two it is in a repeated hour."""
        here = moment.astimezone(zone).replace(second=0, microsecond=0)
        self.initial.update(day=here.date(), clock=here.time().replace(fold=0))
        both = instants(here.date(), here.time(), zone)
        if len(both) > 1:
            self.initial["which"] = str(here.fold)
            self._offer_both(both, zone)

    def start_in(self, zone: ZoneInfo) -> datetime | None:
        """The instant, or None with an error added: the hour was skipped, or came twice and no choice was made."""
        day, at = self.cleaned_data.get("day"), self.cleaned_data.get("clock")
        if day is None or at is None:
            return None
        found = instants(day, at, zone)
        if not found:
            self.add_error("clock", self._skipped(day, at, zone))
            return None
        if len(found) == 1:
            return found[0]
        self._offer_both(found, zone)
        chosen = self.cleaned_data.get("which")
        if chosen not in {"0", "1"}:
            self.add_error("which", _("The clocks show this time twice that night. Choose one."))
            return None
        return found[int(chosen)]

    def _skipped(self, day: date, at: time, zone: ZoneInfo) -> ValidationError:
        before, after = around_the_gap(day, at, zone)
        sentence = _(
            "The clocks skip this time that night. The nearest are %(before)s and %(after)s, %(zone)s."
        )
        names = {
            "before": clock(before, zone),
            "after": clock(after, zone),
            "zone": zone_and_offset(after, zone),
        }
        return ValidationError(sentence % names)

    def _offer_both(self, found: list[datetime], zone: ZoneInfo) -> None:
        self.asks_which = True
        both = [f"{clock(one, zone)}, {repeated_hour(one, zone)} ({offset(one, zone)})" for one in found]
        offer_choices(self, "which", [(str(index), words) for index, words in enumerate(both)])
