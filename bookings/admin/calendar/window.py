"""Which days of which resources the calendar shows, and on whose clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from bookings.admin.fields.choices import offer_choices
from bookings.admin.fields.wall_clock import FIRST_DAY, LAST_DAY
from bookings.availability.days import day_start
from bookings.models import Resource, Site

MOST_RESOURCES = 40
"""How many are drawn beside each other; of more, one is chosen."""


class CalendarForm(forms.Form):
    """What the calendar is asked for; nothing is required."""

    day = forms.DateField(
        label=_("day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        # A week around either of them is still one that every zone has.
        validators=[
            MinValueValidator(FIRST_DAY + timedelta(days=7)),
            MaxValueValidator(LAST_DAY - timedelta(days=7)),
        ],
    )
    resource = forms.ChoiceField(label=_("resource"), required=False)
    view = forms.ChoiceField(
        choices=[("day", _("Day")), ("week", _("Week"))], required=False, widget=forms.HiddenInput
    )
    list = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, resources: Sequence[Resource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "resource", [("", _("all of them")), *((one.pk, one.name) for one in resources)])


@dataclass(frozen=True, kw_only=True)
class Window:
    """The days ``first`` to ``first + length``, half-open, on the clocks of ``zone``."""

    view: str
    day: date
    """The one that was asked for."""
    first: date
    length: timedelta
    zone: ZoneInfo
    resources: list[Resource]
    chosen: Resource | None
    left_out: int
    """How many resources have no place here."""
    as_list: bool

    @cached_property
    def start(self) -> datetime:
        return datetime.fromtimestamp(day_start(self.first, self.zone), UTC)

    @cached_property
    def end(self) -> datetime:
        return datetime.fromtimestamp(day_start(self.first + self.length, self.zone), UTC)


def window_of(form: CalendarForm, resources: Sequence[Resource], site: Site, now: datetime) -> Window:
    """What a form asks for; where it is not valid, today as if nothing were asked."""
    asked = form.cleaned_data if form.is_valid() else {}
    chosen = next((one for one in resources if str(one.pk) == asked.get("resource")), None)
    zone = ZoneInfo(chosen.timezone if chosen else site.timezone)
    day = asked.get("day") or now.astimezone(zone).date()
    view = asked.get("view") or "day"
    back = (day.weekday() - site.weekdays[0]) % 7 if view == "week" else 0
    every = [chosen] if chosen else list(resources)
    return Window(
        view=view,
        day=day,
        first=day - timedelta(days=back),
        length=timedelta(days=7 if view == "week" else 1),
        zone=zone,
        resources=every[:MOST_RESOURCES],
        chosen=chosen,
        left_out=len(every[MOST_RESOURCES:]),
        as_list=bool(asked.get("list")),
    )
