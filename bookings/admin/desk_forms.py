"""The forms of the staff's verbs: an action's input, a move, a correction, attendance, a new booking."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields import DurationField
from bookings.admin.wall_clock import WallClockForm
from bookings.forms import Contact, CustomerForm
from bookings.models import Action, Booking, Graph, GraphVersion, Option, Project, Resource
from bookings.times import day_and_clock, zone_and_offset

COLUMNS = ("name", "first_name", "last_name", "email", "phone", "voip", "timezone", "language")


class ActForm(forms.Form):
    """What an action asks for."""

    message = forms.CharField(
        label=gettext_lazy("message"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It is kept in the history and sent along with the mails."),
    )
    payment_id = forms.CharField(
        label=gettext_lazy("payment"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Its id, if any."),
    )

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name != action.input:
                del self.fields[name]


class MoveForm(WallClockForm):
    """Another time, and perhaps another resource; the length stays."""

    resource = forms.ModelChoiceField(Resource.objects.none(), label=gettext_lazy("resource"))
    message = forms.CharField(
        label=gettext_lazy("message"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    confirmed = forms.BooleanField(label=gettext_lazy("Move it all the same"), required=False)

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        local = booking.start.astimezone(ZoneInfo(booking.resource.timezone))
        initial = {"day": local.date(), "clock": local.time(), "resource": booking.resource_id}
        super().__init__(*args, initial=initial, **kwargs)
        self.booking = booking
        choices = Resource.objects.active()
        if booking.project_id:
            choices = choices.filter(links__project=booking.project_id) | Resource.objects.filter(
                pk=booking.resource_id
            )
        self.fields["resource"].queryset = choices.distinct()  # type: ignore[attr-defined]
        self.order_fields(["resource", "day", "clock", "which", "message", "confirmed"])
        self.start: datetime | None = None

    def clean(self) -> dict[str, Any]:
        resource = self.cleaned_data.get("resource")
        if resource is not None:
            self.start = self.start_in(ZoneInfo(resource.timezone))
        return self.cleaned_data

    @property
    def there(self) -> dict[str, Any]:
        """Where a valid form moves it to, as `reschedule` takes it."""
        start: Any = self.start
        return {"start": start, "end": start + self.booking.length, "resource": self.cleaned_data["resource"]}


class SessionChoice(forms.ModelChoiceField):
    """A coming session, named by its time in its resource's zone and what is left of it."""

    def label_from_instance(self, session: Any) -> str:
        left = (session.max_seats or 0) - session.seats_taken
        zone = session.resource.timezone
        return _("%(what)s, %(when)s, %(zone)s: %(left)s seats left") % {
            "what": session.what,
            "when": day_and_clock(session.start, zone),
            "zone": zone_and_offset(session.start, zone),
            "left": left,
        }


def open_sessions(project: Project | None) -> Any:
    """Sessions of a project (any, without one) that have not begun."""
    coming = Booking.objects.visible().sessions().occupying().filter(start__gt=timezone.now())
    if project is not None:
        coming = coming.filter(project=project)
    return coming.select_related("resource").order_by("start")


class SeatMoveForm(forms.Form):
    """Another session."""

    broken: ClassVar[list[str]] = []

    session = SessionChoice(Booking.objects.none(), label=gettext_lazy("session"))
    message = MoveForm.base_fields["message"]

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = open_sessions(booking.project).exclude(pk=booking.session_id)
        self.fields["session"].queryset = others  # type: ignore[attr-defined]

    @property
    def there(self) -> dict[str, Any]:
        return {"session": self.cleaned_data["session"]}


class AttendanceForm(forms.Form):
    attendance = forms.ChoiceField(
        label=gettext_lazy("attendance"), choices=Booking.Attendance.choices, widget=forms.RadioSelect
    )


class CorrectForm(forms.ModelForm):
    """The texts of a booking."""

    words = forms.CharField(
        label=gettext_lazy("why"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Kept in the history, which does not keep what stood there before."),
    )

    class Meta:
        model = Booking
        fields = ("what", "where", "description", "staff_note")
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "staff_note": forms.Textarea(attrs={"rows": 3}),
        }

    @property
    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "words"}


def customer_form(data: Any, project: Project | None, **kwargs: Any) -> CustomerForm:
    """The customer's own form as staff fill it in: only the name is required."""
    questions = project.customer_fields if project else {}
    form = CustomerForm(data, questions=questions, contact=Contact.NONE, prefix="customer", **kwargs)
    form.heading = _("For whom")  # type: ignore[attr-defined]  # read by the template of the asking page
    for name, field in form.fields.items():
        field.required = field.required and name in {"name", "first_name", "last_name"}
        field.widget.attrs.pop("autocomplete", None)
    return form


