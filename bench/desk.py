"""How long the desk's pages take where there are many bookings, and how much they ask the database.

    TEST_DATABASE_URL=postgres://… python -m bench.desk [--bookings 1000000] [--rounds 20] [--only WORDS] [--keep]

Beside the bookings stand as many entries of history and messages, and a person for every fifteen. Twenty resources are
shown. Every request goes through the whole site, as a member of staff with the role `desk`. It
works in a database of its own, made beside the one that TEST_DATABASE_URL names (SQLite without it) and dropped at the
end; with `--keep` it stays, and is measured again as it is.
"""

import argparse
import gc
import logging
import os
import statistics
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.contrib.auth.models import Group, Permission, User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.beside_bookings import add_what_is_beside  # noqa: E402
from bench.many_bookings import fill  # noqa: E402
from bookings import sql  # noqa: E402
from bookings.models import Booking, Customer, Occupancy, Person, Project, Resource  # noqa: E402
from bookings.roles import make_roles  # noqa: E402

SHOWN = 20
BROWSER = {"accept-language": "en"}
MOST_QUERIES, MOST_CPU_MS = {"calendar": 10, "": 15}, 150
Asked = tuple[str, list[Any], dict[str, Any]]


def pages() -> dict[str, Asked]:
    """By what is printed: the page's name, its arguments, and what is asked."""
    resource, project = Resource.objects.live().first(), Project.objects.live().first()
    someone = Person.objects.order_by("-pk").first()
    entry = Customer.objects.order_by("-pk").select_related("booking").first()
    if not (resource and project and someone and entry):
        raise SystemExit("there is nothing to be measured; make the world anew without --keep")
    lists = {
        "": {},
        ", page 2": {"p": "2"},
        ", of a state": {"state": "confirmed"},
        ", of a rare state": {"state": "cancelled"},
        ", of a resource": {"resource__id__exact": str(resource.pk)},
        ", of a project": {"project__id__exact": str(project.pk)},
        ", today": {"day": "today"},
        ", next 7 days": {"day": "week"},
        ", no-shows": {"attendance__exact": "no_show"},
        ", waiting": {"waiting": "you"},
        ", a name": {"q": entry.name.split()[-1]},
        ", a telephone": {"q": entry.phone},
        ", an e-mail": {"q": entry.email[:9]},
        ", a reference": {"q": entry.booking.reference[:6]},
    }
    found: dict[str, Asked] = {
        f"calendar {part}, {view}": (f"booking_calendar{tail}", [], {"view": view})
        for part, tail in (("feed", "_feed"), ("page", ""))
        for view in ("day", "week")
    }
    found |= {f"bookings{name}": ("booking_changelist", [], asked) for name, asked in lists.items()}
    found |= {
        "today": ("index", [], {}),
        "waiting": ("booking_waiting", [], {}),
        "new booking": ("booking_new", [], {}),
        "a booking, its history": ("booking_change", [entry.booking_id], {}),
        "people": ("person_changelist", [], {}),
        "people, a name": ("person_changelist", [], {"q": "novak"}),
        "people, an e-mail": ("person_changelist", [], {"q": someone.email}),
        "a person": ("person_change", [someone.pk], {}),
        "holds": ("reservation_changelist", [], {}),
        "messages": ("outboxmessage_changelist", [], {}),
        "messages that failed": ("outboxmessage_changelist", [], {"outcome__exact": "failed"}),
        "what went wrong": ("booking_wrong", [], {}),
    }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bookings", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--only", default="", help="the pages whose name has this in it")
    asked = parser.parse_args()
    logging.disable()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=asked.keep)
    try:
        if not Booking.objects.exists():
            fill(asked.bookings)
            take_their_time()
            add_what_is_beside(asked.bookings)
        print(
            f"{connection.vendor}, {asked.bookings} bookings, {Occupancy.objects.count()} pieces, {SHOWN} resources"
        )
        print(f"{'':28} {'ms, median':>11} {'p95':>7} {'CPU ms':>7} queries  kB")
        client = staff()
        gc.collect()
        gc.freeze()  # as the processes of a site do once they are loaded
        for name, page in pages().items():
            if asked.only in name:
                print(measure(client, name, page, asked.rounds), flush=True)
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


def measure(client: Client, name: str, page: Asked, rounds: int) -> str:
    view, args, query = page
    url = reverse(f"admin:bookings_{view}" if args or view != "index" else "admin:index", args=args)
    client.get(url, query, headers=BROWSER)
    with CaptureQueriesContext(connection) as counted:
        answer = client.get(url, query, headers=BROWSER)
    if answer.status_code not in {200, 302}:  # who is found alone is shown at once
        raise SystemExit(f"{name} answered {answer.status_code}")
    queries = len(counted)
    spent, used = [], []
    for _round in range(rounds):
        begun, cpu = time.perf_counter(), time.process_time()
        answer = client.get(url, query, headers=BROWSER)
        spent.append((time.perf_counter() - begun) * 1000)
        used.append((time.process_time() - cpu) * 1000)
    spent.sort()
    most = MOST_QUERIES["calendar" if name.startswith("calendar") else ""]
    missed = " missed" if queries > most or statistics.median(used) > MOST_CPU_MS else ""
    return (
        f"{name:28} {statistics.median(spent):11.1f} {spent[int(len(spent) * 0.95)]:7.1f}"
        f" {statistics.median(used):7.1f} {queries:7} {len(answer.content) // 1000:4}{missed}"
    )


if __name__ == "__main__":
    main()
