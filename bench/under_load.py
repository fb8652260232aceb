"""How long a page takes alone, and while eight clients ask dear searches without pause.

    SECRET_KEY=x DATABASE_URL=postgres://… python -m bench.under_load [seconds]

Starts the site as `./run` does (2 workers, 4 threads) on a free port of this machine.  An honest page and an honest
widget are never refused meanwhile; the dear ones are answered, or told to come again in a second.  The aim is a ratio
of 3 at most; the load comes from the same machine.  Use a scratch database.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import statistics
import sys
import time
from base64 import b64encode
from datetime import timedelta
from typing import Any

from bench.over_http import free_port, serve  # sets Django up

from django.db import connections  # isort: skip

from bookings.models import ApiKey, Option, Project, ProjectResource
from bookings.proof import throw_away_resource

CLIENTS = 8
DEAR = {"to": "7 days", "length": "1 minute", "timeslot_increments": "1 minute"}
HONEST = {"to": "4 weeks", "length": "1 hour"}


def ask(port: int, key: str, body: dict[str, Any], until: float, queue: Any) -> None:
    """Search again and again; report how often each status was answered.

    At the lowest priority: on a real site the callers compute elsewhere.
    """
    os.nice(19)
    statuses: dict[int, int] = {}
    caller = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json", "Authorization": key}
    while time.time() < until:
        caller.request("POST", "/v2/availability", json.dumps(body), headers)
        answer = caller.getresponse()
        answer.read()
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
    queue.put(statuses)


def look(port: int, key: str, path: str, body: dict[str, Any], until: float) -> list[float]:
    """Ask the page and as the widget in turn, as people do; the page's times in seconds."""
    took: list[float] = []
    caller = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json", "Authorization": key}
    while time.time() < until:
        begun = time.perf_counter()
        caller.request("GET", path)
        answer = caller.getresponse()
        answer.read()
        took.append(time.perf_counter() - begun)
        caller.request("POST", "/v2/availability", json.dumps(body), headers)
        second = caller.getresponse()
        second.read()
        if {answer.status, second.status} != {200}:
            raise SystemExit(f"an honest page was answered {answer.status}, an honest widget {second.status}")
        time.sleep(0.05)
    return took


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    resources = [throw_away_resource() for _number in range(10)]
    project = Project.objects.create(
        name="Bench", slug=f"bench-{time.time_ns()}", booking={"graph": "instant"}
    )
    Option.objects.create(project=project, label="Usual", length=timedelta(hours=1))
    for position, one in enumerate(resources):
        ProjectResource.objects.create(project=project, resource=one, position=position)
    _key, value = ApiKey.issue(kind="widget", name="bench")
    key = "Basic " + b64encode(f":{value}".encode()).decode()
    named = {"resources": [str(one.pk) for one in resources]}
    connections.close_all()
    port = free_port()
    server = serve("booking_site.wsgi", port, "")
    path = f"/book/{project.slug}/"
    try:
        look(port, key, path, named | HONEST, time.time() + 1)
        alone = look(port, key, path, named | HONEST, time.time() + seconds)
        context = multiprocessing.get_context("fork")
        queue, until = context.SimpleQueue(), time.time() + seconds
        dear = [
            context.Process(target=ask, args=(port, key, named | DEAR, until, queue))
            for _one in range(CLIENTS)
        ]
        for one in dear:
            one.start()
        meanwhile = look(port, key, path, named | HONEST, until - 0.5)
        statuses = [queue.get() for _one in dear]
    finally:
        server.terminate()
        server.wait()
    ratio = statistics.median(meanwhile) / statistics.median(alone)
    for name, took in (("alone", alone), ("meanwhile", meanwhile)):
        print(f"a page {name:9} {statistics.median(took) * 1000:7.1f} ms")
    print(f"ratio {ratio:.1f}; dear searches answered {sum_of(statuses)}")


def sum_of(statuses: list[dict[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in statuses:
        for status, count in one.items():
            found[status] = found.get(status, 0) + count
    return found


if __name__ == "__main__":
    main()
