"""Moving and ending a booking for whoever has its link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bookings.availability.assignment import assign
from bookings.availability.offering import Catalogue, Offering
from bookings.graphs.flow import Flow
from bookings.lifecycle import Actor, available_actions, reschedule, reschedule_any
from bookings.lifecycle.rules import may_overlap
from bookings.models import Action, Booking, Resource
from bookings.visitors.choice import offerings_of, with_one

CUSTOMER = Actor.customer()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The new time: a slot with whoever is free of ``resources``, in that order, or a seat of a session."""

    start: datetime
    end: datetime
    resources: tuple[Resource, ...]
    session: Booking | None = None


def offering_to_move_within(booking: Booking, with_whom: str = "") -> Offering | None:
    """What a booking may be moved within, as long as it is, with ``with_whom`` (a slug; ``*``: anyone), else with its
    own resource; None where its customer may not move it.  The verb asks again.
    """
    if booking.project is None or not moves(booking):
        return None
    chosen = with_one(offerings_of(Catalogue.of(booking.project), booking.option)[0], with_whom)
    return as_it_moves(booking, chosen, named=bool(with_whom))


def moves(booking: Booking) -> bool:
    """Whether its graph lets its customer move it."""
    return any(one.continues for one in available_actions(booking, CUSTOMER))


def as_it_moves(booking: Booking, offering: Offering, *, named: bool) -> Offering:
    """What is offered to a booking that moves: as long as it is, and with its own resource until another is ``named``,
    or anyone; a seat is its session's.
    """
    stays = not (named or offering.everybody or booking.session_id or len(offering.offers) < 2)
    only = offering.offer_of(booking.resource_id) if stays else offering.only
    flow = Flow.of(booking.version)  # its own, whatever the project's new bookings follow by now
    return replace(offering, flow=flow, lasting=booking.length, only=only, places=booking.places)


def wanted_start(booking: Booking, offering: Offering, start: datetime) -> Wanted:
    """The booking's length from ``start`` on, with its own resource first, then the others in the mode's order."""
    named = [offer.resource for offer in assign(offering, start, ignoring=[booking.pk]).offers]
    own = [one for one in named if one == booking.resource]
    return Wanted(start=start, end=start + booking.length, resources=tuple(dict.fromkeys([*own, *named])))


def wanted_session(session: Booking) -> Wanted:
    return Wanted(start=session.start, end=session.end, resources=(session.resource,), session=session)


def is_there(booking: Booking, wanted: Wanted) -> bool:
    """Whether it has that time already, as when the same was sent before."""
    if wanted.session:
        return booking.session_id == wanted.session.pk
    return booking.start == wanted.start and booking.resource in wanted.resources


def move(booking: Booking, wanted: Wanted, *, by: Actor = CUSTOMER) -> Booking:
    """Try the resources in order until one has the time; raises what the verb says of the last."""
    if wanted.session:
        return reschedule(booking, by=by, session=wanted.session)
    tries = {resource: may_overlap(booking, resource) for resource in wanted.resources}
    return reschedule_any(booking, by=by, start=wanted.start, end=wanted.end, resources=tries)


def ending_action(booking: Booking) -> Action | None:
    """How its customer ends it: the first action of theirs that leads to where it neither occupies nor goes on."""
    mine = (one for one in available_actions(booking, CUSTOMER) if not one.continues)
    return next((one for one in mine if one.target.final and not one.target.occupies), None)
