"""A project as the published widget takes it: its whole configuration, with the key it calls with."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.api.responses.context import Context
from bookings.api.responses.fields import Json
from bookings.api.responses.projects import PublicProjectOut, serialize_public_project
from bookings.availability.modes import Mode
from bookings.errors import UnknownGraph
from bookings.forms import CustomerForm
from bookings.forms.questions import asked_of_customers
from bookings.graphs.flow import Flow
from bookings.layers import USUAL_GRAPH, graph_name
from bookings.models import Action, Project
from bookings.overrides import override

WITH_ADDRESSES = {"participants", "reminders"}


class EmbedOut(PublicProjectOut):
    """``app_key`` is the widget key that the page calls with."""

    app_key: str


def serialize_embed(row: Project, app_key: str, context: Context) -> EmbedOut:
    """The project over what the widget cannot do without: it applies no defaults of its own then.

    Everybody can read it, so that addresses of people and of what is called are left out.
    """
    asked = asked_of_customers(row.customer_fields) if row.customer_fields else {}
    own = {"availability": row.availability, "customer_fields": asked, "ui": row.ui}
    layers = override(_defaults(row, asked), own)
    booking = _without_addresses(row.booking)
    return {
        **serialize_public_project(row, context),
        "availability": layers["availability"],
        "booking": booking | {"graph": booking.get("graph") or USUAL_GRAPH},
        "customer_fields": layers["customer_fields"],
        "ui": layers["ui"],
        "app_key": app_key,
    }


def _without_addresses(booking: Mapping[str, Any]) -> Json:
    """The layer as the widget may send it back: what it leaves out, the project says all the same."""
    event = booking.get("event")
    nested = {"event": _without_addresses(event)} if isinstance(event, Mapping) else {}
    return {name: value for name, value in booking.items() if name not in WITH_ADDRESSES} | nested


def _defaults(row: Project, asked: Json) -> Json:
    return {
        "availability": {"mode": str(Mode.RANDOM), "length": _length(row)},
        "customer_fields": _titles(asked) if asked else _name_and_address(),
        "ui": {
            "display_name": row.name,
            "availability_view": "agendaWeek",
            "time_date_format": "24h-dmy-mon",
            "show_credits": False,
            "show_timezone_helper": True,
            "localization": {
                "submit_button": _("Book"),
                "success_message": _said_when_sent(row),
                "allocated_resource_prefix": _("with"),
                "reschedule_submit_button": _("Choose this time"),
                "reschedule_success_message": _("Your booking has a new time."),
            },
        },
    }


def _said_when_sent(row: Project) -> str:
    """How things stand after the form was sent; the widget puts the customer's address for ``%s``."""
    try:
        flow = Flow.published(graph_name(row))
    except UnknownGraph:
        return _("Sent for %s.")
    mails = settings.MAIL_IS_SET_UP and row.sends_mail
    if flow.create.target.settled:
        return _("Booked. A confirmation goes to %s.") if mails else _("Booked for %s.")
    if any(action.input == Action.Input.PAYMENT for action in flow.leaving(flow.create.target)):
        return _("Kept for %s, not paid yet.")
    return (
        _("Request sent. The answer goes to %s.") if mails else _("Request sent for %s, not confirmed yet.")
    )


def _name_and_address() -> Json:
    return {
        "name": {"title": _("Name"), "required": True},
        "email": {"title": _("E-mail"), "format": "email", "required": True},
    }


def _titles(asked: Mapping[str, Any]) -> Json:
    """What each question is called where staff leave that to the site, in the order in which it is asked."""
    labels = {key: field.label for key, field in CustomerForm.base_fields.items()}
    return {key: {"title": str(labels[key])} if key in labels else {} for key in asked}


def _length(row: Project) -> str:
    """The length of the first option, in whole minutes."""
    options = row.options.all()
    return f"{max(1, round(options[0].length.total_seconds() / 60))} minutes" if options else "1 hour"
