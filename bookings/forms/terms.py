"""Price and terms: what a customer agrees to, with an offered time, with a hold and with a booking.

Every door tells them from here, so that what is told before is what holds afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings import times
from bookings.availability.offering import Catalogue, Offer, Offering, offering_with
from bookings.availability.terms import comes_whole
from bookings.forms import values
from bookings.forms.bookings import price
from bookings.forms.places import price_of_all
from bookings.forms.resolve import Resolved, usual_offering
from bookings.graphs.flow import Flow
from bookings.layers import graph_name
from bookings.models import Action, Booking, Option, Project, Reservation, Resource, State
from bookings.money import digits_of


class Awaits(StrEnum):
    """What a booking waits for before it stands."""

    CONFIRMATION = "confirmation"
    PAYMENT = "payment"


@dataclass(frozen=True, kw_only=True)
class BookingTerms:
    """What holds for one time; the ``price`` is that of all its places.

    ``changes_until`` is the last instant at which its customer may change it themselves, once it stands;
    ``cancel_until`` and ``reschedule_until`` are the same where they may do just that, else None.  ``within`` is how
    long it waits for what it ``awaits`` once it is booked, ``awaits_until`` when that wait of a booking ends; None for
    as long as it takes.  ``next`` says what follows.
    """

    price: Decimal | None
    currency: str
    changes_until: datetime
    cancel_until: datetime | None
    reschedule_until: datetime | None
    awaits: Awaits | None
    next: str
    within: timedelta | None = None
    awaits_until: datetime | None = None

    @property
    def amount(self) -> str | None:
        """The exact price, with as many decimals as the currency has."""
        return None if self.price is None else f"{self.price:.{digits_of(self.currency)}f}"


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What would hold for a booking, whenever it begins; ``at`` tells it for one start."""

    price: Decimal | None
    currency: str
    cut_off: timedelta | None
    cancels: bool
    moves: bool
    awaits: Awaits | None
    within: timedelta | None

    @classmethod
    def of_offer(cls, offering: Offering, offer: Offer | None, flow: Flow | None) -> Conditions:
        """Of what is offered with one of them.  No query."""
        cost = (offering.price(offer), offering.currency)
        return cls._of(cost, offering.settings(offer).get("settings"), flow)

    @classmethod
    def of_request(cls, resolved: Resolved, places: int) -> Conditions:
        """Of what a request for a hold of so many places (of a time: one) comes to.  No query."""
        said, (each, currency) = resolved.values.get("settings"), price(resolved)
        return cls._of((price_of_all(each, places), currency), said, resolved.flow, resolved.session)

    @classmethod
    def of_hold(cls, held: Reservation, offering: Offering | None = None) -> Conditions:
        """Of what a reservation would become, as its project says it now; ``offering`` spares two queries."""
        flow = Flow.of(held.graph_version) if held.graph_version else None
        if held.project is None:
            return cls._of((None, ""), None, flow, held.session)
        offering = offering or offering_with(held.project, held.option, held.resource_id)
        cost = (price_of_all(offering.price(offering.only), held.places), offering.currency)
        return cls._of(cost, offering.settings(offering.only).get("settings"), flow, held.session)

    @classmethod
    def _of(
        cls,
        cost: tuple[Decimal | None, str],
        said: object,
        flow: Flow | None,
        session: Booking | None = None,
    ) -> Conditions:
        settings = said if isinstance(said, Mapping) else {}
        cut_off = _duration(settings.get("min_cancel_time")) or (session.min_cancel_time if session else None)
        entered = flow.create.target if flow else None
        leaving = flow.leaving(entered) if flow and entered else []
        awaits = awaited(entered, leaving)
        own_times = settings.get("automatic_times")
        return cls(
            price=cost[0],
            currency=cost[1] if cost[0] is not None else "",
            cut_off=cut_off,
            cancels=flow is None or flow.customer_cancels,
            moves=flow is None or flow.customer_moves,
            awaits=awaits,
            within=_wait(leaving, own_times if isinstance(own_times, Mapping) else {}) if awaits else None,
        )

    def at(self, start: datetime) -> BookingTerms:
        until = start - self.cut_off if self.cut_off else start
        return BookingTerms(
            price=self.price,
            currency=self.currency,
            changes_until=until,
            cancel_until=until if self.cancels else None,
            reschedule_until=until if self.moves else None,
            awaits=self.awaits,
            within=self.within,
            next=self.next,
        )

    @cached_property
    def next(self) -> str:
        """What follows on booking, in a sentence."""
        wait = {"time": times.duration_in_words(self.within)} if self.within else {}
        if self.awaits is Awaits.PAYMENT:
            if wait:
                return (
                    _("It is to be paid within %(time)s of being booked, or its time is free again.") % wait
                )
            return _("It is to be paid once it is booked.")
        if self.awaits is Awaits.CONFIRMATION:
            if wait:
                said = _("It is a request: without an answer within %(time)s it ends by itself.")
                return said % wait
            return _("It is a request: somebody answers it, and until then it is not confirmed.")
        return _("It is booked at once.")