def corrected_customer(form: CustomerForm, before: dict[str, Any]) -> dict[str, Any]:
    """The columns that ``correct`` takes from a changed customer's form; answers that were not shown stay."""
    if not form.changed_data:
        return {}
    columns = {name: getattr(form.instance, name) for name in COLUMNS if name in form.fields}
    unseen = {key: answer for key, answer in before.items() if key not in form.fields}
    return columns | {
        "name": form.instance.name,
        "phone_e164": form.instance.phone_e164,
        "answers": unseen | form.instance.answers,
    }


class ChooseForm(forms.Form):
    """The first step of a new booking: for which project, or along which graph without one."""

    project = forms.ModelChoiceField(
        Project.objects.none(),
        label=gettext_lazy("project"),
        required=False,
        empty_label=_("without a project"),
    )
    graph = forms.ModelChoiceField(
        Graph.objects.none(),
        label=gettext_lazy("graph"),
        required=False,
        empty_label=_("the project's"),
        help_text=gettext_lazy("The flow that it follows; a session is the graph that offers seats."),
        to_field_name="name",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Graph.objects.filter(versions__status=GraphVersion.Status.PUBLISHED)
        self.fields["project"].queryset = Project.objects.active()  # type: ignore[attr-defined]
        self.fields["graph"].queryset = published  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        project, graph = self.cleaned_data.get("project"), self.cleaned_data.get("graph")
        if graph is None and not self.errors and not (project and project.booking.get("graph")):
            self.add_error("graph", _("Choose a graph."))
        return self.cleaned_data


class NewBookingForm(WallClockForm):
    """A booking that staff make: any free time, at any minute."""

    heading = gettext_lazy("What and when")
    session = SessionChoice(Booking.objects.none(), label=gettext_lazy("session"))
    resource = forms.ModelChoiceField(Resource.objects.none(), label=gettext_lazy("resource"))
    option = forms.ModelChoiceField(Option.objects.none(), label=gettext_lazy("option"), required=False)
    length = DurationField(
        label=gettext_lazy("length"),
        required=False,
        longer_than_zero=True,
        help_text=gettext_lazy("Empty: the option's."),
    )
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
    overlap = forms.BooleanField(label=gettext_lazy("Book it over taken time"), required=False)
    overstepped = forms.CharField(
        label=gettext_lazy("reason for the overlap"), max_length=500, required=False
    )
    confirmed = forms.BooleanField(label=gettext_lazy("Book it all the same"), required=False)

    def __init__(
        self, *args: Any, project: Project | None, version: GraphVersion, may_overlap: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.project, self.version = project, version
        self.start: datetime | None = None
        self.end: datetime | None = None
        for name in self._not_asked(may_overlap):
            del self.fields[name]
        self.order_fields(["session", "resource", "option", "day", "clock", "which", "length"])
        self._offer_choices()

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
            names.add("session")
        if not self.version.offers_seats:
            names.add("max_seats")
        if self.project is None:
            names.add("option")
        if not may_overlap:
            names |= {"overlap", "overstepped"}
        return names

    def _offer_choices(self) -> None:
        resources = Resource.objects.active()
        if self.project:
            resources = resources.filter(links__project=self.project).order_by("links__position", "name")
        choices = {
            "resource": resources,
            "option": self.project.options.all() if self.project else None,
            "session": open_sessions(self.project),
        }
        for name, rows in choices.items():
            if name in self.fields and rows is not None:
                field: Any = self.fields[name]
                field.queryset = rows
                if rows.count() == 1:
                    field.initial = rows.get().pk

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("overlap") and not data.get("overstepped"):
            self.add_error("overstepped", _("Say why it may overlap."))
        if resource := data.get("resource"):
            self.start = self.start_in(ZoneInfo(resource.timezone))
            length = data.get("length") or self._usual_length(data)
            if length is None and "length" not in self.errors:
                self.add_error("length", _("Say how long it takes."))
            if self.start and length:
                self.end = self.start + length
        return data

    def _usual_length(self, data: dict[str, Any]) -> Any:
        if self.project is None:
            return None
        link = self.project.links.filter(resource=data["resource"]).first()
        option = data.get("option") or self.project.options.first()
        return (link and link.length) or (option and option.length)

    def as_request(self) -> dict[str, Any]:
        """What was typed, as a layer in the API's spelling."""
        data = self.cleaned_data
        request: dict[str, Any] = {"graph": self.version.graph.name}
        if self.project:
            request["project_id"] = self.project.pk
        if data.get("session"):
            request["related"] = {"owner_booking_id": data["session"].pk}
        else:
            request |= {"resource_id": data["resource"].pk, "start": self.start, "end": self.end}
        if data.get("option"):
            request["option_id"] = data["option"].pk
        request |= {name: data[name] for name in ("what", "where", "description") if data.get(name)}
        settings = {"allow_double_bookings": True} if data.get("overlap") else {}
        if data.get("max_seats"):
            settings["max_seats"] = data["max_seats"]
        return request | ({"settings": settings} if settings else {})
