"""What a visitor chose among what a project offers, and what the forms check of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bookings.availability.offering import Catalogue, Offer, Offering
from bookings.forms import Resolved
from bookings.graphs.flow import Flow
from bookings.layers import graph_name, merged
from bookings.models import Option


def resolved_for(offering: Offering, offer: Offer, **request: Any) -> Resolved:
    """What the forms check: the merged layers of a request for one of the resources."""
    return Resolved(
        project=offering.project,
        option=offering.option,
        link=offer.link,
        resource=offer.resource,
        offering=offering,
        flow=offering.flow,
        values=merged(request, offering.project, offering.option, offer.link),
    )


def offerings_of(catalogue: Catalogue, option: Option | None = None) -> list[Offering]:
    """What can be chosen: the options that somebody does, all where nobody does any; ``option`` fixes which."""
    if option is not None:
        return [catalogue.offering(option)]
    return [one for one in catalogue.offerings if one.offers] or catalogue.offerings


def with_one(offering: Offering, slug: str) -> Offering:
    """The same with whom was chosen among several, and the graph that its bookings follow."""
    only = next((one for one in offering.offers if one.resource.slug == slug), None)
    graph = graph_name(offering.project, offering.option, only.link if only else None)
    chosen = only if len(offering.offers) > 1 else None
    return replace(offering, only=chosen, flow=Flow.published(graph))


def places_wanted(offering: Offering, said: str) -> int:
    """How many seats a URL or a form names; one where that is no such number, and of what takes no seats."""
    readable = offering.takes_seats and said.isascii() and said.isdigit() and len(said) <= 6
    return max(1, int(said)) if readable else 1


def known_zone(name: str) -> str | None:
    """The name if such a zone exists."""
    try:
        return ZoneInfo(name).key if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
