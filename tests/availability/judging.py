"""What every rule says of one time with one resource."""

from dataclasses import replace
from datetime import datetime

from bookings.availability.explain import explain_time
from bookings.availability.query import Query
from bookings.availability.verdicts import JudgedTime
from bookings.models import Resource


def judged(query: Query, resource: Resource, start: datetime, end: datetime, now: datetime) -> JudgedTime:
    """As a search by ``query`` of that resource alone would judge it; its window does not matter."""
    (time,) = explain_time(replace(query, resources=(resource,)), start, end, now).times
    return time
