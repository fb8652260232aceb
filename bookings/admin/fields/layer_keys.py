"""The known keys of a project's layers, each with the control that edits it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from bookings import layers
from bookings.admin.fields.layer import ChoiceOrInherits, Inheritable, LayerForm, yes_or_no
from bookings.admin.fields.plain import DurationTextField, EmailsField
from bookings.availability.parameters import DEFAULTS as SEARCH_DEFAULTS
from bookings.graph_words import graph_words
from bookings.models import Action, GraphVersion, Meeting
from bookings.typed_fields import LineInput, UrlInput, WordInput
from bookings.validators import validate_zone

Text = str | Promise
MakeField = Callable[[], forms.Field]

RSVP = [
    ("accepted", _("accepted")),
    ("tentative", _("tentative")),
    ("declined", _("declined")),
    ("needsAction", _("not answered")),
]
MEETINGS = [(value or "none", label) for value, label in Meeting.choices]
MODES = [
    ("roundrobin_random", _("anyone, evenly")),
    ("roundrobin_prioritized", _("anyone, in the order of the list")),
    ("balanced", _("anyone, whoever has least that day")),
    ("mutual", _("all together")),
    ("exclusive", _("the customer chooses")),
]
VIEWS = [("agendaWeek", _("a week")), ("listing", _("a list"))]
FORMATS = [("24h-dmy-mon", _("24 hours, Monday first")), ("12h-mdy-sun", _("12 hours, Sunday first"))]


def published_graphs() -> list[tuple[str, str]]:
    """The graphs that a booking may follow, as choices."""
    versions = GraphVersion.objects.published().select_related("graph").order_by("graph__name")
    return [(version.graph.name, f"{version.graph} ({version.graph.name})") for version in versions]


def text(label: Text, help_text: Text = "", *, lines: int = 1) -> MakeField:
    """A key that holds text, edited in so many lines."""
    widget = forms.TextInput(attrs={"size": 40}) if lines == 1 else forms.Textarea(attrs={"rows": lines})
    field = LineInput if lines == 1 else forms.CharField
    return lambda: Inheritable(field(max_length=10_000, widget=widget), label=label, help_text=help_text)


def duration(label: Text, help_text: Text = "") -> MakeField:
    """A key that holds a duration, as text."""
    widget = forms.TextInput(attrs={"placeholder": "45 minutes", "size": 20})
    return lambda: Inheritable(
        DurationTextField(max_length=100, widget=widget), label=label, help_text=help_text
    )


def number(label: Text, help_text: Text = "", *, least: int = 1, most: int = 100_000) -> MakeField:
    """A key that holds a whole number, both bounds included."""
    return lambda: Inheritable(
        forms.IntegerField(min_value=least, max_value=most), label=label, help_text=help_text
    )


def switch(label: Text, help_text: Text = "") -> MakeField:
    """A key that is true or false."""
    return lambda: yes_or_no(label=label, help_text=help_text)


def choice(label: Text, choices: Any, help_text: Text = "") -> MakeField:
    """A key that holds one of the choices, a list or what makes one."""
    return lambda: ChoiceOrInherits(choices, label=label, help_text=help_text)


def emails(label: Text, help_text: Text = "") -> MakeField:
    """A key that holds a list of e-mail addresses."""
    return lambda: Inheritable(EmailsField(max_length=10_000), label=label, help_text=help_text)


def zone(label: Text) -> MakeField:
    """A key that holds the name of a time zone."""
    return lambda: Inheritable(WordInput(max_length=64, validators=[validate_zone]), label=label)


def url(label: Text, help_text: Text = "") -> MakeField:
    """A key that holds a URL."""
    widget = forms.URLInput(attrs={"size": 40})
    return lambda: Inheritable(
        UrlInput(max_length=1000, widget=widget),
        label=label,
        help_text=help_text,
    )


class BookingLayerForm(LayerForm):
    """What a booking gets where its request says nothing."""

    built_in = {name: value for name, value in layers.DEFAULTS.items() if name != "reservation_time"} | {
        "graph": layers.USUAL_GRAPH
    }
    elsewhere = {
        "what": _("the project's name"),
        "where": _("its location"),
        "description": _("the customer's answers"),
        "reservation_time": format_lazy(
            _("{page} on the site's pages, {api} for programs"),
            page=layers.PAGE_HOLD_SECONDS,
            api=layers.DEFAULTS["reservation_time"],
        ),
        "settings.min_booking_time": _("none, bookable until the start"),
        "settings.max_booking_time": _("none, bookable however far ahead"),
        "settings.min_cancel_time": _("none, until the start"),
        "notify_customer_by_email.enabled": _("as “sends mails” says"),
        "notify_owner_by_email.enabled": _("as “sends mails” says"),
        "rescheduling_url": _("the booking's own page"),
    }
    keys = {
        "graph": choice(_("graph"), published_graphs, _("The flow that its bookings follow.")),
        "what": text(_("what"), _("What the booking is called.")),
        "where": text(_("where")),
        "description": text(_("description"), lines=3),
        "reservation_time": number(
            _("seconds that a time is held"),
            _("While the customer fills in the form."),
            least=30,
            most=86_400,
        ),
        "settings.min_booking_time": duration(_("notice"), _("Bookable until this long before the start.")),
        "settings.max_booking_time": duration(_("horizon"), _("Bookable from this long before the start.")),
        "settings.min_cancel_time": duration(_("cut-off"), _("Customers change or cancel until then.")),
        "settings.max_seats": number(_("seats"), _("For sessions.")),
        "settings.allow_double_bookings": switch(_("may overlap"), _("Its bookings ignore taken time.")),
        "auto_complete_one_hour_after_booking_ends.enabled": switch(_("completes itself")),
        "notify_customer_by_email.enabled": switch(_("mails to the customer")),
        "notify_owner_by_email.enabled": switch(_("mails to the owner")),
        "invite": switch(_("calendar invitations"), _("Sent by the connected calendar's provider.")),
        "participants": emails(_("participants"), _("E-mail addresses, one a line.")),
        "my_rsvp": choice(_("own answer"), RSVP),
        "meeting": choice(
            _("video meeting"), MEETINGS, _("Customers get its link once there is one, and no word before.")
        ),
        "rescheduling_url": url(_("page for moving"), _("Where links for moving lead; else to this site.")),
    }

    @classmethod
    def known(cls) -> dict[str, MakeField]:
        """The clock's times besides, one for each automatic action of the published graphs."""
        published = GraphVersion.objects.published()
        actions = Action.objects.filter(version__in=published, automatic_after__isnull=False)
        times = {
            f"settings.automatic_times.{name}": duration(
                format_lazy(_("time until “{action}”"), action=graph_words(label)),
                _("Else as the graph says."),
            )
            for name, label in actions.order_by("name", "label").values_list("name", "label")
        }
        return cls.keys | times


