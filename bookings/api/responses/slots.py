"""Free and taken time in answers."""

from collections.abc import Iterable, Mapping
from datetime import date

from typing_extensions import TypedDict

from bookings.api.responses.context import Context
from bookings.api.responses.fields import Day, Timestamp, Uuid
from bookings.availability.query import Query, Slot
from bookings.models import Resource


class SlotResourceOut(TypedDict):
    id: Uuid
    name: str
    timezone: str


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


def serialize_slots(slots: Iterable[Slot], query: Query) -> list[SlotOut]:
    context = Context(zone=query.zone)
    who: dict[object, SlotResourceOut] = {
        one.pk: {"id": str(one.pk), "name": one.name, "timezone": one.timezone} for one in query.resources
    }
    return [
        {
            "start": context.timestamp(slot.start),
            "end": context.timestamp(slot.end),
            "resources": [who[one.pk] for one in slot.resources],
        }
        for slot in slots
    ]


def serialize_days(days: Mapping[date, Iterable[Resource]]) -> list[DayOut]:
    return [{"date": day.isoformat(), "resources": [str(one.pk) for one in who]} for day, who in days.items()]
