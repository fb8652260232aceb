"""What is asked about a row of dates: what, with whom, from when, how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.booking.new_booking_forms import stated_length
from bookings.admin.fields.choices import offer_rows
from bookings.admin.fields.plain import DurationField
from bookings.admin.fields.wall_clock import FIRST_DAY, LAST_DAY, around_the_gap, instants
from bookings.models import GraphVersion, Option, Project, Resource
from bookings.typed_text import line

MOST_DATES = 52
RHYTHMS = [
    (7, gettext_lazy("every week")),
    (14, gettext_lazy("every two weeks")),
    (28, gettext_lazy("every four weeks")),
    (1, gettext_lazy("every day")),
]


class WallClockField(forms.CharField):
    """A day and a time as one control; its value is without a zone, since the resource says which."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            shown = parse_datetime(text) if len(text) < 40 else None
        except ValueError:
            shown = None
        if shown is None or shown.tzinfo is not None or not FIRST_DAY <= shown.date() <= LAST_DAY:
            raise ValidationError(_("Give a day and a time."))
        return shown.replace(second=0, microsecond=0)


class RowForm(forms.Form):
    """A row of dates, an equal number of days apart, at the same time by the clocks of the resource."""

    resource = forms.ModelChoiceField(Resource.objects.none(), label=gettext_lazy("resource"))
    option = forms.ModelChoiceField(Option.objects.none(), label=gettext_lazy("option"), required=False)
    start = WallClockField(label=gettext_lazy("first time"))
    length = DurationField(
        label=gettext_lazy("length"),
        required=False,
        longer_than_zero=True,
        help_text=gettext_lazy("Empty: the option's."),
    )
    times = forms.IntegerField(
        label=gettext_lazy("how many times"), min_value=1, max_value=MOST_DATES, initial=1
    )
    every = forms.TypedChoiceField(label=gettext_lazy("how often"), choices=RHYTHMS, initial=7, coerce=int)

    def __init__(
        self,
        data: Any,
        *,
        project: Project | None,
        version: GraphVersion,
        resources: QuerySet[Resource],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.booked_in, self.version = project, version
        self.long = timedelta()
        if project:
            resources = resources.filter(links__project=project)
            offer_rows(self, "option", project.options.all())
        else:
            del self.fields["option"]
        offer_rows(self, "resource", resources)
        for name in {"resource", "option"} & set(self.fields):
            choose_the_only_one(self, name)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        resource: Resource | None = data.get("resource")
        if resource is None or "length" in self.errors:
            return data
        long = data.get("length") or stated_length(self.booked_in, resource, data.get("option"))
        if long is None:
            self.add_error("length", _("Say how long it takes."))
        else:
            self.long = long
        return data

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.cleaned_data["resource"].timezone)

    @property
    def starts(self) -> list[datetime]:
        """When each of the dates of a valid form begins, in UTC."""
        data = self.cleaned_data
        days = timedelta(days=data["every"])
        return [on_the_clock(data["start"] + number * days, self.zone) for number in range(data["times"])]

    def as_request(self) -> dict[str, Any]:
        """The first date, as a layer in the API's spelling."""
        data, first = self.cleaned_data, self.starts[0]
        request: dict[str, Any] = {
            "graph": self.version.graph.name,
            "resource_id": data["resource"].pk,
            "start": first,
            "end": first + self.long,
        }
        if self.booked_in:
            request["project_id"] = self.booked_in.pk
        if data.get("option"):
            request["option_id"] = data["option"].pk
        return request | self.more()

    def more(self) -> dict[str, Any]:
        """What a form asks besides, in the same spelling."""
        return {}


class SeriesForm(RowForm):
    """Several dates for one client."""

    heading = gettext_lazy("What and when")
    times = forms.IntegerField(
        label=gettext_lazy("how many times"), min_value=2, max_value=MOST_DATES, initial=8
    )
    staff_note = forms.CharField(
        label=gettext_lazy("note for staff"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ClassForm(RowForm):
    """A class: one session, or several; the project is the one in which its seats are booked."""

    project = forms.ModelChoiceField(
        Project.objects.none(),
        label=gettext_lazy("project"),
        required=False,
        empty_label=gettext_lazy("without a project"),
    )
    max_seats = forms.IntegerField(label=gettext_lazy("seats"), min_value=1, max_value=10_000)
    what = forms.CharField(
        label=gettext_lazy("what"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Empty: the project's name."),
    )

    def __init__(self, *args: Any, projects: QuerySet[Project], **kwargs: Any) -> None:
        super().__init__(*args, project=None, **kwargs)
        offer_rows(self, "project", projects)
        choose_the_only_one(self, "project")
        self.order_fields(["project", "resource", "what", "start", "length", "max_seats", "times", "every"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        self.booked_in = data.get("project")
        if not self.booked_in and not data.get("what") and "what" not in self.errors:
            self.add_error("what", _("Say what it is."))
        return super().clean()

    def clean_what(self) -> str:
        return line(self.cleaned_data["what"])

    def more(self) -> dict[str, Any]:
        data = self.cleaned_data
        texts = {"what": data["what"]} if data["what"] else {}
        if self.booked_in is None:
            place = data["resource"].location or data["resource"]
            texts |= {"where": place.name, "description": data["what"]}
        return texts | {"settings": {"max_seats": data["max_seats"]}}


def choose_the_only_one(form: forms.BaseForm, name: str) -> None:
    """Where a field offers one row alone, begin with it."""
    choice: Any = form.fields[name]
    if len(rows := list(choice.queryset[:2])) == 1:
        choice.initial = rows[0].pk


def on_the_clock(shown: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which clocks show that: of two the first, of a skipped time the end of the gap; in UTC."""
    found = instants(shown.date(), shown.time(), zone)
    moment = found[0] if found else around_the_gap(shown.date(), shown.time(), zone)[1]
    return moment.astimezone(UTC)
