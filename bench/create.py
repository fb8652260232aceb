"""How much the whole create endpoint costs beside the least a Django view could do.

    DATABASE_URL=postgres://… python -m bench.create [requests]

Four ways to take a slot, through the same WSGI handler in one process, on the same database, in turns:

- `raw`: a view of one guarded INSERT, no middleware, no validation: the least there is
- `create`: POST /v2/bookings as it is (key, limits, validation, claim, booking, customer, history, outbox)
- `refuse`: the same for a time that is taken
- `reserve`: POST /v2/bookings/reserve

Prints medians of several rounds and their ratios to `raw`; ratios travel, rates do not.  Everything is made in a
throw-away resource and deleted afterwards.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import JsonResponse  # noqa: E402

from bookings.lifecycle.claims import Claim, claim_pieces  # noqa: E402
from bookings.models import ApiKey, Booking, Calendar, Event, OutboxMessage  # noqa: E402
from bookings.proof import throw_away, throw_away_resource  # noqa: E402

ROUNDS = 5
FIRST = datetime(2041, 1, 1, tzinfo=UTC)
LENGTH = timedelta(minutes=15)


class Bench:
    def __init__(self, requests: int) -> None:
        settings.REQUESTS_A_MINUTE_PER_KEY = settings.REQUESTS_A_MINUTE_PER_ADDRESS = 0
        self.requests = requests
        self.resource = throw_away_resource()
        calendar = Calendar.objects.create(resource=self.resource, primary=True)
        self.event = Event.objects.create(calendar=calendar, start=FIRST, end=FIRST + LENGTH)
        self.key, value = ApiKey.issue(kind="server", name="bench")
        self.authorization = "Basic " + b64encode(f":{value}".encode()).decode()
        self.handler = WSGIHandler()
        self.next = FIRST

    def slot(self) -> tuple[datetime, datetime]:
        start, self.next = self.next, self.next + LENGTH
        return start, self.next

    def raw(self) -> int:
        """Read JSON, claim by one statement in one transaction, answer JSON."""
        start, end = self.slot()
        request = WSGIRequest(self.environ("/raw", {"start": start.isoformat(), "end": end.isoformat()}))
        body = json.loads(request.body)
        wanted = Claim(
            resources=(self.resource.pk,),
            busy_start=datetime.fromisoformat(body["start"]),
            busy_end=datetime.fromisoformat(body["end"]),
        )
        with transaction.atomic():
            claimed = claim_pieces(wanted, event=self.event.pk)
        return JsonResponse({"data": body}, status=201 if claimed else 409).status_code

    def create(self) -> int:
        return self.post("/v2/bookings", self.booking(*self.slot()))

    def refuse(self) -> int:
        return self.post("/v2/bookings", self.booking(FIRST, FIRST + LENGTH))

    def reserve(self) -> int:
        return self.post("/v2/bookings/reserve", self.booking(*self.slot()) | {"reservation_time": 600})

    def booking(self, start: datetime, end: datetime) -> dict[str, Any]:
        return {
            "resource_id": str(self.resource.pk),
            "graph": "instant",
            "start": start.isoformat(),
            "end": end.isoformat(),
            "what": "Catch the lightning",
            "where": "Courthouse, Hill Valley, CA 95420, USA",
            "description": "The lightning strikes at 10:04 PM exactly!",
            "customer": {"name": "Marty McFly", "email": "marty@example.com", "phone": "(916) 555-4385"},
        }

    def post(self, path: str, body: dict[str, Any]) -> int:
        statuses: list[str] = []
        answer = self.handler(self.environ(path, body), lambda status, headers: statuses.append(status))
        b"".join(answer)
        answer.close()
        return int(statuses[0][:3])

    def environ(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        data = json.dumps(body).encode()
        return {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(data)),
            "HTTP_AUTHORIZATION": self.authorization,
            "HTTP_HOST": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(data),
        }

    def rate(self, work: Callable[[], int], wanted: int) -> float:
        """Requests a second; every answer must have the wanted status."""
        begun = time.perf_counter()
        for _request in range(self.requests):
            status = work()
            if status != wanted:
                raise SystemExit(f"{work.__name__} answered {status}, not {wanted}")
        return self.requests / (time.perf_counter() - begun)

    def clean(self) -> None:
        made = Booking.objects.filter(resource=self.resource)
        OutboxMessage.objects.filter(booking_id__in=list(made.values_list("pk", flat=True))).delete()
        self.event.delete()
        self.key.delete()
        throw_away([self.resource])


def main() -> None:
    bench = Bench(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    work = {bench.raw: 201, bench.create: 201, bench.refuse: 409, bench.reserve: 201}
    rates: dict[str, list[float]] = {one.__name__: [] for one in work}
    try:
        for _round in range(ROUNDS):
            for one, status in work.items():
                rates[one.__name__].append(bench.rate(one, status))
    finally:
        bench.clean()
    least = statistics.median(rates["raw"])
    print(f"{connection.vendor}, {bench.requests} requests a round, {ROUNDS} rounds, one process")
    for name, found in rates.items():
        median = statistics.median(found)
        print(f"{name:8} {median:7.0f}/s  {median / least:6.0%} of raw  ({min(found):.0f}-{max(found):.0f})")


if __name__ == "__main__":
    main()
