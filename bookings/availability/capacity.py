"""How many bookings a project can still take soon: a number to compare with, counted on ranges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

from bookings.availability.asked import read_query
from bookings.availability.modes import Mode
from bookings.availability.parameters import ParametersError
from bookings.availability.search import prepare, whole
from bookings.availability.sessions import coming_sessions
from bookings.availability.slots import start_ranges
from bookings.models import Project

SOON = timedelta(weeks=4)


def capacity(project: Project, *, now: datetime, ignoring: Iterable[UUID] = ()) -> int:
    """How many times (of all resources, none over another) and places in sessions are free within four weeks.

    ``ignoring`` are holds and bookings whose time counts as free; 0 where the project's settings cannot be read.
    """
    asked = {"from": now, "to": now + SOON}
    try:
        query = read_query(asked, now=now, project=project, ignoring=list(ignoring))
    except ParametersError:
        return 0
    sessions = coming_sessions(now).filter(project=project, start__lt=now + SOON)
    places = sum(max(0, int(vars(one)["places_left"])) for one in sessions)
    if query.length is None or not query.resources:
        return places
    frame, supplies = prepare(query, now)
    length = whole(max([query.length, *query.lengths.values()]))
    ranges = chain.from_iterable(start_ranges(Mode(query.mode), supplies, frame))
    return places + sum((each[-1] - each[0]) // length + 1 for each in ranges)
