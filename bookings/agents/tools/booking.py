"""``hold_time`` and ``book``: a time is held first, its terms are told, and only what was agreed to is booked."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import Field

from bookings import database_clock
from bookings.agents import named, telling
from bookings.agents.arguments import Answers, Arguments, Moment, Text
from bookings.agents.caller import counted_address, customers_actor, holder_of
from bookings.agents.confirmation import NotConfirmedYet, ask_person
from bookings.agents.refusals import Refusal, invalid, refused
from bookings.agents.tools.finding import Choice, allowance, alternatives, near_times
from bookings.agents.tools.registry import tool
from bookings.agents.words import NOTICE
from bookings.availability.allowance import GateShut, TooMuch
from bookings.availability.offering import Offering
from bookings.effects.links import LinkInvalid, newest
from bookings.errors import BookingError, ProofNeeded, ReservationGone
from bookings.forms.values import MOST_SEATS
from bookings.models import Booking, Reservation
from bookings.place_words import places_in_words
from bookings.visitors.application import Application, booked_from
from bookings.visitors.hold_tokens import hold_token
from bookings.visitors.holding import Pick, hold, live_hold


class Held(Choice):
    start: Moment | None = Field(None, description="One of the times of find_times, with offset.")
    session: Text = Field("", description="In place of start, where find_times names sessions.")
    places: int = Field(1, ge=1, le=MOST_SEATS, description="Of a session: how many seats, all or none.")
    end: Moment | None = Field(None, description="Only where find_times names a `latest_end`.")
    visitor: Text = Field("", description="From find_times or an earlier hold, whose place this one takes.")
    answers: Answers = Field({}, description="What the person said already, by the questions' keys.")


class Booked(Arguments):
    hold: Text = Field(description="From hold_time.")
    answers: Answers = Field({}, description="By the questions' keys: {'name': …, 'email': …}.")
    confirmation: Text = Field("", description="What this very call answered before, once the person agreed.")


@tool(
    """Keep a time for some minutes. Answers the terms (price, until when it can be changed, what follows) and the
    questions that book needs answered; tell the person the terms. A second time takes the place of the first."""
)
def hold_time(request: HttpRequest, wanted: Held) -> dict[str, Any]:
    project = named.project_named(wanted.project)
    offering = replace(named.chosen(project, wanted.option, wanted.with_), places=wanted.places)
    pick = _pick(offering, wanted)
    visitor = named.visitor_named(wanted.visitor)
    zone = wanted.zone or offering.zone
    before = live_hold(visitor)
    if before is None or not _is_of(before, offering, pick):
        try:
            before = hold(offering, pick, holder_of(request, visitor), before, None)
        except BookingError as error:
            raise _not_held(request, offering, pick, error, zone) from error
    return {
        "hold": hold_token(before),
        "held_until": telling.local(before.expires_at, zone),
        "visitor": visitor,
        "terms": telling.terms(before, zone),
        "questions": telling.question_list(project),
        "next": _("Tell the person the terms. Once they agree, call book with the hold and the answers."),
        "notice": NOTICE,
    }


def _pick(offering: Offering, wanted: Held) -> Pick:
    answers = {key: one for key, one in wanted.answers.items() if isinstance(one, str)}
    if offering.takes_seats and wanted.session:
        return Pick(session=named.session_named(offering, wanted.session), answers=answers)
    if offering.takes_seats or wanted.start is None:
        name = "session" if offering.takes_seats else "start"
        raise invalid({name: [_("This is missing.")]})
    if wanted.places > 1:
        raise invalid({"places": [_("Only seats of a session are taken several at once.")]})
    return Pick(start=wanted.start, end=wanted.end, asks_end=wanted.end is not None, answers=answers)


def _is_of(held: Reservation, offering: Offering, pick: Pick) -> bool:
    """Whether that is held already: the same call came before."""
    if (held.project_id, held.option_id) != (
        offering.project.pk,
        offering.option.pk if offering.option else None,
    ):
        return False
    if pick.session:
        return (held.session_id, held.places) == (pick.session.pk, offering.places)
    same_end = pick.end is None or held.end == pick.end
    with_them = held.resource_id in {offer.resource.pk for offer in offering.candidates}
    return held.start == pick.start and same_end and with_them


def _not_held(
    request: HttpRequest, offering: Offering, pick: Pick, error: BookingError, zone: str
) -> Refusal:
    """What was refused, with the nearest free times; where only a proof would help, the page that asks for it."""
    start = pick.session.start if pick.session else pick.start
    link = telling.link_to(
        offering, start=telling.local(start, zone) if start else "", answers=dict(pick.answers), zone=zone
    )
    if isinstance(error, ProofNeeded):
        said = _("Give the person this link: everything is filled in, and their browser does the check.")
        return refused(error, next=said, link=link)
    return refused(error, alternatives=_near(request, offering, start, zone), link=telling.link_to(offering))


def _near(
    request: HttpRequest, offering: Offering, start: datetime | None, zone: str
) -> list[dict[str, Any]]:
    now = database_clock.now()
    try:
        with allowance(request) as spent:
            return alternatives(offering, near_times(offering, start or now, now, spent), start or now, zone)
    except (GateShut, TooMuch, OverflowError):  # then the refusal alone
        return []


@tool(
    """Book what is held, for the person whom the answers name. Nothing is booked before the person confirmed the terms.
    Answers the booking's link; calling it again answers the same."""
)
def book(request: HttpRequest, wanted: Booked) -> dict[str, Any]:
    held = named.hold_named(wanted.hold)
    if before := booked_from(held):
        return _told(before)
    if held.released_at or held.expires_at <= database_clock.now():
        raise _gone(request, held, ReservationGone())
    application = Application(held, wanted.answers, language=get_language() or "")
    if application.errors:
        raise invalid(application.errors)
    zone = held.resource.timezone
    terms = telling.terms(held, zone)
    about = {"hold": str(held.pk), "terms": terms, "answers": application.answers}
    try:
        ask_person(request, _question(terms), about, wanted.confirmation)
        made = application.book(by=customers_actor(), address=counted_address(request))
    except NotConfirmedYet as ask:
        return {
            "status": "confirmation_needed",
            "terms": terms,
            "held_until": telling.local(held.expires_at, zone),
            "confirmation": ask.confirmation,
            "next": repeat(),
            "notice": NOTICE,
        }
    except BookingError as error:
        raise _gone(request, held, error) from error
    return _told(Booking.objects.in_full().get(pk=made.pk))


