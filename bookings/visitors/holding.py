"""Holding a time or a seat for a visitor: with the first who is free, of those who do it in the order of the project's
mode.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from bookings import database_clock
from bookings.availability.assignment import Assignment, assign
from bookings.availability.free_times import takers
from bookings.availability.offering import Offer, Offering
from bookings.errors import EndNotOffered, GroupFull, ReservationGone, SlotTaken
from bookings.forms import ReservationForm, Resolved
from bookings.lifecycle import Actor, release, reserve, reserve_any
from bookings.models import Booking, Reservation
from bookings.proofs import Proof
from bookings.visitors.choice import resolved_for

CUSTOMER = Actor.customer()


class Holder(NamedTuple):
    """What a hold keeps of who made it: digests of the visitor's token and of the client's network.

    The latter is empty where holds are never capped.
    """

    visitor: str
    client_address: str


@dataclass(frozen=True, kw_only=True)
class Pick:
    """What is wanted: a ``session``'s seat, else the time that starts then, until ``end`` where that may be chosen.

    ``answers`` are what the customer said beforehand, by question.
    """

    start: datetime | None = None
    end: datetime | None = None
    asks_end: bool = False
    """Whether an end was named at all, though perhaps one that is none."""
    session: Booking | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


def token_digest(token: str) -> str:
    """What a reservation keeps of a token."""
    return hashlib.sha256(f"visitor:{token}".encode()).hexdigest()


def live_hold(token: str) -> Reservation | None:
    """The visitor's live hold; picking another time replaces it."""
    return live_holds(token_digest(token)).first()


def live_holds(digest: str) -> QuerySet[Reservation]:
    """All that the visitor of a digest holds, the newest first."""
    return Reservation.objects.live().filter(visitor=digest).order_by("-created_at", "pk")


def hold(
    offering: Offering, pick: Pick, who: Holder, before: Reservation | None, proof: Proof | None
) -> Reservation:
    """Reserve what was picked in place of ``before``; raises what the verbs raise."""
    if pick.session:
        return _hold_seat(offering, pick, who, pick.session, before, proof)
    if pick.start is None:
        raise SlotTaken
    ends = {offer.resource.pk: (offer, end) for offer, end in _takers(offering, pick, pick.start, before)}
    replaced = [before.pk] if before else []
    among = assign(offering, pick.start, offers=[offer for offer, _end in ends.values()], ignoring=replaced)
    forms = [
        ReservationForm(
            _resolved(
                offering,
                offer,
                start=pick.start,
                end=ends[offer.resource.pk][1],
                customer=dict(pick.answers),
            )
        )
        for offer in among.offers
    ]
    return _reserve(offering, forms, who, before, proof, among)


def _takers(
    offering: Offering, pick: Pick, start: datetime, before: Reservation | None
) -> list[tuple[Offer, datetime]]:
    """Who may take it and until when; raises ``EndNotOffered`` for an end that cannot be chosen."""
    if offering.longest is None or not pick.asks_end:
        return [(offer, start + offering.length_taken(offer)) for offer in offering.candidates]
    end, ignoring = pick.end, [before.pk] if before else []
    offers = takers(offering, start, end, now=database_clock.now(), ignoring=ignoring) if end else []
    if end is None or not offers:
        raise EndNotOffered
    return [(offer, end) for offer in offers]


def _reserve(
    offering: Offering,
    forms: list[ReservationForm],
    who: Holder,
    before: Reservation | None,
    proof: Proof | None,
    among: Assignment,
) -> Reservation:
    forms = [form for form in forms if form.is_valid()]
    if not forms:
        raise SlotTaken
    drafts = [_of_visitor(form, who, among) for form in forms]
    common: dict[str, Any] = {
        "hold": forms[0].hold,
        "by": CUSTOMER,
        "buffers": forms[0].buffers(),
        "replacing": before,
        "proof": proof,
    }
    if offering.everybody or len(drafts) == 1:
        held = reserve(drafts[0], companions=forms[0].companions(), **common)
    else:
        held = reserve_any(drafts, **common)
    _keep_newest(who)
    return held


def _keep_newest(who: Holder) -> None:
    """Of times that a visitor picked at the same moment, in two tabs, one stays held."""
    for older in live_holds(who.visitor)[1:]:
        with suppress(ReservationGone):
            release(older, by=CUSTOMER)


def _hold_seat(
    offering: Offering,
    pick: Pick,
    who: Holder,
    session: Booking,
    before: Reservation | None,
    proof: Proof | None,
) -> Reservation:
    if not offering.offers:
        raise SlotTaken
    offer = offering.offer_of(session.resource_id) or offering.offers[0]
    if offering.places > (session.max_seats or 0):
        raise GroupFull(places_left=(session.max_seats or 0) - session.seats_taken)
    resolved = replace(
        _resolved(offering, offer, places=offering.places, customer=dict(pick.answers)),
        session=session,
        resource=session.resource,
    )
    return _reserve(offering, [ReservationForm(resolved)], who, before, proof, Assignment(offers=(offer,)))


def _resolved(offering: Offering, offer: Offer, **request: Any) -> Resolved:
    """What the forms check; a page holds for as long as the choice in it says."""
    seconds = int(offering.hold(offering.only).total_seconds())
    return resolved_for(offering, offer, reservation_time=seconds, **request)


def _of_visitor(form: ReservationForm, who: Holder, among: Assignment) -> Reservation:
    draft = form.draft()
    draft.visitor, draft.address = who
    draft.assignment = among.told(draft.resource_id)
    return draft
