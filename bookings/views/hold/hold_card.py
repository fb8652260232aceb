"""What pages say about a time that is held: the banner over the form, and the card beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bookings import times
from bookings.availability.offering import Offering, offering_with
from bookings.clocks import Clocks
from bookings.forms.terms import Awaits, awaited
from bookings.lifecycle import Actor, extendable
from bookings.maps import map_of
from bookings.models import Action, Reservation
from bookings.place_words import places_in_words
from bookings.price_words import price_in_words
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


def summary(hold: Hold, offering: Offering, clocks: Clocks, *, names: bool = True) -> dict[str, Any]:
    """What is held, in small: the ``offering`` with the one that it is with."""
    held = hold.reservation
    return {
        "title": hold.project.name,
        **look_of(hold.project),
        "pencil": True,
        "short_day": times.short_day(held.start, clocks.first),
        "chosen": _chosen(hold, offering),
        **cards.when(held.start, held.end, clocks),
        "facts": _facts(hold, offering, names=names),
    }


def _chosen(hold: Hold, offering: Offering) -> list[str]:
    """What was chosen, its length and its price."""
    held, option = hold.reservation, hold.reservation.option
    parts = [
        hold.project.name,
        option.label if option else "",
        times.duration_in_words(held.end - held.start),
        places_in_words(held.places) if held.places > 1 else "",
    ]
    return [part for part in (*parts, _price(offering)) if part]


def _facts(hold: Hold, offering: Offering, *, names: bool) -> list[dict[str, Any]]:
    held, option, where = hold.reservation, hold.reservation.option, _where(hold, offering)
    rows = [
        cards.fact(_("What"), option.label if option else ""),
        cards.fact(_("Length"), times.duration_in_words(held.end - held.start)),
        cards.fact(_("With"), held.resource.name if names else _("Anyone"))
        | {"face": face(held.resource) if names else None},
        cards.fact(_("Where"), where) | {"map_url": map_of(hold.project.place, where)},
        cards.fact(_("Places"), cards.several(held.places)),
        cards.fact(_("Price"), _price(offering)) | {"sum": True},
    ]
    return [row for row in rows if row["value"]]


def _price(offering: Offering) -> str:
    return price_in_words(offering.price_of_all(offering.only), offering.currency)


def _where(hold: Hold, offering: Offering) -> str:
    """What the booking will store: a seat's is its session's."""
    held = hold.reservation
    if held.session:
        return held.session.where
    return held.where or offering.place(offering.only)
