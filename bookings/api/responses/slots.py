"""Free and taken time in answers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import NotRequired

from typing_extensions import TypedDict

from bookings.api.responses.context import Context
from bookings.api.responses.fields import Day, Timestamp, Uuid
from bookings.api.responses.terms import TermsOut, serialize_terms
from bookings.availability.query import Query, Slot
from bookings.forms.terms import SlotTerms
from bookings.models import Resource


class SlotResourceOut(TypedDict):
    """``terms`` where they are asked for: what a booking with it comes to, null where no project says."""

    id: Uuid
    name: str
    timezone: str
    terms: NotRequired[TermsOut | None]


class SlotOut(TypedDict):
    start: Timestamp
    end: Timestamp
    resources: list[SlotResourceOut]


class DayOut(TypedDict):
    """A day in the zone of the output, and who is free on it."""

    date: Day
    resources: list[Uuid]


class TotalOut(TypedDict):
    total: int


def serialize_slots(
    slots: Iterable[Slot],
    query: Query,
    write: Callable[[datetime], str] | None,
    terms: SlotTerms | None = None,
) -> list[SlotOut]:
    """Slots and whose they are, with price and terms where the query asks for them.

    ``write`` is what writes their times, None for the usual format.  Their resources are the query's own instances.
    """
    context = Context(zone=query.zone, write=write)
    who: dict[int, SlotResourceOut] = {
        id(one): {"id": str(one.pk), "name": one.name, "timezone": one.timezone} for one in query.resources
    }
    return [
        {
            "start": context.timestamp(slot.start),
            "end": context.timestamp(slot.end),
            "resources": [_whose(who[id(one)], one, slot, terms, context) for one in slot.resources]
            if query.with_terms
            else [who[id(one)] for one in slot.resources],
        }
        for slot in slots
    ]


def _whose(
    named: SlotResourceOut, one: Resource, slot: Slot, terms: SlotTerms | None, context: Context
) -> SlotResourceOut:
    told = serialize_terms(terms.of(one, slot.start, slot.end), context) if terms else None
    return {**named, "terms": told}


def serialize_days(days: Mapping[date, Iterable[Resource]]) -> list[DayOut]:
    return [{"date": day.isoformat(), "resources": [str(one.pk) for one in who]} for day, who in days.items()]
