"""What may be chosen of an offering, in words: lengths, prices, people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from bookings import times
from bookings.availability.free_times import FreeTimes
from bookings.availability.offering import Offer, Offering
from bookings.markdown import as_html
from bookings.models import Booking
from bookings.place_words import places_in_words
from bookings.price_words import least_price_in_words, price_in_words
from bookings.views.choose.offering import map_url, place_in_short, place_in_words
from bookings.views.choose.selection import Selection
from bookings.views.faces import face, look_of
from bookings.views.page_urls import hidden_fields
from bookings.visitors.choice import offerings_of

FACES_OF_ANYONE = 2


def options(selection: Selection, offering: Offering, moving: Booking | None = None) -> dict[str, Any]:
    """The left column: the project, its options and people, and the line that stands for them when folded.

    A booking that moves keeps what was booked: its own option, length and price.
    """
    offerings = offerings_of(offering.catalogue) if offering.option and moving is None else []
    options = [_option(selection, one, offering) for one in offerings]
    usual = _booked(moving) if moving else _without_options(offering)
    current = next((one for one in options if one["current"]), usual)
    where = place_in_short(offering)
    facts = (current["label"], current["length"], *_places(offering), current["price"], where)
    return {
        "project": {
            "title": offering.project.name,
            "text": offering.project.summary,
            **look_of(offering.project),
            "place": place_in_words(offering),
            "map_url": map_url(offering),
            "more": as_html(offering.project.description),
            "facts": [part for part in facts if part],
        },
        "options": options if len(options) > 1 else [],
        "options_title": _("Options") if any(one["length"] for one in options) else _("Length"),
        "people": _people(selection, offering),
    }


def _option(selection: Selection, one: Offering, chosen: Offering) -> dict[str, Any]:
    """One of the options, with whom was chosen where that one does it, else with anyone."""
    offer = one.offer_of(chosen.only.resource.pk) if chosen.only else None
    changes = {"option": str(one.option.pk) if one.option else ""}
    if chosen.only and offer is None:
        changes["with"] = selection.anyone
    offers: Sequence[Offer | None] = [offer] if offer else one.offers or [None]
    one = replace(one, only=offer, places=chosen.places)
    lengths = [one.length(each) for each in offers]
    if one.everybody:
        offers, lengths = offers[:1], [max(lengths)]
    in_words = times.durations_in_words(min(lengths), one.longest or max(lengths))
    label = one.option.label if one.option else ""
    return {
        "label": label or in_words,
        "length": in_words if label else "",
        "price": least_price_in_words((one.price_of_all(each), one.currency) for each in offers),
        "href": selection.href(changes=changes),
        "current": one.option == chosen.option,
    }


def _places(offering: Offering) -> list[str]:
    return [places_in_words(offering.places)] if offering.places > 1 else []


def places_card(selection: Selection, found: FreeTimes, offering: Offering) -> dict[str, Any] | None:
    """The context of `_places.html`; None where nobody may book several at once, or nowhere more than one is left."""
    if offering.most_places < 2:
        return None
    left = max((one.places or 0 for one in found.times), default=0)
    most = min(offering.most_places, max(left, offering.places))
    if most < 2:
        return None
    kept = {name: value for name, value in selection.shown.items() if name != "places"}
    return {
        "hidden": hidden_fields(kept),
        "choices": [
            {"value": count, "label": places_in_words(count), "chosen": count == offering.places}
            for count in range(1, most + 1)
        ],
    }


def _without_options(offering: Offering) -> dict[str, Any]:
    """A project that has none has a length all the same, unless each session says which."""
    length = offering.length(offering.only)
    in_words = "" if offering.takes_seats else times.durations_in_words(length, offering.longest or length)
    return {"label": in_words, "length": "", "price": ""}


def _booked(booking: Booking) -> dict[str, Any]:
    label = booking.option.label if booking.option else ""
    in_words = times.duration_in_words(booking.length)
    price = price_in_words(booking.price, booking.currency)
    return {"label": label or in_words, "length": in_words if label else "", "price": price}


def _people(selection: Selection, offering: Offering) -> list[dict[str, Any]]:
    """Nobody is asked where there is one answer, or where all of them come."""
    if len(offering.offers) < 2 or offering.everybody:
        return []
    anyone = {
        "name": _("Anyone"),
        "faces": [face(offer.resource) for offer in offering.offers[:FACES_OF_ANYONE]],
        "href": selection.href(changes={"with": selection.anyone}),
        "current": offering.only is None,
    }
    return [
        anyone,
        *(
            {
                "name": offer.resource.name,
                "faces": [face(offer.resource)],
                "href": selection.href(changes={"with": offer.resource.slug}),
                "current": offer == offering.only,
            }
            for offer in offering.offers
        ),
    ]
