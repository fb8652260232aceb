"""The forms of a booking that staff make: for which project, then what, when and for whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.booking.verb_forms import OverlapForm, SessionChoice, open_sessions
from bookings.admin.fields.choices import offer_known_rows, offer_rows
from bookings.admin.fields.plain import DurationField
from bookings.admin.fields.wall_clock import WallClockForm
from bookings.availability.offering import offering_with
from bookings.forms.values import MOST_SEATS
from bookings.layers import merged
from bookings.models import Booking, Calendar, Graph, GraphVersion, Option, Project, Resource
from bookings.staff_limits import limited


class ChooseForm(forms.Form):
    """The first step of a new booking: for which project, or along which graph without one."""

    project = forms.ModelChoiceField(
        Project.objects.none(),
        label=gettext_lazy("project"),
        required=False,
        empty_label=gettext_lazy("without a project"),
    )
    graph = forms.ModelChoiceField(
        Graph.objects.none(),
        label=gettext_lazy("graph"),
        required=False,
        empty_label=gettext_lazy("the project's"),
        help_text=gettext_lazy("The flow that it follows; a session is the graph that offers seats."),
        to_field_name="name",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Graph.objects.filter(versions__status=GraphVersion.Status.PUBLISHED)
        offer_rows(self, "project", limited(Project.objects.live(), user))
        offer_rows(self, "graph", published)

    def clean(self) -> dict[str, Any]:
        project, graph = self.cleaned_data.get("project"), self.cleaned_data.get("graph")
        if graph is None and not self.errors and not (project and merged({}, project).get("graph")):
            self.add_error("graph", _("Choose a graph."))
        return self.cleaned_data


def stated_length(project: Project | None, resource: Resource, option: Option | None) -> timedelta | None:
    """How long it takes there, as every page says it; None without a project."""
    if project is None:
        return None
    offering = offering_with(project, option or project.options.first(), resource.pk)
    return offering.length(offering.only)


class CalendarChoice(forms.ModelChoiceField):
    """One of the calendars elsewhere that take bookings, each named after whose it is."""

    def label_from_instance(self, obj: Calendar) -> str:
        return f"{obj.resource}: {obj.name}"


ORDER = [
    "session", "places", "resource", "option", "calendar", "day", "clock", "which", "length", "max_seats", "what",
    "where", "description", "staff_note", "overlap", "overstepped", "confirmed",
]  # fmt: skip


class NewBookingForm(OverlapForm, WallClockForm):
    """A booking that staff make: any free time, at any minute."""

    heading = gettext_lazy("What and when")
    session = SessionChoice(Booking.objects.none(), label=gettext_lazy("session"))
    resource = forms.ModelChoiceField(Resource.objects.none(), label=gettext_lazy("resource"))
    option = forms.ModelChoiceField(Option.objects.none(), label=gettext_lazy("option"), required=False)
    calendar = CalendarChoice(
        Calendar.objects.none(),
        label=gettext_lazy("calendar"),
        required=False,
        empty_label=gettext_lazy("the usual one"),
        help_text=gettext_lazy("In which of the connected calendars it is to stand."),
    )
    length = DurationField(
        label=gettext_lazy("length"),
        required=False,
        longer_than_zero=True,
        help_text=gettext_lazy("Empty: the option's."),
    )
    places = forms.IntegerField(label=gettext_lazy("places"), initial=1, min_value=1, max_value=MOST_SEATS)
    max_seats = forms.IntegerField(label=gettext_lazy("seats"), min_value=1, max_value=10_000)
    what = forms.CharField(label=gettext_lazy("what"), max_length=500, required=False)
    where = forms.CharField(label=gettext_lazy("where"), max_length=500, required=False)
    description = forms.CharField(
        label=gettext_lazy("description"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    staff_note = forms.CharField(
        label=gettext_lazy("note for staff"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    confirmed = forms.BooleanField(label=gettext_lazy("Book it all the same"), required=False)

    def __init__(
        self,
        *args: Any,
        project: Project | None,
        version: GraphVersion,
        known: Mapping[str, Sequence[Any]],
        user: Any,
        may_overlap: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.project, self.version, self.user = project, version, user
        self.start: datetime | None = None
        self.end: datetime | None = None
        offers_calendars = known["calendar"] or self.data.get(
            "calendar"
        )  # one that is gone meanwhile is refused
        for name in self._not_asked(may_overlap) | (set() if offers_calendars else {"calendar"}):
            del self.fields[name]
        self.order_fields(ORDER)
        self._offer_choices(known)

    def _not_asked(self, may_overlap: bool) -> set[str]:
        names = set()
        if self.version.claims_seat:
            names |= {
                "resource",
                "option",
                "day",
                "clock",
                "which",
                "length",
                "overlap",
                "overstepped",
                "confirmed",
            }
        else:
            names |= {"session", "places"}
        if not self.version.offers_seats:
            names.add("max_seats")
        if self.project is None:
            names.add("option")
        if not may_overlap:
            names |= {"overlap", "overstepped"}
        return names

    def _offer_choices(self, known: Mapping[str, Sequence[Any]]) -> None:
        """``known`` are the rows of each field, read already: a page makes the form more than once."""
        resources = limited(Resource.objects.live(), self.user)
        if self.project:
            resources = resources.filter(links__project=self.project)
        choices = {
            "resource": resources,
            "option": self.project.options.all() if self.project else Option.objects.none(),
            "calendar": Calendar.objects.taking_bookings().filter(resource__in=resources),
            "session": open_sessions(self.project, self.user),
        }
        for name, rows in choices.items():
            if name in self.fields:
                offer_known_rows(self, name, rows, known[name])
                if len(known[name]) == 1 and name != "calendar":
                    self.fields[name].initial = known[name][0].pk

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if resource := data.get("resource"):
            self.start = self.start_in(ZoneInfo(resource.timezone))
            length = data.get("length") or stated_length(self.project, resource, data.get("option"))
            if length is None and "length" not in self.errors:
                self.add_error("length", _("Say how long it takes."))
            if self.start and length:
                self.end = self.start + length
        return data

    def as_request(self) -> dict[str, Any]:
        """What was typed, as a layer in the API's spelling."""
        data = self.cleaned_data
        request: dict[str, Any] = {"graph": self.version.graph.name}
        if self.project:
            request["project_id"] = self.project.pk
        if data.get("session"):
            request |= {"related": {"owner_booking_id": data["session"].pk}, "places": data["places"]}
        else:
            request |= {"resource_id": data["resource"].pk, "start": self.start, "end": self.end}
        if data.get("calendar"):
            request["calendar_id"] = data["calendar"].pk
        if data.get("option"):
            request["option_id"] = data["option"].pk
        request |= {name: data[name] for name in ("what", "where", "description") if data.get(name)}
        settings = {"allow_double_bookings": True} if data.get("overlap") else {}
        if data.get("max_seats"):
            settings["max_seats"] = data["max_seats"]
        return request | ({"settings": settings} if settings else {})
