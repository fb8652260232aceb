"""How free and taken time is told."""

from collections.abc import Iterable

from bookings.api.responses.context import Context, Json
from bookings.availability.query import Query, Slot


def serialize_slots(found: Iterable[Slot], query: Query) -> list[Json]:
    context = Context(zone=query.zone)
    who = {one.pk: {"id": str(one.pk), "name": one.name, "timezone": one.timezone} for one in query.resources}
    return [
        {
            "start": context.timestamp(slot.start),
            "end": context.timestamp(slot.end),
            "resources": [who[one.pk] for one in slot.resources],
        }
        for slot in found
    ]
