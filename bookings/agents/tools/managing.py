"""``get_booking``, ``move_booking`` and ``cancel_booking``: for whoever shows a booking's link, that one alone."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import Field

from bookings import database_clock
from bookings.agents import named, telling
from bookings.agents.arguments import Arguments, Moment, Text
from bookings.agents.caller import customers_actor
from bookings.agents.confirmation import NotConfirmedYet, ask_person
from bookings.agents.refusals import invalid, refused
from bookings.agents.tools.booking import repeat
from bookings.agents.tools.finding import allowance, alternatives, near_times
from bookings.agents.tools.registry import tool
from bookings.agents.words import NOTICE
from bookings.availability.offering import Offering
from bookings.effects.links import newest
from bookings.errors import ActionNotAvailable, BookingError
from bookings.graph_words import words_in_full
from bookings.lifecycle import act, play_if_due
from bookings.models import Booking
from bookings.visitors.moving import (
    Wanted,
    ending_action,
    is_there,
    move,
    offering_to_move_within,
    wanted_session,
    wanted_start,
)


class Linked(Arguments):
    link: Text = Field(description="The booking's link.")


class Moved(Linked):
    start: Moment | None = Field(None, description="The new time, from find_times, with offset.")
    session: Text = Field("", description="In place of start, where find_times names sessions.")
    with_: Text = Field("", alias="with", description="With somebody else; * for anyone. Left out: as it is.")
    confirmation: Text = Field("", description="What this very call answered before, once the person agreed.")


class Cancelled(Linked):
    message: Text = Field("", description="Words to go along, if the person has any.")
    confirmation: Text = Field("", description="What this very call answered before, once the person agreed.")


@tool("How a booking stands, and what may be done with it.", read_only=True)
def get_booking(request: HttpRequest, wanted: Linked) -> dict[str, Any]:
    return told(_up_to_date(named.booking_named(wanted.link)[0]))


@tool(
    """Move a booking to another free time. Nothing moves before the person confirmed it, and the old time stays theirs
    until the new one is. Calling it again changes nothing more.""",
    destructive=True,
)
def move_booking(request: HttpRequest, wanted: Moved) -> dict[str, Any]:
    booking = _up_to_date(named.booking_named(wanted.link)[0])
    offering = offering_to_move_within(booking, wanted.with_)
    if offering is None:
        raise refused(ActionNotAvailable(), **_stands(booking))
    place = _place(booking, offering, wanted)
    if is_there(booking, place):
        return told(booking)
    zone = booking.resource.timezone
    to = telling.span(place.start, place.end, zone)
    about = {"move": str(booking.pk), "to": [to, wanted.session, wanted.with_]}
    question = _("Move this booking to %(time)s?") % {"time": to["when"]}
    try:
        ask_person(request, question, about, wanted.confirmation)
        moved = move(booking, place, by=customers_actor())
    except NotConfirmedYet as ask:
        return _to_confirm(booking, ask, question, to=to)
    except BookingError as error:
        stands = newest(Booking.objects.in_full().get(pk=booking.pk))
        if is_there(stands, place):
            return told(stands)
        with allowance(request) as spent:
            near = near_times(offering, place.start, database_clock.now(), spent)
        raise refused(
            error, alternatives=alternatives(offering, near, place.start, zone), **_stands(stands)
        ) from error
    return told(Booking.objects.in_full().get(pk=moved.pk))


def _place(booking: Booking, offering: Offering, wanted: Moved) -> Wanted:
    if offering.takes_seats:
        if not wanted.session:
            raise invalid({"session": [_("This is missing.")]})
        return wanted_session(named.session_named(offering, wanted.session))
    if wanted.start is None:
        raise invalid({"start": [_("This is missing.")]})
    return wanted_start(booking, offering, wanted.start)


@tool(
    """Cancel a booking, or withdraw a request. Nothing is cancelled before the person confirmed it. Calling it again
    changes nothing more.""",
    destructive=True,
)
def cancel_booking(request: HttpRequest, wanted: Cancelled) -> dict[str, Any]:
    booking = _up_to_date(named.booking_named(wanted.link)[0])
    if booking.state.final and not booking.state.occupies:
        return told(booking)
    action = ending_action(booking)
    if action is None:
        raise refused(ActionNotAvailable(), **_stands(booking))
    label = words_in_full(action.label) or action.name
    question = _("%(action)s?") % {"action": label} + " " + _describe(booking)
    try:
        ask_person(
            request, question, {"cancel": str(booking.pk), "message": wanted.message}, wanted.confirmation
        )
        act(booking, action.name, by=customers_actor(), message=wanted.message)
    except NotConfirmedYet as ask:
        return _to_confirm(booking, ask, question)
    except BookingError as error:
        stands = newest(Booking.objects.in_full().get(pk=booking.pk))
        if stands.state_id == action.target_id:
            return told(stands)
        raise refused(error, **_stands(stands)) from error
    return told(Booking.objects.in_full().get(pk=booking.pk))


def _describe(booking: Booking) -> str:
    one = telling.booking(booking, booking.resource.timezone)
    return " · ".join(part for part in (one["typed"]["name"], one["when"]) if part)


def _to_confirm(booking: Booking, ask: NotConfirmedYet, question: str, **more: Any) -> dict[str, Any]:
    return {
        "status": "confirmation_needed",
        "question": question,
        **more,
        **_stands(booking),
        "confirmation": ask.confirmation,
        "next": repeat(),
        "notice": NOTICE,
    }


def _stands(booking: Booking) -> dict[str, Any]:
    return {"booking": telling.booking(booking, booking.resource.timezone)}


def told(booking: Booking) -> dict[str, Any]:
    """How it stands, and which of the tools would do something now."""
    may = booking.is_open_to_changes(database_clock.now())
    moves = may and offering_to_move_within(booking) is not None
    return {
        "status": "stands" if booking.state.occupies or not booking.state.final else "ended",
        **_stands(booking),
        "may_move": moves,
        "may_cancel": may and ending_action(booking) is not None,
        "notice": NOTICE,
    }


def _up_to_date(booking: Booking) -> Booking:
    """The booking once the clock has played what is due, though no worker ran."""
    if booking.due_at and booking.due_at <= database_clock.now() and play_if_due(booking):
        return Booking.objects.in_full().get(pk=booking.pk)
    return booking
