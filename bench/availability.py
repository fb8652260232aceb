"""How fast free times are found; prints ratios, which travel, beside times, which do not.

    .venv/bin/python bench/availability.py [--pieces 100 10000 1000000]

It works in a database of its own, made and dropped beside the one that TEST_DATABASE_URL names (SQLite
without it). The unit is one trivial query through the same connection, so that a ratio says how much work a
search is.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from bookings.availability.modes import Mode  # noqa: E402
from bookings.availability.query import Query  # noqa: E402
from bookings.availability.search import count, dates, prepare, search  # noqa: E402
from bookings.models import Booking, Occupancy, Resource, WeeklyHours  # noqa: E402
from tests.situations import a_booking, a_project, a_resource  # noqa: E402

MINUTES = timedelta(minutes=1)
START = datetime(2033, 3, 14, tzinfo=UTC)
FOUR_WEEKS = timedelta(weeks=4)
RESOURCES = 100
BOOKED_A_DAY = 11
COLUMNS = ("resource", "start", "end", "busy_start", "busy_end", "booking")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pieces", type=int, nargs="+", default=[100, 10_000, 1_000_000])
    sizes = sorted(parser.parse_args().pieces)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        run(sizes)
    finally:
        connection.creation.destroy_test_db(verbosity=0)


def run(sizes: list[int]) -> None:
    random.seed(1)
    resources = [a_resource(timezone="Europe/Berlin") for _number in range(RESOURCES)]
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            resource=resource, weekday=weekday, opens=f"{9 + half * 4:02}:00", closes=f"{13 + half * 4:02}:00"
        )
        for resource in resources
        for weekday in range(5)
        for half in (0, 1)
    )
    a_project(
        resources[0], slug="bench", length=30 * MINUTES, availability={"timeslot_increments": "15 minutes"}
    )
    owner = a_booking(resources[0], START - timedelta(days=100))
    unit = timed(trivial)
    print(f"{connection.vendor}; one trivial query: {unit * 1000:.2f} ms")
    rows = pieces(resources, owner)
    written = 0
    for size in sizes:
        add(rows, size - written)
        written = size
        report(resources, size, unit)


def report(resources: list[Resource], size: int, unit: float) -> None:
    one, all_of_them = asked(resources[:1]), asked(resources)
    month = asked(resources[:1], mode=Mode.RANDOM)
    jobs: dict[str, Callable[[], object]] = {
        "1 resource, 4 weeks": lambda: search(one, START),
        "1 resource, month view": lambda: dates(month, START),
        "1 resource, the page of that month": lambda: page(f"{START:/book/bench/?month=%Y-%m}"),
        "100 resources, 4 weeks, read": lambda: prepare(all_of_them, START),
        "100 resources, 4 weeks, who is free": lambda: search(all_of_them, START),
        "100 resources, 4 weeks, anyone": lambda: search(asked(resources, mode=Mode.RANDOM), START),
        "100 resources, 4 weeks, month view": lambda: dates(asked(resources, mode=Mode.RANDOM), START),
    }
    in_window = Occupancy.objects.overlapping(START, START + FOUR_WEEKS).count()
    print(
        f"\n{size} pieces in the table, {in_window} in the four weeks, {count(all_of_them, START)} free slots"
    )
    for name, job in jobs.items():
        took = timed(job)
        print(f"  {name:40} {took / unit:8.1f} units {took * 1000:8.2f} ms")


def page(address: str) -> None:
    """The whole page, from the address to the last byte of HTML."""
    assert Client().get(address).status_code == 200


def asked(resources: list[Resource], mode: Mode = Mode.EXCLUSIVE) -> Query:
    return Query(
        resources=tuple(resources),
        start=START,
        end=START + FOUR_WEEKS,
        length=30 * MINUTES,
        step=15 * MINUTES,
        mode=mode,
        seed=1,
    )


def pieces(resources: list[Resource], owner: Booking):
    """Days of bookings for every resource, 20 to 40 minutes each, the four weeks first and then the years
    after.
    """
    day = 0
    while True:
        rows = []
        for resource in resources:
            for number in range(BOOKED_A_DAY):
                start = START + timedelta(days=day, hours=8) + number * 43 * MINUTES
                end = start + random.choice((20, 30, 40)) * MINUTES
                rows.append((resource.pk, start, end, start, end, owner.pk))
        random.shuffle(rows)
        yield from rows
        day += 1


def add(rows, number: int) -> None:
    fields = [Occupancy._meta.get_field(name) for name in COLUMNS]
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {Occupancy._meta.db_table} ({names}, strict, all_day) VALUES ({marks}, TRUE, FALSE)"
    while number > 0:
        batch = [next(rows) for _row in range(min(number, 20_000))]
        number -= len(batch)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                sql,
                [
                    [
                        field.get_db_prep_value(value, connection)
                        for field, value in zip(fields, row, strict=True)
                    ]
                    for row in batch
                ],
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def trivial() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def timed(job: Callable[[], object]) -> float:
    """The best of at least seven runs and a second, in seconds: what the work costs when nothing else runs."""
    job()
    runs: list[float] = []
    while len(runs) < 7 or sum(runs) < 1:
        begun = time.perf_counter()
        job()
        runs.append(time.perf_counter() - begun)
    return min(runs)


if __name__ == "__main__":
    main()
