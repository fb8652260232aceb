"""How many of our own files and functions one request enters; printed, and not a bar.

    python -m bench.enters [--names]

A create, a hold and a search with a server key, and a page, each through the whole WSGI handler. Each is called twice
and the second call is traced, so that what a process reads once is read. Ours are the functions of `bookings/` and
`booking_site/`, each counted once; all calls are everybody's in Python (Django's, ninja's, the driver's, ours). What
runs before the view runs until the first line of the endpoint or the page.

`--names` lists our functions in the order in which they are entered.

It works in a database of its own, made and dropped: SQLite in a temporary folder, or beside the one that
TEST_DATABASE_URL names.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from bookings.api.endpoints.availability import list_free  # noqa: E402
from bookings.api.endpoints.bookings import create_booking  # noqa: E402
from bookings.api.endpoints.reservations import reserve_time  # noqa: E402
from bookings.models import Resource, WeeklyHours  # noqa: E402
from bookings.views.choose.choose import choose  # noqa: E402
from tests.situations import a_project, a_resource, a_server_key, at  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
OURS = tuple(f"{ROOT / folder}{os.sep}" for folder in ("bookings", "booking_site"))
# Parts of the function that they stand in; newer Pythons give them no frame of their own.
PARTS = {"<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
QUARTER = timedelta(minutes=15)


@dataclass
class Trace:
    """What was entered until ``view`` and after it; each of our functions once, in order."""

    view: CodeType
    ours: dict[CodeType, None] = field(default_factory=dict)
    before_view: int = 0
    calls: int = 0
    calls_before_view: int = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        if code is self.view and self.view not in self.ours:
            self.before_view, self.calls_before_view = len(self.ours), self.calls
        self.calls += 1
        if code.co_filename.startswith(OURS) and code.co_name not in PARTS:
            self.ours.setdefault(code)

    @property
    def files(self) -> set[str]:
        return {code.co_filename for code in self.ours}

    def names(self) -> Iterator[str]:
        for code in self.ours:
            yield f"{Path(code.co_filename).relative_to(ROOT)}:{code.co_firstlineno} {code.co_qualname}"


@dataclass(frozen=True)
class Request:
    name: str
    view: Callable[..., Any]
    status: int
    environ: Callable[[int], dict[str, Any]]
    """The WSGI environment of the first or second call (0 or 1)."""


def requests() -> list[Request]:
    """One of each kind, on a resource and a project made for them."""
    resource = a_resource(timezone="Europe/Berlin")
    WeeklyHours.objects.bulk_create(
        WeeklyHours(resource=resource, weekday=weekday, opens="09:00", closes="17:00") for weekday in range(5)
    )
    project = a_project(resource, length=2 * QUARTER)
    _key, value = a_server_key()
    ask = RequestFactory()

    def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": "Basic " + b64encode(f":{value}".encode()).decode()}
        return ask.post(path, json.dumps(body), "application/json", headers=headers).environ

    search = {
        "resources": [str(resource.pk)],
        "length": "30 minutes",
        "from": at(0).isoformat(),
        "to": at(0, days=28).isoformat(),
    }
    return [
        Request("create", create_booking, 201, lambda n: post("/v2/bookings", booking(resource, n))),
        Request("hold", reserve_time, 201, lambda n: post("/v2/bookings/reserve", booking(resource, n + 2))),
        Request("search", list_free, 200, lambda n: post("/v2/availability", search)),
        Request("page", choose, 200, lambda n: ask.get(f"/book/{project.slug}/").environ),
    ]


def booking(resource: Resource, number: int) -> dict[str, Any]:
    start = at(10) + number * QUARTER
    return {
        "resource_id": str(resource.pk),
        "graph": "instant",
        "start": start.isoformat(),
        "end": (start + QUARTER).isoformat(),
        "what": "Catch the lightning",
        "where": "Courthouse, Hill Valley, CA 95420, USA",
        "description": "The lightning strikes at 10:04 PM exactly!",
        "customer": {"name": "Marty McFly", "email": "marty@example.com", "phone": "(916) 555-4385"},
    }


def traced(request: Request, handler: WSGIHandler) -> Trace:
    """The second call of the request, traced."""
    answer(request, request.environ(0), handler)
    environ = request.environ(1)
    trace = Trace(inspect.unwrap(request.view).__code__)
    before = sys.getprofile()
    sys.setprofile(trace)
    try:
        answer(request, environ, handler)
    finally:
        sys.setprofile(before)
    return trace


def answer(request: Request, environ: dict[str, Any], handler: WSGIHandler) -> None:
    response = handler(environ, lambda status, headers: None)
    body = b"".join(response)
    response.close()
    if response.status_code != request.status:
        raise SystemExit(
            f"{request.name} answered {response.status_code}, not {request.status}: {body[:500]!r}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--names", action="store_true", help="list our functions, too")
    names = parser.parse_args().names
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        handler = WSGIHandler()
        found = {request.name: traced(request, handler) for request in requests()}
        print(table(found))
        for name, trace in found.items() if names else ():
            print(f"\n{name}", *trace.names(), sep="\n  ")
    finally:
        connection.creation.destroy_test_db(verbosity=0)


def table(found: dict[str, Trace]) -> str:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    lines = [
        f"{connection.vendor}, Python {python}, the second call of each",
        "         our files  our functions  before the view  all calls  before the view",
    ]
    for name, trace in found.items():
        ours = f"{len(trace.files):9}  {len(trace.ours):13}  {trace.before_view:15}"
        lines.append(f"{name:7}  {ours}  {trace.calls:9}  {trace.calls_before_view:15}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
