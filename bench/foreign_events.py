"""What a create costs on a resource beside thousands of events of a calendar elsewhere, and without them.

    TEST_DATABASE_URL=postgres://… python -m bench.foreign_events [--events 10000] [--requests 50] [--rounds 7]

The events are written as a worker writes what it has read, one an hour, and how long each transaction takes is told.
What is booked lies between them in their middle. Measured in turn, as `bench.ratios` does; the same create refused by
an event is beside it. It works in a database of its own, made and dropped beside the one that TEST_DATABASE_URL names
(SQLite without it).
"""

from __future__ import annotations

import argparse
import gc
import itertools
import logging
import os
import statistics
import time
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from bench.ratios import Clocks, measure, remark, table  # noqa: E402
from bench.world import FAR, QUARTER, Kind, World  # noqa: E402
from bookings import limits  # noqa: E402
from bookings.lifecycle.busy_elsewhere import (  # noqa: E402
    AT_ONCE,
    Difference,
    Stretch,
    difference,
    note_busy,
)
from bookings.models import Calendar, Connection, Resource  # noqa: E402
from tests.situations import a_resource  # noqa: E402

HOUR = timedelta(hours=1)
Clock = tuple[float, float]
WITHOUT, BESIDE = "create", "create beside events"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=50, help="of each kind in a round")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    logging.disable()
    for one in (limits.REQUESTS_PER_KEY, limits.REQUESTS_PER_ADDRESS, limits.BOOKINGS_PER_ADDRESS):
        setattr(settings, one.setting, 10**7)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        world = World(1000)
        busy, writings = with_events(asked.events)
        print(f"{connection.vendor}, {asked.events} events written in {told(writings)}")
        costs = measure(kinds(world, busy, asked.events), asked.requests, asked.rounds)
        print("\n".join([*table(costs, asked.requests), *compared(costs), *remark(costs)]))
    finally:
        connection.creation.destroy_test_db(verbosity=0)


def with_events(count: int) -> tuple[Resource, list[Clock]]:
    """A resource whose calendar elsewhere holds so many events, a quarter of an hour at the full hours.

    With what each transaction took in which they were written: on SQLite whoever books waits for it.
    """
    resource = a_resource(timezone="Europe/Berlin")
    account = Connection.objects.create(resource=resource, kind=Connection.Kind.ICS, address="bench")
    calendar = Calendar.objects.create(resource=resource, connection=account, provider="ics", name="bench")
    starts = (FAR + number * HOUR for number in range(count))
    stretches = [Stretch(start.isoformat(), start, start + QUARTER) for start in starts]
    parts = difference(calendar, stretches, None).parts(AT_ONCE[connection.vendor])
    gc.collect()
    gc.freeze()  # as a worker does
    return resource, [written(calendar, part) for part in parts]


def written(calendar: Calendar, part: Difference) -> Clock:
    """Seconds, by the clock and of this process."""
    begun, spent = time.perf_counter(), time.process_time()
    assert note_busy(calendar, part, {"cursor": "read"})
    return time.perf_counter() - begun, time.process_time() - spent


def told(writings: list[Clock]) -> str:
    """How many transactions there were, and how long they took."""
    clock, process = ([second * 1000 for second in one] for one in zip(*writings, strict=True))
    return (
        f"{len(writings)} transactions: {statistics.median(clock):.0f} ms each, the longest {max(clock):.0f}; "
        f"of this process {statistics.median(process):.0f} ms each, the longest {max(process):.0f}"
    )


def kinds(world: World, busy: Resource, count: int) -> list[Kind]:
    def create(resource: Resource) -> Any:
        return lambda start: world.call(
            "POST", "/v2/bookings", world.booking(resource, (start, start + QUARTER))
        )

    def between() -> Any:
        """Times between two events, in the middle of all."""
        return (FAR + (count // 2 + number) * HOUR + 2 * QUARTER for number in itertools.count()).__next__

    taken = itertools.cycle(range(count))
    return [
        Kind("minimal", world.minimal, 201, world.slot),
        Kind("floor", world.write_floor, 201, world.slot),
        Kind(WITHOUT, create(a_resource(timezone="Europe/Berlin")), 201, between()),
        Kind(BESIDE, create(busy), 201, between()),
        Kind("refused by an event", create(busy), 409, lambda: FAR + next(taken) * HOUR),
    ]


def compared(costs: dict[str, list[Clocks]]) -> list[str]:
    """Round by round, the CPU of server and database together."""
    pairs = zip(costs[WITHOUT], costs[BESIDE], strict=True)
    ratio = statistics.median((b.server + b.database) / (a.server + a.database) for a, b in pairs)
    return [f"A create beside the events costs {ratio:.2f} times the CPU of one without."]


if __name__ == "__main__":
    main()
