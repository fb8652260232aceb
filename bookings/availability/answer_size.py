"""About how many bytes an answer with slots takes as JSON, before there is any."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from bookings.availability.modes import Mode
from bookings.models import Resource

VERDICTS, VERDICTS_BYTES = 12, 3000  # of one time
# What stands around the values in bookings.api.responses.slots.
SLOT_BYTES, NAME_BYTES, DAY_BYTES, ID_BYTES, TERMS_BYTES = 82, 76, 38, 39, 225
_WRITTEN = json.JSONEncoder(ensure_ascii=False).encode


class Size(NamedTuple):
    """``names`` is how often a resource is named, ``terms`` how often its terms are told beside it."""

    slots: int
    names: int
    size: int
    terms: int = 0


def size_of(
    mode: Mode, resources: Sequence[Resource], counts: Sequence[int], slots: int, *, with_terms: bool = False
) -> Size:
    """Of ``slots`` slots, where each resource in turn (``Mode.MUTUAL``: all as one) has so many of its own."""
    weights = [_bytes_of(one) for one in resources]
    if mode is Mode.MUTUAL:
        names, size = slots * len(weights), slots * (SLOT_BYTES + sum(weights))
    elif mode is Mode.EXCLUSIVE:
        named = sum(count * weight for count, weight in zip(counts, weights, strict=True))
        names, size = sum(counts), slots * SLOT_BYTES + named
    else:
        names, size = slots, slots * (SLOT_BYTES + max(weights, default=0))
    terms = names if with_terms else 0
    return Size(slots, names, size + terms * TERMS_BYTES, terms)


def size_of_days(days: int, resources: int) -> Size:
    """Of so many days, on each of which so many resources are named by their ids."""
    return Size(days, days * resources, days * (DAY_BYTES + resources * ID_BYTES))


def size_of_verdicts(times: int) -> Size:
    """Of what every rule says of so many times."""
    return Size(times * VERDICTS, times, times * VERDICTS_BYTES)


def _bytes_of(resource: Resource) -> int:
    return NAME_BYTES + len(_WRITTEN(resource.name).encode()) + len(resource.timezone)
