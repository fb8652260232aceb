"""``queue``, ``decide`` and ``day``: for whoever holds a server key, within the key's projects."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import Field

from bookings.agents import telling
from bookings.agents.arguments import Arguments, Text, ZoneName
from bookings.agents.caller import bookings_of, key_of, keys_actor
from bookings.agents.confirmation import NotConfirmedYet, ask_person
from bookings.agents.refusals import invalid, refused
from bookings.agents.tools.booking import repeat
from bookings.agents.tools.registry import tool
from bookings.agents.words import NOTICE
from bookings.availability.days import day_start
from bookings.errors import BookingError
from bookings.forms.resolve import as_uuid
from bookings.graph_words import words_in_full
from bookings.lifecycle import act
from bookings.models import Action, ApiKey, Booking, Site

MOST = 200


class Listed(Arguments):
    limit: int = Field(50, ge=1, le=MOST)
    zone: ZoneName = Field("", description="In which times are told; left out: the resource's.")


class Decided(Arguments):
    booking: Text = Field(description="Its id, from queue or day.")
    action: Text = Field(description="One of its `actions`.")
    message: Text = Field("", description="Words to the customer.")
    confirmation: Text = Field("", description="What this very call answered before, once the person agreed.")


class Day(Arguments):
    date: Text = Field(description="Like 2027-08-12.")
    zone: ZoneName = Field("", description="Whose day; left out: the site's.")


def _key(request: HttpRequest) -> ApiKey:
    key = key_of(request)
    assert key is not None  # noqa: S101  # the registry lets nobody else call
    return key


def decisions(booking: Booking) -> list[Action]:
    """What an owner may answer."""
    return [one for one in booking.state.leaving.all() if one.by_owner and not one.continues]


@tool("Requests that wait for an answer, the next to run out first.", read_only=True, needs_key=True)
def queue(request: HttpRequest, wanted: Listed) -> dict[str, Any]:
    rows = bookings_of(_key(request)).to_decide().in_full().order_by("due_at", "start", "pk")[: wanted.limit]
    told = [telling.for_owner(row, wanted.zone or row.resource.timezone, decisions(row)) for row in rows]
    return {"waiting": told, "notice": NOTICE}


@tool("The bookings of a day, by start.", read_only=True, needs_key=True)
def day(request: HttpRequest, wanted: Day) -> dict[str, Any]:
    zone = wanted.zone or Site.current().timezone
    try:
        of = date.fromisoformat(wanted.date)
        bounds = (day_start(each, ZoneInfo(zone)) for each in (of, of + timedelta(days=1)))
        start, end = (datetime.fromtimestamp(moment, UTC) for moment in bounds)
    except (ValueError, OverflowError):
        raise invalid({"date": [_("Give a date like 2027-08-12.")]}) from None
    rows = bookings_of(_key(request)).occupying().filter(start__lt=end, end__gt=start).in_full()
    found = list(rows.order_by("start", "pk")[: MOST + 1])
    told = [telling.for_owner(row, zone, decisions(row)) for row in found[:MOST]]
    return {"date": wanted.date, "zone": zone, "bookings": told, "more": len(found) > MOST, "notice": NOTICE}


@tool(
    "Answer a request: play one of its actions. Nothing is played before it was confirmed.",
    destructive=True,
    needs_key=True,
)
def decide(request: HttpRequest, wanted: Decided) -> dict[str, Any]:
    key = _key(request)
    pk = as_uuid(wanted.booking)
    found = bookings_of(key).in_full().filter(pk=pk).first() if pk else None
    if found is None:
        raise invalid({"booking": [_("There is no such booking.")]})
    zone = found.resource.timezone
    action = next((one for one in decisions(found) if one.name == wanted.action), None)
    if action is None:
        if wanted.action in _played(found):
            return _told(found, zone)
        raise invalid({"action": [_("This booking has no such action now. Call queue.")]})
    label = words_in_full(action.label) or action.name
    question = _("%(action)s?") % {"action": label} + f" {found.reference}"
    about = {"decide": str(found.pk), "action": action.name, "message": wanted.message}
    try:
        ask_person(request, question, about, wanted.confirmation)
        act(found, action.name, by=keys_actor(key), message=wanted.message)
    except NotConfirmedYet as ask:
        return {
            "status": "confirmation_needed",
            "question": question,
            **_told(found, zone),
            "confirmation": ask.confirmation,
            "next": repeat(),
        }
    except BookingError as error:
        raise refused(error, **_told(found, zone)) from error
    return _told(Booking.objects.in_full().get(pk=found.pk), zone)


def _played(found: Booking) -> set[str]:
    """The actions that lead to where it is: asked for again, they are done already."""
    rows = Action.objects.filter(target=found.state, by_owner=True, continues=False).exclude(source=None)
    return set(rows.values_list("name", flat=True))


def _told(found: Booking, zone: str) -> dict[str, Any]:
    return {"booking": telling.for_owner(found, zone, decisions(found)), "notice": NOTICE}
