"""The forms of the staff's verbs: an action's input, a move, a correction, attendance."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.choices import offer_rows
from bookings.admin.fields.wall_clock import WallClockForm
from bookings.forms import Contact, CustomerForm, values
from bookings.forms.findings import Findings
from bookings.forms.places import check_price
from bookings.models import Action, Booking, Calendar, Project, Resource
from bookings.staff_limits import limited
from bookings.times import day_and_clock, zone_and_offset

COLUMNS = (
    "name", "first_name", "last_name", "email", "phone", "wants_texts", "voip", "timezone", "language",
)  # fmt: skip


def message_field(**kwargs: Any) -> forms.CharField:
    """Words to the customer that go along with a verb."""
    return forms.CharField(
        label=gettext_lazy("message"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        **kwargs,
    )


class ActForm(forms.Form):
    """What an action asks for."""

    message = message_field(
        help_text=gettext_lazy("It is kept in the history and sent along with the mails.")
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


class OverlapForm(forms.Form):
    """Leave to take time that is taken: for whoever has the permission, with a reason."""

    overlap = forms.BooleanField(label=gettext_lazy("Book it over taken time"), required=False)
    overstepped = forms.CharField(
        label=gettext_lazy("reason for the overlap"), max_length=500, required=False
    )

    def withhold_overlap(self) -> None:
        """Ask nobody for it who may not."""
        for name in ("overlap", "overstepped"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("overlap") and not data.get("overstepped"):
            self.add_error("overstepped", _("Say why it may overlap."))
        return data


class MoveForm(OverlapForm, WallClockForm):
    """Another time, and perhaps another resource; the length stays.  Leave to overlap is asked for anew."""

    resource = forms.ModelChoiceField(Resource.objects.none(), label=gettext_lazy("resource"))
    message = message_field()
    confirmed = forms.BooleanField(label=gettext_lazy("Move it all the same"), required=False)

    def __init__(self, *args: Any, booking: Booking, user: Any, may_overlap: bool, **kwargs: Any) -> None:
        local = booking.start.astimezone(ZoneInfo(booking.resource.timezone))
        initial = {"day": local.date(), "clock": local.time(), "resource": booking.resource_id}
        super().__init__(*args, initial=initial, **kwargs)
        self.booking = booking
        choices = Resource.objects.live()
        if booking.project_id:
            choices = choices.filter(links__project=booking.project_id) | Resource.objects.filter(
                pk=booking.resource_id
            )
        choices = limited(choices.distinct(), user)
        offer_rows(self, "resource", choices)
        if _changes_calendars(booking, choices):
            self.fields["resource"].help_text = _(
                "With another resource it leaves its calendar, for the primary one of that resource."
            )
        if not may_overlap:
            self.withhold_overlap()
        self.order_fields(
            ["resource", "day", "clock", "which", "message", "overlap", "overstepped", "confirmed"]
        )
        self.start: datetime | None = None

    def clean(self) -> dict[str, Any]:
        super().clean()
        resource = self.cleaned_data.get("resource")
        if resource is not None:
            self.start = self.start_in(self.zone_of(resource))
        return self.cleaned_data

    def zone_of(self, resource: Resource) -> ZoneInfo:
        """The clocks by which the time was typed."""
        return ZoneInfo(resource.timezone)

    @property
    def there(self) -> dict[str, Any]:
        """Where a valid form moves it to, as `reschedule` takes it."""
        start: Any = self.start
        return {"start": start, "end": start + self.booking.length, "resource": self.cleaned_data["resource"]}

    @property
    def leave(self) -> dict[str, Any]:
        """Whether a valid form lets it overlap there, and why, as `reschedule` takes it."""
        if self.cleaned_data.get("overlap"):
            return {"allow_double_bookings": True, "overstepped": self.cleaned_data["overstepped"]}
        return {}


def _changes_calendars(booking: Booking, choices: QuerySet[Resource]) -> bool:
    """Whether another resource may be chosen, and one of them has a connected calendar that takes bookings."""
    others = choices.exclude(pk=booking.resource_id)
    return others.exists() and Calendar.objects.taking_bookings().filter(resource__in=choices).exists()


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


def open_sessions(project: Project | None, user: Any) -> Any:
    """Sessions of a project (any, without one) that have not begun, among those that the user sees."""
    coming = limited(Booking.objects.live(), user).sessions().occupying().filter(start__gt=timezone.now())
    if project is not None:
        coming = coming.filter(project=project)
    return coming.select_related("resource").order_by("start")


class SeatMoveForm(forms.Form):
    """Another session."""

    leave: ClassVar[dict[str, Any]] = {}

    session = SessionChoice(Booking.objects.none(), label=gettext_lazy("session"))
    message = message_field()

    def __init__(self, *args: Any, booking: Booking, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = open_sessions(booking.project, user).exclude(pk=booking.session_id)
        offer_rows(self, "session", others)

    @property
    def there(self) -> dict[str, Any]:
        return {"session": self.cleaned_data["session"]}


class AttendanceForm(forms.Form):
    attendance = forms.ChoiceField(
        label=gettext_lazy("attendance"), choices=Booking.Attendance.choices, widget=forms.RadioSelect
    )


class CorrectForm(forms.ModelForm):
    """The texts of a booking, and how many places a seat takes."""

    words = forms.CharField(
        label=gettext_lazy("why"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Kept in the history, which does not keep what stood there before."),
    )

    class Meta:
        model = Booking
        fields = ("places", "what", "where", "description", "staff_note")
        widgets = {
            "places": forms.NumberInput(attrs={"min": 1}),
            "description": forms.Textarea(attrs={"rows": 4}),
            "staff_note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.version.claims_seat:
            del self.fields["places"]

    def clean_places(self) -> int:
        """Whole, within the session, and for no more money than can be written down."""
        before, findings = self.instance, Findings()
        places = findings.take("places", self.cleaned_data["places"], values.seats, 1)
        each = None if before.price is None else before.price / before.places
        check_price(each, places, findings)
        if findings.errors:
            raise forms.ValidationError(findings.errors["places"])
        return int(places)

    @property
    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "words"}


class StaffCustomerForm(CustomerForm):
    """The customer's own form as staff fill it in: only the name is required."""

    heading = gettext_lazy("For whom")

    def __init__(self, data: Any, *, project: Project | None, **kwargs: Any) -> None:
        questions = project.customer_fields if project else {}
        super().__init__(data, questions=questions, contact=Contact.NONE, prefix="customer", **kwargs)
        for name, field in self.fields.items():
            field.required = field.required and name in {"name", "first_name", "last_name"}
            field.widget.attrs.pop("autocomplete", None)


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