class SlotTerms:
    """What the slots of a search would come to as bookings: the option of their length where none is named.

    Four queries at most, and one for each further graph; none a slot.
    """

    def __init__(self, project: Project, option: Option | None) -> None:
        catalogue = Catalogue.of(project)
        self._option, self._whole = option, catalogue
        self._alone = {link.resource_id: replace(catalogue, links=(link,)) for link in catalogue.links}
        self._flows: dict[str, Flow | None] = {}
        self._conditions: dict[tuple[UUID, timedelta], Conditions] = {}

    def of(self, resource: Resource, start: datetime, end: datetime) -> BookingTerms:
        """Of ``[start, end)`` with that resource."""
        asked = resource.pk, end - start
        if asked not in self._conditions:
            self._conditions[asked] = self._conditions_of(*asked)
        return self._conditions[asked].at(start)

    def _conditions_of(self, resource: UUID, length: timedelta) -> Conditions:
        project, alone = self._whole.project, self._alone.get(resource)
        catalogue = self._whole if comes_whole(project) or alone is None else alone
        found = catalogue.offering(self._option) if self._option else usual_offering(catalogue, length)
        offer = found.offer_of(resource)
        graph = graph_name(project, found.option, offer.link if offer else None)
        if graph not in self._flows:
            self._flows[graph] = Flow.if_published(graph)
        return Conditions.of_offer(found, offer, self._flows[graph])


def terms_of(booking: Booking) -> BookingTerms:
    """Of a booking as it stands.  No query for a graph that this process knows already."""
    flow = Flow.of(booking.version)
    leaving = flow.leaving(booking.state)
    awaits = awaited(booking.state, leaving)
    until = booking.change_until or booking.start
    return BookingTerms(
        price=booking.price,
        currency=booking.currency if booking.price is not None else "",
        changes_until=until,
        cancel_until=until if leaving and flow.customer_cancels else None,
        reschedule_until=until if leaving and flow.customer_moves else None,
        awaits=awaits,
        awaits_until=booking.due_at if awaits else None,
        next=_stands(awaits, ended=not leaving),
    )


def awaited(entered: State | None, leaving: Iterable[Action]) -> Awaits | None:
    """What a booking waits for in a state that these actions leave; None where nothing is open."""
    if entered is None or entered.settled:
        return None
    asks = any(action.input == Action.Input.PAYMENT for action in leaving)
    return Awaits.PAYMENT if asks else Awaits.CONFIRMATION


def _stands(awaits: Awaits | None, *, ended: bool) -> str:
    if awaits is Awaits.PAYMENT:
        return _("It is still to be paid.")
    if awaits is Awaits.CONFIRMATION:
        return _("It waits for an answer, and until then it is not confirmed.")
    return _("It has ended.") if ended else _("It is booked.")


def _wait(leaving: Iterable[Action], own_times: Mapping[str, Any]) -> timedelta | None:
    """How long after entering their source the clock plays the first of these."""
    waits = [
        action.automatic_after and (_duration(own_times.get(action.name)) or action.automatic_after)
        for action in leaving
        if action.by_clock and action.automatic_from in ("", Action.Anchor.ENTERED)
    ]
    return min((wait for wait in waits if wait), default=None)


def _duration(said: object) -> timedelta | None:
    """A setting that cannot be read is not set: the form that would store it says why."""
    try:
        return values.duration(said) if said else None
    except ValidationError:
        return None
