"""How long the desk's calendar takes where there are many bookings.

    TEST_DATABASE_URL=postgres://… python -m bench.desk [--bookings 1000000] [--rounds 20] [--keep]

Twenty resources are shown. Every request goes through the whole site, as a member of staff with the role `desk`. It
works in a database of its own, made beside the one that TEST_DATABASE_URL names (SQLite without it) and dropped at the
end; with `--keep` it stays, and is measured again as it is.
"""

import argparse
import logging
import os
import statistics
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.contrib.auth.models import Group, Permission, User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.many_bookings import fill  # noqa: E402
from bookings import sql  # noqa: E402
from bookings.models import Booking, Occupancy, Resource  # noqa: E402
from bookings.roles import make_roles  # noqa: E402

SHOWN = 20
PAGES = {
    "feed, week": ("calendar_feed", {"view": "week"}),
    "feed, day": ("calendar_feed", {"view": "day"}),
    "page, week": ("calendar", {"view": "week"}),
    "page, day": ("calendar", {"view": "day"}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bookings", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    logging.disable()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=asked.keep)
    try:
        if not Booking.objects.exists():
            fill(asked.bookings)
            take_their_time()
        print(
            f"{connection.vendor}, {asked.bookings} bookings, {Occupancy.objects.count()} pieces, {SHOWN} resources"
        )
        print(f"{'':12} {'ms, median':>11} {'p95':>7} {'CPU ms':>7} queries  kB")
        client = staff()
        for name, (page, query) in PAGES.items():
            print(measure(client, name, page, query, asked.rounds), flush=True)
    finally:
        if not asked.keep:
            connection.creation.destroy_test_db(verbosity=0)


def take_their_time() -> None:
    """Pieces for the bookings that stand, but for those that would meet another; most resources are retired."""
    table, bookings = Occupancy._meta.db_table, Booking._meta.db_table
    standing = (
        f'SELECT b.id, b.resource_id, b.start, b."end", lag(b."end") OVER (PARTITION BY b.resource_id ORDER BY b.start)'
        f" AS before FROM {bookings} b JOIN bookings_state s ON s.id = b.state_id"
        f" WHERE {sql.is_true('s.occupies')} AND b.reference LIKE 'N%%'"
        f" AND CAST(substr(b.reference, 2) AS integer) %% 3000 <> 0"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (resource_id, start, "end", busy_start, busy_end, strict, all_day, booking_id)'
            f' SELECT resource_id, start, "end", start, "end", %s, %s, id FROM ({standing}) standing'
            " WHERE before IS NULL OR before <= start",
            [True, False],
        )
        cursor.execute("ANALYZE")
    kept = Resource.objects.order_by("pk").values_list("pk", flat=True)[:SHOWN]
    Resource.objects.exclude(pk__in=list(kept)).update(deleted_at=timezone.now())


def staff() -> Client:
    make_roles(Group, Permission)
    user, _is_new = User.objects.get_or_create(username="desk", defaults={"is_staff": True})
    user.groups.add(Group.objects.get(name="desk"))
    client = Client()
    client.force_login(user)
    return client


def measure(client: Client, name: str, page: str, query: dict[str, str], rounds: int) -> str:
    url = reverse(f"admin:bookings_booking_{page}")
    with CaptureQueriesContext(connection) as counted:
        answer = client.get(url, query)
    if answer.status_code != 200:
        raise SystemExit(f"{name} answered {answer.status_code}")
    queries = len(counted)
    spent, used = [], []
    for _round in range(rounds):
        begun, cpu = time.perf_counter(), time.process_time()
        answer = client.get(url, query)
        spent.append((time.perf_counter() - begun) * 1000)
        used.append((time.process_time() - cpu) * 1000)
    spent.sort()
    return (
        f"{name:12} {statistics.median(spent):11.1f} {spent[int(len(spent) * 0.95)]:7.1f}"
        f" {statistics.median(used):7.1f} {queries:7} {len(answer.content) // 1000:4}"
    )


if __name__ == "__main__":
    main()
