"""How many bookings a second the site takes over HTTP, beside two views that do next to nothing.

    SECRET_KEY=x DATABASE_URL=postgres://… python -m bench.over_http [requests a client]

Starts gunicorn as `./run` does (2 workers, 4 threads) on a free port of this machine, for `bench.minimal` (one guarded
statement), for `bench.floor_served` (all rows of a booking, nothing read or checked) and for the site, and lets 8
processes post with connections that stay open.  The load comes from the same machine, so rates are low and ratios
travel.  Uses a scratch database: bookings made here stay in its history.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.db import connection, connections  # noqa: E402

from bookings.models import ApiKey, Calendar, Event  # noqa: E402
from bookings.proof import throw_away_resource  # noqa: E402
from tests.situations import a_booking  # noqa: E402

CLIENTS, ROUNDS = 8, 3
LENGTH = timedelta(minutes=15)
FIRST = datetime(2041, 1, 1, tzinfo=UTC)
SERVERS = {"minimal": "bench.minimal", "floor": "bench.floor_served", "site": "booking_site.wsgi"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def serve(application: str, port: int, event: str) -> subprocess.Popen[bytes]:
    """Start gunicorn as `./run` does, without limits of requests; `application` is the site's or a least one."""
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:booking_site.gunicorn",
        "--log-level",
        "error",
    ]
    own = {"BENCH_EVENT": event, "BIND": "127.0.0.1", "PORT": str(port)} | dict.fromkeys(
        ("REQUESTS_A_MINUTE_PER_KEY", "REQUESTS_A_MINUTE_PER_ADDRESS"), "0"
    )
    server = subprocess.Popen([*command, f"{application}:application"], env=os.environ | own)
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.1)
    raise SystemExit(f"{application} did not start")


def post(client: int, amount: int, port: int, key: str, resource: str, taken: bool, queue: object) -> None:
    """Post so many bookings of this client's own slots, or of one that is taken; report the statuses."""
    http_connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json", "Authorization": key, "Connection": "keep-alive"}
    statuses: dict[int, int] = {}
    for number in range(amount):
        start = FIRST if taken else FIRST + LENGTH * (1 + client + number * CLIENTS)
        body = {
            "resource_id": resource,
            "graph": "instant",
            "start": start.isoformat(),
            "end": (start + LENGTH).isoformat(),
            "what": "Catch the lightning",
            "where": "Courthouse, Hill Valley, CA 95420, USA",
            "description": "The lightning strikes at 10:04 PM exactly!",
            "customer": {"name": "Marty McFly", "email": "marty@example.com", "phone": "(916) 555-4385"},
        }
        http_connection.request("POST", "/v2/bookings", json.dumps(body), headers)
        answer = http_connection.getresponse()
        answer.read()
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
    queue.put(statuses)  # type: ignore[attr-defined]


def rate(amount: int, port: int, key: str, resource: str, *, taken: bool) -> float:
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    clients = [
        context.Process(target=post, args=(number, amount, port, key, resource, taken, queue))
        for number in range(CLIENTS)
    ]
    begun = time.perf_counter()
    for client in clients:
        client.start()
    statuses = [queue.get() for _client in clients]
    for client in clients:
        client.join()
    seconds = time.perf_counter() - begun
    wanted = 409 if taken else 201
    if any(set(found) != {wanted} for found in statuses):
        raise SystemExit(f"answered {statuses}, not {wanted} alone")
    return CLIENTS * amount / seconds


def measure(name: str, amount: int, key: str) -> dict[str, float]:
    """Median rates of creating and of being refused, each round in a resource of its own; the floor refuses nothing."""
    rates: dict[str, list[float]] = {"create": [], "refuse": []}
    resources = [throw_away_resource() for _round in range(ROUNDS)]
    events = []
    for resource in resources:
        calendar = Calendar.objects.create(resource=resource, primary=True)
        events.append(Event.objects.create(calendar=calendar, start=FIRST, end=FIRST + LENGTH))
        a_booking(resource, FIRST - LENGTH, LENGTH)
    port = free_port()
    connections.close_all()
    server = serve(SERVERS[name], port, str(events[0].pk))
    try:
        for resource in resources:
            first = multiprocessing.get_context("fork").SimpleQueue()
            post(-1, 1, port, key, str(resource.pk), False, first)
            rates["create"].append(rate(amount, port, key, str(resource.pk), taken=False))
            if name != "floor":
                rates["refuse"].append(rate(amount, port, key, str(resource.pk), taken=True))
    finally:
        server.terminate()
        server.wait()
    return {what: statistics.median(found) for what, found in rates.items() if found}


def main() -> None:
    amount = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    _key, value = ApiKey.issue(kind="server", name="bench")
    key = "Basic " + b64encode(f":{value}".encode()).decode()
    found = {name: measure(name, amount, key) for name in SERVERS}
    least = found["minimal"]["create"]
    print(f"{connection.vendor}, {CLIENTS} clients, {amount} requests each, median of {ROUNDS} rounds")
    for name, rates in found.items():
        for what, median in rates.items():
            print(f"{name:8} {what:7} {median:7.0f}/s  {median / least:5.0%} of the minimal create")


if __name__ == "__main__":
    main()
