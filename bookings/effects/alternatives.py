"""For a customer who did not get a time: the free ones nearest to it, as links to the page where each is chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings

from bookings import times
from bookings.availability.free_times import nearest
from bookings.availability.offering import Catalogue, Offering
from bookings.errors import UnknownGraph
from bookings.graphs.flow import Flow
from bookings.layers import graph_name
from bookings.models import Booking, Project, Reservation, Resource

MOST = 3


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """A free time as a mail shows it."""

    words: str
    url: str


def alternatives(booking: Booking, now: datetime, *, zone: str) -> list[Alternative]:
    """Up to three, in order of time, on the clocks of ``zone``; none where the project is not open to customers.

    The time itself is left out: it was just refused.  A few queries, whatever the data.
    """
    offering = open_offering(booking)
    if offering is None:
        return []
    near = nearest(offering, booking.start, now=now, most=MOST + 1)
    starts = [one.start for one in near if one.start != booking.start]
    return [
        Alternative(
            words=times.day_and_clock(start, zone), url=form_url(offering, start.astimezone(ZoneInfo(zone)))
        )
        for start in starts[:MOST]
    ]


def open_offering(wanted: Booking | Reservation) -> Offering | None:
    """What the customer chose of the project, with the same person where there are several, for as many.

    None where no customer could book it: without a project, or one that is not open to them or cannot be paid.
    """
    project = wanted.project
    if project is None or project.deleted_at or project.visibility == Project.Visibility.STAFF:
        return None
    catalogue = Catalogue.of(project)
    offering = catalogue.offering(wanted.option or catalogue.first)
    own = offering.offer_of(wanted.resource_id)
    try:
        flow = Flow.published(graph_name(project, offering.option, own.link if own else None))
    except UnknownGraph:
        return None
    only = own if len(offering.offers) > 1 else None
    offering = replace(offering, only=only, flow=flow, places=wanted.places)
    return None if offering.lacks_payment else offering


def form_url_for(offering: Offering, start: datetime, end: datetime, resource: Resource) -> str:
    """Where a customer books just ``[start, end)`` with that resource; empty where the form would book another time."""
    offer = offering.offer_of(resource.pk)
    if offer is None or offering.takes_seats:
        return ""
    chosen = offer if len(offering.offers) > 1 and not offering.everybody else None
    offering, length = replace(offering, only=chosen), end - start
    if length == offering.length_taken(offer):
        return form_url(offering, start)
    return form_url(offering, start, end) if offering.may_last(length, offer) else ""


def form_url(offering: Offering, start: datetime, end: datetime | None = None) -> str:
    """The page that opens the form with that time filled in; times are written with the offset that they have."""
    query = {"start": start.isoformat()}
    if end:
        query["end"] = end.isoformat()
    if offering.option:
        query["option"] = str(offering.option.pk)
    if offering.only:
        query["with"] = offering.only.resource.slug
    if offering.places > 1:
        query["places"] = str(offering.places)
    return f"{settings.SITE_URL}/book/{offering.project.slug}/?{urlencode(query)}"