class ProjectBookingLayerForm(BookingLayerForm):
    """What is said of a project as a whole, and of none of its options."""

    elsewhere = BookingLayerForm.elsewhere | {"settings.max_places": _("one place")}
    keys = BookingLayerForm.keys | {
        "settings.max_places": number(
            _("most places per booking"), _("For seats: how many a customer may book at once.")
        ),
    }


class AvailabilityLayerForm(LayerForm):
    """How free times are looked for."""

    built_in = {name: value for name, value in SEARCH_DEFAULTS.items() if value is not None} | {
        "customer_chooses_end": False
    }
    elsewhere = {
        "max_length": _("a day"),
        "timeslot_increments": _("as long as one takes"),
        "buffer_before": _("none"),
        "buffer_after": _("none"),
        "buffer": _("none"),
    }
    keys = {
        "mode": choice(_("who"), MODES, _("Which of the resources takes a booking.")),
        "length": duration(_("length"), _("Where there are no options.")),
        "customer_chooses_end": switch(
            _("the customer chooses the end"), _("On the site's own pages; the length is then the shortest.")
        ),
        "max_length": duration(_("longest"), _("Where the customer chooses the end.")),
        "timeslot_increments": duration(_("grid"), _("A time begins every so often.")),
        "buffer_before": duration(_("buffer before"), _("Kept free before each booking.")),
        "buffer_after": duration(_("buffer after"), _("Kept free after each booking.")),
        "buffer": duration(_("buffer"), _("Kept free around whatever is busy.")),
        "from": text(_("from"), _("Like “2 hours”, counted from now, or a date.")),
        "to": text(_("to"), _("Like “4 weeks”, counted from now, or a date; at most 6 months.")),
        "round_to_nearest_hour": switch(_("begin at full hours")),
        "ignore_all_day_events": switch(_("ignore all-day events")),
    }


class WidgetLayerForm(LayerForm):
    """How the embedded widget looks."""

    built_in = {
        "availability_view": "agendaWeek",
        "time_date_format": "24h-dmy-mon",
        "show_timezone_helper": True,
        "show_credits": False,
    }
    elsewhere = {
        "display_name": _("the project's name"),
        "avatar": _("none"),
        "timezone": _("the visitor's"),
        **dict.fromkeys(
            (
                "localization.submit_button",
                "localization.success_message",
                "localization.allocated_resource_prefix",
                "localization.reschedule_submit_button",
                "localization.reschedule_success_message",
            ),
            _("in the visitor's language"),
        ),
    }
    keys = {
        "availability_view": choice(_("view"), VIEWS),
        "time_date_format": choice(_("times and dates"), FORMATS),
        "display_name": text(_("name shown")),
        "avatar": url(_("picture shown")),
        "show_timezone_helper": switch(_("name the time zone")),
        "timezone": zone(_("time zone")),
        "show_credits": switch(_("show credits")),
        "localization.submit_button": text(_("button")),
        "localization.success_message": text(_("words when booked")),
        "localization.allocated_resource_prefix": text(_("words before the resource")),
        "localization.reschedule_submit_button": text(_("button when moving")),
        "localization.reschedule_success_message": text(_("words when moved")),
    }
