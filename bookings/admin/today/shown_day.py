"""Which day a page shows, on whose clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookings.admin.fields.wall_clock import FIRST_DAY, LAST_DAY
from bookings.models import Resource
from bookings.times import clock, day, zone_name


class DayForm(forms.Form):
    """The question that the page answers: a day, the present one where none is given, and perhaps one resource."""

    date = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )
    resource = forms.ChoiceField(label=_("Resource"), required=False)

    def __init__(self, asked: dict[str, str], resources: Sequence[Resource]) -> None:
        super().__init__(asked)
        names = [(str(one.pk), one.name) for one in resources]
        field = self.fields["resource"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is declared above
        field.choices = [("", _("all")), *names]


@dataclass(frozen=True, kw_only=True)
class ShownDay:
    """A day on the clocks of ``zone``; ``resource`` where one was chosen, whose clocks they are."""

    on: date
    zone: str
    now: datetime
    resource: Resource | None = None

    @property
    def start(self) -> datetime:
        return _midnight(self.on, self.zone)

    @property
    def end(self) -> datetime:
        return _midnight(self.on + timedelta(days=1), self.zone)

    @property
    def is_today(self) -> bool:
        return self.start <= self.now < self.end

    @property
    def title(self) -> str:
        """Like "Tuesday 16 March 2027"."""
        return day(self.start, self.zone)

    @property
    def clock(self) -> str:
        """Whose clocks the page shows, like "Berlin time"."""
        return zone_name(self.start, self.zone)

    @property
    def time(self) -> str:
        """The clock of this moment, there."""
        return clock(self.now, self.zone)

    @property
    def query(self) -> str:
        """What leads to this day again, as the end of an address."""
        return self.asked(self.on)

    @property
    def take_time(self) -> str:
        """The page that takes time, of this day; ``&resource=`` and an id name whose."""
        return f"{reverse('admin:bookings_booking_take_time')}?day={self.on}"

    @property
    def before(self) -> str:
        return self.asked(self.on - timedelta(days=1))

    @property
    def after(self) -> str:
        return self.asked(self.on + timedelta(days=1))

    def asked(self, on: date | None) -> str:
        """The question for another day, ``?…``; for the present one where it is None."""
        chosen = {"resource": self.resource.pk} if self.resource else {}
        asked = chosen | ({"date": on.isoformat()} if on else {})
        return f"?{urlencode(asked)}"


def shown_day(form: DayForm, resources: Sequence[Resource], site_zone: str, now: datetime) -> ShownDay:
    """The day that was asked for; the present one where that is no day."""
    form.is_valid()
    chosen = form.cleaned_data.get("resource")
    resource = next((one for one in resources if str(one.pk) == chosen), None)
    zone = resource.timezone if resource else site_zone
    on = form.cleaned_data.get("date") or now.astimezone(ZoneInfo(zone)).date()
    if "date" not in form.errors:
        form.data = {**form.data, "date": on.isoformat()}
    return ShownDay(on=on, zone=zone, now=now, resource=resource)


def _midnight(on: date, zone: str) -> datetime:
    return datetime.combine(on, time(), ZoneInfo(zone)).astimezone(UTC)
