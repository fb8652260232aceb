"""What may be chosen of an offering, in words: lengths, prices, people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bookings import times
from bookings.availability.offering import Offering
from bookings.markdown import as_html
from bookings.models import Option, ProjectResource
from bookings.picture_files import shown
from bookings.views.choose.offering import map_url, place_in_words
from bookings.views.choose.selection import Selection
from bookings.views.prices import least_price_in_words


def options(selection: Selection, offering: Offering) -> dict[str, Any]:
    """The left column: the project, its options and people, and the line that stands for them when folded."""
    options = [_option(selection, offering, option) for option in offering.options]
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


def _option(selection: Selection, offering: Offering, option: Option) -> dict[str, Any]:
    links: list[ProjectResource | None] = [*offering.candidates] or [None]
    lengths = [(link and link.length) or option.length for link in links]
    if offering.everybody:
        links, lengths = links[:1], [max(lengths)]
    in_words = times.durations_in_words(min(lengths), offering.longest or max(lengths))
    return {
        "label": option.label or in_words,
        "length": in_words if option.label else "",
        "price": least_price_in_words((option, link) for link in links),
        "href": selection.href(changes={"option": str(option.pk)}),
        "current": option == offering.option,
    }


def _without_options(offering: Offering) -> dict[str, Any]:
    """A project that has none has a length all the same, unless each session says which."""
    told = offering.flow.version.claims_seat
    length = offering.length(offering.link)
    in_words = "" if told else times.durations_in_words(length, offering.longest or length)
    return {"label": in_words, "length": "", "price": ""}


def _people(selection: Selection, offering: Offering) -> list[dict[str, Any]]:
    """Nobody is asked where there is one answer, or where all of them come."""
    if len(offering.links) < 2 or offering.everybody:
        return []
    anyone = {
        "name": _("Anyone"),
        "href": selection.href(changes={"with": selection.anyone}),
        "current": offering.link is None,
    }
    return [
        anyone,
        *(
            {
                "name": link.resource.name,
                "picture": shown(link.resource.image),
                "href": selection.href(changes={"with": link.resource.slug}),
                "current": link == offering.link,
            }
            for link in offering.links
        ),
    ]
