"""Whose time is taken, from when until when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.choices import offer_choices
from bookings.admin.fields.wall_clock import FIRST_DAY, LAST_DAY, around_the_gap, instants
from bookings.availability.days import day_start
from bookings.models import Event, Resource, Site
from bookings.times import clock, zone_and_offset
from bookings.typed_text import line

EVERYBODY = "everybody"
DAY = timedelta(days=1)
DAYS = [MinValueValidator(FIRST_DAY + DAY), MaxValueValidator(LAST_DAY - DAY)]


class DayField(forms.DateField):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ClockField(forms.TimeField):
    widget = forms.TimeInput(format="%H:%M", attrs={"size": 8, "placeholder": "14:05"})


class TakeTimeForm(forms.Form):
    """Without times whole days are taken, both of them included.

    Whole days are counted by the clocks of each resource; times by those of the one that is chosen, else by the site's.
    """

    who = forms.MultipleChoiceField(label=gettext_lazy("whose time"), widget=forms.CheckboxSelectMultiple)
    first = DayField(label=gettext_lazy("from the day"), validators=DAYS)
    opens = ClockField(
        label=gettext_lazy("from the time"), required=False, help_text=gettext_lazy("No times: whole days.")
    )
    last = DayField(
        label=gettext_lazy("until the day"),
        required=False,
        validators=DAYS,
        help_text=gettext_lazy("Empty: the same day. For whole days: the last of them."),
    )
    closes = ClockField(label=gettext_lazy("until the time"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("reason"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Staff see it in the calendar, customers do not."),
    )

    def __init__(
        self, *args: Any, resources: Sequence[Resource], site: Site, may_close: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.resources, self.site = resources, site
        everybody = [(EVERYBODY, _("Everybody: the site is closed"))] if may_close else []
        offer_choices(self, "who", [*everybody, *((str(one.pk), one.name) for one in resources)])
        self.spans: dict[Resource, tuple[datetime, datetime]] = {}

    def clean_reason(self) -> str:
        return line(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.errors:
            return data
        data["last"] = data["last"] or data["first"]
        if (data["opens"] is None) != (data["closes"] is None):
            missing = "opens" if data["opens"] is None else "closes"
            self.add_error(missing, _("Give both times, or neither for whole days."))
        elif data["last"] < data["first"]:
            self.add_error("last", _("The last day must not come before the first."))
        elif data["last"] - data["first"] > Event.LONGEST - 2 * DAY:
            self.add_error("last", _("At most a year is taken at once."))
        else:
            self.spans = {one: span for one in self.chosen if (span := self._span(one))}
        return data

    @property
    def chosen(self) -> list[Resource]:
        who = self.cleaned_data["who"]
        return [one for one in self.resources if EVERYBODY in who or str(one.pk) in who]

    @property
    def whole_days(self) -> bool:
        return self.cleaned_data["opens"] is None

    @property
    def closes_the_site(self) -> bool:
        return EVERYBODY in self.cleaned_data["who"] and self.whole_days

    @property
    def zone(self) -> ZoneInfo:
        chosen = self.chosen
        return ZoneInfo(chosen[0].timezone if len(chosen) == 1 else self.site.timezone)

    def _span(self, resource: Resource) -> tuple[datetime, datetime] | None:
        data = self.cleaned_data
        if self.whole_days:
            zone = ZoneInfo(resource.timezone)
            bounds = (day_start(data["first"], zone), day_start(data["last"] + DAY, zone))
            return datetime.fromtimestamp(bounds[0], UTC), datetime.fromtimestamp(bounds[1], UTC)
        start, end = self._instant("opens", data["first"], 0), self._instant("closes", data["last"], -1)
        if start and end and end <= start and "closes" not in self.errors:
            self.add_error("closes", _("The end must come after the start."))
        return (start, end) if start and end and end > start else None

    def _instant(self, name: str, day: date, which: int) -> datetime | None:
        """What the clocks of the page show then; of a repeated hour the first to begin with, the last to end with."""
        at: time | None = self.cleaned_data.get(name)
        if at is None:
            return None
        if found := instants(day, at, self.zone):
            return found[which]
        before, after = around_the_gap(day, at, self.zone)
        words = {
            "before": clock(before, self.zone),
            "after": clock(after, self.zone),
            "zone": zone_and_offset(after, self.zone),
        }
        sentence = _(
            "The clocks skip this time that night. The nearest are %(before)s and %(after)s, %(zone)s."
        )
        self.add_error(name, ValidationError(sentence % words))
        return None
