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
from bookings.models import Booking, Project

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
    offering = _offering(booking)
    if offering is None or offering.lacks_payment:
        return []
    near = nearest(offering, booking.start, now=now, most=MOST + 1)
    starts = [one.start for one in near if one.start != booking.start]
    return [
        Alternative(words=times.day_and_clock(start, zone), url=_url(offering, start, zone))
        for start in starts[:MOST]
    ]


def _offering(booking: Booking) -> Offering | None:
    """What the customer chose of the project, with the same person where there are several."""
    project = booking.project
    if project is None or project.deleted_at or project.visibility == Project.Visibility.STAFF:
        return None
    catalogue = Catalogue.of(project)
    offering = catalogue.offering(booking.option or catalogue.first)
    own = offering.offer_of(booking.resource_id)
    try:
        flow = Flow.published(graph_name(project, offering.option, own.link if own else None))
    except UnknownGraph:
        return None
    return replace(offering, only=own if len(offering.offers) > 1 else None, flow=flow)


def _url(offering: Offering, start: datetime, zone: str) -> str:
    query = {"start": start.astimezone(ZoneInfo(zone)).isoformat()}
    if offering.option:
        query["option"] = str(offering.option.pk)
    if offering.only:
        query["with"] = offering.only.resource.slug
    return f"{settings.SITE_URL}/book/{offering.project.slug}/?{urlencode(query)}"
