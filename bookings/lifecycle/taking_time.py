"""Time that staff take from resources, or from everybody; the bookings inside are not touched here.

Both verbs may be played again: what they made once they find, and make no second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Q, QuerySet

from bookings.lifecycle.events import add_event
from bookings.lifecycle.locks import lock_resources
from bookings.lifecycle.retries import verb
from bookings.models import Calendar, DatedHours, Event, Resource, Site

Spans = Mapping[Resource, tuple[datetime, datetime]]
"""By resource what is taken, half-open and in UTC."""


@verb
def take_time(spans: Spans, *, what: str) -> list[Event]:
    """Make the span of each resource busy; return the events that were made."""
    lock_resources(resource.pk for resource in spans)
    return [
        _take(resource, start, end, what)
        for resource, (start, end) in spans.items()
        if not Event.objects.filter(
            calendar__in=_counting(resource), start=start, end=end, what=what, busy=True
        ).exists()
    ]


def _take(resource: Resource, start: datetime, end: datetime, what: str) -> Event:
    return add_event(Event(calendar=resource.busy_calendar(), start=start, end=end, what=what))


def _counting(resource: Resource) -> QuerySet[Calendar]:
    return Calendar.objects.filter(resource=resource, provider_sync=True)


@verb
def close_site(first: date, last: date, *, spans: Spans, note: str) -> list[DatedHours | Event]:
    """Close the site on the days ``first`` to ``last`` (both included); return what was made.

    A resource with dated hours of its own, or of its location, would stay open by them: its ``spans`` are made busy.
    """
    Site.current()
    Site.objects.select_for_update().get(pk=1)
    closed = {"site_id": 1, "first": first, "last": last, "opens": None}
    made: list[DatedHours | Event] = []
    if not DatedHours.objects.filter(**closed).exists():
        made.append(DatedHours.objects.create(**closed, note=note))
    nearer = set(open_by_hours_of_their_own(first, last).values_list("pk", flat=True))
    return [*made, *take_time({one: span for one, span in spans.items() if one.pk in nearer}, what=note)]


def open_by_hours_of_their_own(first: date, last: date) -> QuerySet[Resource]:
    """Resources for which dated hours on one of these days go before the site's."""
    within = DatedHours.objects.filter(first__lte=last, last__gte=first)
    own = Q(pk__in=within.filter(resource__isnull=False).values("resource"))
    of_place = Q(location__in=within.filter(location__isnull=False).values("location"))
    return Resource.objects.live().filter(own | of_place)
