"""How long a page of the API's list of bookings takes where there are many.

    TEST_DATABASE_URL=postgres://… python -m bench.lists [--bookings 3000000] [--rounds 40] [--keep]

Every request goes through the whole handler, as the server calls it.  It works in a database of its own, made beside
the one that TEST_DATABASE_URL names (SQLite without it) and dropped at the end; with `--keep` it stays, and is measured
again as it is.
"""

import argparse
import json
import logging
import os
import statistics
import time
from base64 import b64encode
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from bench.many_bookings import A_CUSTOMERS_BOOKINGS, SPAN, fill  # noqa: E402
from bookings import limits  # noqa: E402
from bookings.models import Booking  # noqa: E402
from tests.situations import a_server_key  # noqa: E402

DAY = timedelta(days=1)
QUERIES = (
    "all",
    "state:confirmed",
    "state:cancelled",
    "state:declined",
    "completed:true",
    "customer.email",
    "customer.email*",
    "meta.order",
    "a day",
    "a week",
    "a quarter by start",
    "a day of the past",
    "state and day",
    "cursor",
    "page 200",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bookings", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    logging.disable()
    for one in (limits.REQUESTS_PER_KEY, limits.REQUESTS_PER_ADDRESS):
        setattr(settings, one.setting, 10**7)  # they count, and never bite
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=asked.keep)
    try:
        if not Booking.objects.exists():
            fill(asked.bookings)
        print(f"{connection.vendor}, {asked.bookings} bookings, {asked.rounds} requests of each kind")
        print(f"{'ms a page':22} {'median':>8} {'p95':>8}  rows  total")
        for name in QUERIES:
            print(measure(name, asked.bookings, asked.rounds), flush=True)
    finally:
        if not asked.keep:
            connection.creation.destroy_test_db(verbosity=0)


def measure(name: str, bookings: int, rounds: int) -> str:
    _key, value = a_server_key()
    authorization = "Basic " + b64encode(f":{value}".encode()).decode()
    handler, factory = WSGIHandler(), RequestFactory()
    spent, body = [], {}
    query = "?limit=50"
    for number in range(rounds + 2):
        query = _query(name, number * 997 % (bookings // A_CUSTOMERS_BOOKINGS), body)
        request = factory.get("/v2/bookings" + query, HTTP_AUTHORIZATION=authorization)
        begun = time.perf_counter()
        answer = handler(request.environ, lambda *_told: None)
        spent.append((time.perf_counter() - begun) * 1000)
        body = json.loads(answer.content)
        if answer.status_code != 200:
            raise SystemExit(f"{name} answered {answer.status_code}: {body}")
    spent = sorted(spent[2:])
    p95 = spent[int(len(spent) * 0.95)]
    return f"{name:22} {statistics.median(spent):8.1f} {p95:8.1f} {len(body['data']):5} {body['total']:6}"


def _query(name: str, number: int, before: dict) -> str:
    ago = (number % 1000) * DAY
    today = datetime.now().astimezone()
    windows = {
        "a day": (today, DAY, ""),
        "a week": (today, 7 * DAY, ""),
        "a quarter by start": (today - ago, 90 * DAY, "&orderBy=start"),
        "a day of the past": (today - SPAN + ago, DAY, ""),
        "state and day": (today - ago, DAY, "&search=state:completed"),
    }
    if name in windows:
        start, length, more = windows[name]
        return (
            "?limit=50&" + urlencode({"start": start.isoformat(), "end": (start + length).isoformat()}) + more
        )
    if name == "cursor":
        return (
            "?" + before["next_page_url"].partition("?")[2]
            if before.get("next_page_url")
            else "?limit=50&after="
        )
    searches = {
        "all": "",
        "customer.email": f"customer.email:customer{number}@example.com",
        "customer.email*": f"customer.email:customer{number}*",
        "meta.order": f"meta.order:{number * 10}",
        "page 200": "",
    }
    search = searches.get(name, name)
    page = "&page=200" if name == "page 200" else ""
    return f"?limit=50{page}" + (f"&search={quote(search)}" if search else "")


if __name__ == "__main__":
    main()
