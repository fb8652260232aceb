"""How free and taken time is told."""

from collections.abc import Iterable

from bookings.api.responses.context import Json
from bookings.api.timestamps import timestamp
from bookings.availability.query import Query, Slot


def serialize_slots(found: Iterable[Slot], query: Query) -> list[Json]:
    who = {one.pk: {"id": str(one.pk), "name": one.name, "timezone": one.timezone} for one in query.resources}
    return [
        {
            "start": timestamp(slot.start, query.zone),
            "end": timestamp(slot.end, query.zone),
            "resources": [who[one.pk] for one in slot.resources],
        }
        for slot in found
    ]
