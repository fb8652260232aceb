"""What pages say about a time that is held: the banner over the form, and the card beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bookings import times
from bookings.availability.offering import Offer, Offering, offering_with
from bookings.clocks import Clocks
from bookings.forms.terms import Awaits, awaited
from bookings.lifecycle import Actor, extendable
from bookings.maps import map_of
from bookings.models import Action, Reservation
from bookings.place_words import places_in_words
from bookings.price_words import least_price_in_words
from bookings.views import cards
from bookings.views.faces import face, look_of
from bookings.views.hold.hold_links import Hold

CUSTOMER = Actor.customer()
ENDING = timedelta(minutes=2)


def offering_held(hold: Hold) -> Offering:
    """What is held, as its project offers it with that resource."""
    held = hold.reservation
    return replace(offering_with(hold.project, held.option, held.resource_id), places=held.places)


def actions_of(held: Reservation) -> list[Action]:
    """Those of the graph that the held time will follow."""
    version = held.graph_version
    return list(version.actions.select_related("target")) if version else []


def submit_label(actions: Sequence[Action]) -> str:
    """A time that still needs an answer is asked for, not booked; one that is to be paid leads on to that."""
    entered = next((action.target for action in actions if action.source_id is None), None)
    awaits = awaited(entered, [action for action in actions if entered and action.source_id == entered.pk])
    said = {Awaits.PAYMENT: _("Continue to payment"), Awaits.CONFIRMATION: _("Ask for this time")}
    return said[awaits] if awaits else _("Book this time")


def over(held: Reservation, zone: str) -> str:
    """An ended hold is no error; it ended early where it was given up for another."""
    ended = min(filter(None, (held.released_at, held.expires_at)))
    return _(
        "The hold ended at %(time)s. You can still send the form: if nobody else has taken the time, it is yours."
    ) % {"time": times.clock(ended, zone)}


def banner(
    request: HttpRequest, hold: Hold, offering: Offering, clocks: Clocks, now: datetime
) -> dict[str, Any]:
    """The context of `_hold.html`; the hold ends by the visitor's own clocks, where they are known."""
    held = hold.reservation
    seconds = int((held.expires_at - now).total_seconds())
    return {
        "day": times.short_day(held.start, clocks.first),
        "times": times.clock_range(held.start, held.end, clocks.first),
        "until": times.clock(held.expires_at, clocks.own),
        "seconds": seconds,
        "whole": max(seconds, int(offering.hold(offering.only).total_seconds())),
        "minutes": -(-seconds // 60),
        "ending": seconds <= ENDING.total_seconds(),
        "extend_url": hold.url(request, "extend") if _is_extendable(hold, offering, now) else "",
        "extend_label": _("Hold it longer"),
        "release_url": hold.url(request, "release"),
    }


def _is_extendable(hold: Hold, offering: Offering, now: datetime) -> bool:
    """Whether the button that is shown in the last minutes will do what it says."""
    held = hold.reservation
    pressed = max(now, held.expires_at - ENDING)
    return extendable(held, hold=offering.hold(offering.only), by=CUSTOMER, at=pressed)


def summary(
    hold: Hold, offering: Offering, clocks: Clocks, *, offers: Sequence[Offer] | None = None
) -> dict[str, Any]:
    """What is held, in small: the ``offering`` with the one that it is with.

    Of what is not held yet, ``offers`` are those with whom it may be, none where nobody is left; else None, and the
    hold says with whom it is.
    """
    held = hold.reservation
    among: Sequence[Offer | None] = offers or [offering.only]
    lengths = {held.end - held.start} | {offer.length for offer in offers or ()}
    when = cards.when(held.start, held.end, clocks)
    if len(lengths) > 1:  # it ends when whoever it is with is done
        when["times"] = times.clock(held.start, clocks.first)
    length = times.durations_in_words(min(lengths), max(lengths))
    price = least_price_in_words((offering.price_of_all(offer), offering.currency) for offer in among)
    return {
        "title": hold.project.name,
        **look_of(hold.project),
        "pencil": True,
        "short_day": times.short_day(held.start, clocks.first),
        "chosen": _chosen(hold, length, price),
        **when,
        "facts": _facts(hold, length, price, _where(hold, offering, among), names=offers is None),
    }


def _chosen(hold: Hold, length: str, price: str) -> list[str]:
    """What was chosen, its length and its price."""
    held, option = hold.reservation, hold.reservation.option
    parts = [
        hold.project.name,
        option.label if option else "",
        length,
        places_in_words(held.places) if held.places > 1 else "",
        price,
    ]
    return [part for part in parts if part]


def _facts(hold: Hold, length: str, price: str, where: str, *, names: bool) -> list[dict[str, Any]]:
    held, option = hold.reservation, hold.reservation.option
    rows = [
        cards.fact(_("What"), option.label if option else ""),
        cards.fact(_("Length"), length),
        cards.fact(_("With"), held.resource.name if names else _("Anyone"))
        | {"face": face(held.resource) if names else None},
        cards.fact(_("Where"), where) | {"map_url": map_of(hold.project.place, where)},
        cards.fact(_("Places"), cards.several(held.places)),
        cards.fact(_("Price"), price) | {"sum": True},
    ]
    return [row for row in rows if row["value"]]


def _where(hold: Hold, offering: Offering, among: Sequence[Offer | None]) -> str:
    """What the booking will store: a seat's is its session's; empty where it depends on whom it is with."""
    held = hold.reservation
    if held.session:
        return held.session.where
    places = {held.where or offering.place(offer) for offer in among}
    return places.pop() if len(places) == 1 else ""