def repeat() -> str:
    """What to do with a confirmation."""
    return _(
        "Nothing was done yet. Tell the person all of this. Only if they agree, make the very same call again, "
        "with this confirmation."
    )


def _question(terms: dict[str, Any]) -> str:
    """What the person is asked, in words."""
    typed, cost = terms["typed"], terms["price"]
    many = places_in_words(terms["places"]) if terms.get("places", 1) > 1 else ""
    parts = [typed["name"], typed["option"], many, terms["when"], typed["with"], typed["where"]]
    said = [_("Book this?"), " · ".join(part for part in parts if part)]
    if cost:
        said.append(_("Price: %(price)s.") % {"price": cost["words"]})
    said.append(
        _("It can be changed or cancelled until %(moment)s.") % {"moment": terms["change_or_cancel_until"]}
    )
    return "\n".join([*said, terms["next"], typed["agreement"]]).strip()


def _gone(request: HttpRequest, held: Reservation, error: BookingError) -> Refusal:
    """Why the held time was not booked, with the nearest free ones."""
    project = held.project
    assert project is not None  # noqa: S101  # a visitor holds what a project offers
    offering = named.chosen(project, str(held.option_id or ""))
    near = _near(request, offering, held.start, held.resource.timezone)
    return refused(error, next=_("Call hold_time again, then book with that hold."), alternatives=near)


def _told(made: Booking) -> dict[str, Any]:
    """A booking that was made, as it stands now, and what is left to do.

    Raises ``Refusal`` where its links were renewed since, or what continues it was deleted.
    """
    try:
        stands = None if made.has_renewed_form else newest(made)
    except LinkInvalid:
        stands = None
    if stands is None:
        raise invalid({"hold": [_("This is no link of a booking of this site, or it was replaced.")]})
    told: dict[str, Any] = {
        "status": "booked",
        "booking": telling.booking(stands, stands.resource.timezone),
        "next": _("Give the person the link: with it they see, change, pay or cancel the booking."),
        "notice": NOTICE,
    }
    return told
