"""What pages say about a time that is held: the banner over the form, and the card beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bookings import times
from bookings.availability.offering import Offering, offering_with
from bookings.clocks import Clocks
from bookings.lifecycle import Actor, extendable
from bookings.models import Action, Reservation
from bookings.picture_files import shown
from bookings.views import cards
from bookings.views.hold.hold_links import Hold
from bookings.views.prices import price_in_words

CUSTOMER = Actor.customer()
ENDING = timedelta(minutes=2)


def offering_held(hold: Hold) -> Offering:
    """What is held, as its project offers it with that resource."""
    held = hold.reservation
    return offering_with(hold.project, held.option, held.resource_id)


def actions_of(held: Reservation) -> list[Action]:
    """Those of the graph that the held time will follow."""
    version = held.graph_version
    return list(version.actions.select_related("target")) if version else []


def submit_label(actions: Sequence[Action]) -> str:
    """A time that still needs an answer is asked for, not booked; one that is to be paid leads on to that."""
    entered = next((action.target for action in actions if action.source_id is None), None)
    if entered is None or entered.settled:
        return _("Book this time")
    if any(action.source_id == entered.pk and action.input == Action.Input.PAYMENT for action in actions):
        return _("Continue to payment")
    return _("Ask for this time")


def over(held: Reservation, zone: str) -> str:
    """An ended hold is no error."""
    return _(
        "The hold ended at %(time)s. You can still send the form: if nobody else has taken the time, it is yours."
    ) % {"time": times.clock(held.expires_at, zone)}


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
    ]
    return [part for part in (*parts, _price(offering)) if part]


def _facts(hold: Hold, offering: Offering, *, names: bool) -> list[dict[str, Any]]:
    held, option, where = hold.reservation, hold.reservation.option, _where(hold, offering)
    face = shown(held.resource.image) if names else None
    rows = [
        cards.fact(_("What"), option.label if option else ""),
        cards.fact(_("Length"), times.duration_in_words(held.end - held.start)),
        cards.fact(_("With"), held.resource.name if names else _("Anyone")) | {"picture": face},
        cards.fact(_("Where"), where) | {"map_url": cards.map_of(hold.project.place, where)},
        cards.fact(_("Price"), _price(offering)),
    ]
    return [row for row in rows if row["value"]]


def _price(offering: Offering) -> str:
    return price_in_words(offering.price(offering.only), offering.currency)


def _where(hold: Hold, offering: Offering) -> str:
    """What the booking will store: a seat's is its session's."""
    held = hold.reservation
    if held.session:
        return held.session.where
    return held.where or offering.place(offering.only)
