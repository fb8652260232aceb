"""What may be chosen of an offering, in words: lengths, prices, people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bookings import times
from bookings.availability.offering import Offer, Offering
from bookings.markdown import as_html
from bookings.picture_files import shown
from bookings.views.choose.offering import map_url, offerings_of, place_in_words
from bookings.views.choose.selection import Selection
from bookings.views.prices import least_price_in_words


def options(selection: Selection, offering: Offering) -> dict[str, Any]:
    """The left column: the project, its options and people, and the line that stands for them when folded."""
    offerings = offerings_of(offering.catalogue) if offering.option else []
    options = [_option(selection, one, offering) for one in offerings]
    people = _people(selection, offering)
    current = next((one for one in options if one["current"]), _without_options(offering))
    said = [part for part in (current["label"], current["length"], current["price"]) if part]
    return {
        "project": {
            "title": offering.project.name,
            "text": offering.project.summary,
            "place": place_in_words(offering),
            "map_url": map_url(offering),
            "more": as_html(offering.project.description),
            "settled": said if len(options) < 2 else [],
        },
        "options": options if len(options) > 1 else [],
        "options_title": _("Options") if any(one["length"] for one in options) else _("Length"),
        "people": people,
        "chosen": said + [one["name"] for one in people if one["current"]],
    }


def _option(selection: Selection, one: Offering, chosen: Offering) -> dict[str, Any]:
    """One of the options, with whom was chosen where that one does it, else with anyone."""
    offer = one.offer_of(chosen.only.resource.pk) if chosen.only else None
    changes = {"option": str(one.option.pk) if one.option else ""}
    if chosen.only and offer is None:
        changes["with"] = selection.anyone
    offers: Sequence[Offer | None] = [offer] if offer else one.offers or [None]
    lengths = [one.length(each) for each in offers]
    if one.everybody:
        offers, lengths = offers[:1], [max(lengths)]
    in_words = times.durations_in_words(min(lengths), one.longest or max(lengths))
    label = one.option.label if one.option else ""
    return {
        "label": label or in_words,
        "length": in_words if label else "",
        "price": least_price_in_words((one.price(each), one.currency) for each in offers),
        "href": selection.href(changes=changes),
        "current": one.option == chosen.option,
    }


def _without_options(offering: Offering) -> dict[str, Any]:
    """A project that has none has a length all the same, unless each session says which."""
    length = offering.length(offering.only)
    in_words = "" if offering.takes_seats else times.durations_in_words(length, offering.longest or length)
    return {"label": in_words, "length": "", "price": ""}


def _people(selection: Selection, offering: Offering) -> list[dict[str, Any]]:
    """Nobody is asked where there is one answer, or where all of them come."""
    if len(offering.offers) < 2 or offering.everybody:
        return []
    anyone = {
        "name": _("Anyone"),
        "href": selection.href(changes={"with": selection.anyone}),
        "current": offering.only is None,
    }
    return [
        anyone,
        *(
            {
                "name": offer.resource.name,
                "picture": shown(offer.resource.image),
                "href": selection.href(changes={"with": offer.resource.slug}),
                "current": offer == offering.only,
            }
            for offer in offering.offers
        ),
    ]
