"""The JSON API as an outsider meets it: keys, a way to call it, and something to book."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings import prepared
from bookings.models import Project, Resource
from tests.api import described
from tests.situations import a_project, a_resource, a_server_key, a_widget_key

NOTHING = "00000000-0000-4000-8000-000000000000"
MARTY = {
    "name": "Marty McFly",
    "email": "marty@example.com",
    "phone": "(916) 555-4385",
    "voip": "McFly",
    "timezone": "America/Los_Angeles",
}
EXAMPLE = {
    "graph": "confirm_decline",
    "start": "2027-08-12T21:30:00-07:00",
    "end": "2027-08-12T22:15:00-07:00",
    "what": "Catch the lightning",
    "where": "Courthouse, Hill Valley, CA 95420, USA",
    "description": "The lightning strikes at 10:04 PM exactly!",
    "customer": MARTY,
    "settings": {"allow_double_bookings": True},
}


# Asked once: a run that passes a full hour means the same times before and after.
THIS_HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def hour(**ahead: float) -> dict[str, str]:
    """Return a full hour that begins so far ahead of the present one (a `timedelta`'s arguments, may be negative)."""
    start = THIS_HOUR + timedelta(**ahead)
    return {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}


def queries(call: Callable[[], Any]) -> int:
    """How many statements a call takes, without the marks of its transaction and the preparing of what it asks."""
    prepared.is_direct()  # asked once a connection
    with CaptureQueriesContext(connection) as captured:
        call()
    marks = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "PREPARE")
    return len([query for query in captured if not query["sql"].startswith(marks)])


SLOT = hour(days=30)
LATER = hour(days=60)


@dataclass(frozen=True, kw_only=True)
class Door:
    """The API under `/v2`, called with one key; no answer is ever a 500 or other than it is described."""

    client: Client
    key: str | None

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send `body` (bytes as they are, anything else as JSON); header names have `_` for `-`."""
        if self.key is not None:
            headers.setdefault("Authorization", "Basic " + b64encode(f":{self.key}".encode()).decode())
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        response = self.client.generic(
            method,
            f"/v2{path}",
            data,
            content_type="application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        assert response.status_code != 500, f"{method} {path}: {response.content!r}"
        if "OutputTimestampFormat" not in f"{path} {headers}":  # whose times are as the caller wants them
            described.check(method, path, response)
        return response

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("PUT", path, {} if body is None else body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.call("DELETE", path, **headers)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        """Post and return the `data` of an answer that must be 201."""
        response = self.post(path, body)
        assert response.status_code == 201, response.content
        return response.json()["data"]

    def read(self, path: str) -> Any:
        """Get and return the `data` of an answer that must be 200."""
        response = self.get(path)
        assert response.status_code == 200, response.content
        return response.json()["data"]


def outsider(key: str | None) -> Door:
    """Return the API as somebody with this key meets it."""
    return Door(client=Client(raise_request_exception=False), key=key)


@pytest.fixture
def server(db) -> Door:
    """An integrator's server."""
    return outsider(a_server_key()[1])


@pytest.fixture
def widget(db) -> Door:
    """A public web page."""
    return outsider(a_widget_key()[1])


@pytest.fixture
def nobody(db) -> Door:
    """Somebody without a key."""
    return outsider(None)


@pytest.fixture
def doc(db) -> str:
    """The id of a resource that is always open."""
    return str(a_resource(name="Doc", timezone="America/Los_Angeles").pk)


@pytest.fixture
def jules(db) -> str:
    """The id of another resource that is always open."""
    return str(a_resource(name="Jules", timezone="Europe/Paris").pk)


@pytest.fixture
def consultation(doc) -> Project:
    """A project that books Doc at once and brings every text."""
    texts = {"what": "Consultation", "where": "Garage", "description": "Bring plutonium"}
    return a_project(Resource.objects.get(pk=doc), booking={"graph": "instant", **texts})


@pytest.fixture
def wish(doc) -> dict[str, Any]:
    """A create request that is in order: the record's example in a month, booked at once, and strictly."""
    return EXAMPLE | SLOT | {"resource_id": doc, "graph": "instant", "settings": {}}


@pytest.fixture
def soon() -> dict[str, str]:
    """An hour in three days, which nobody has yet: `{"start", "end"}` in UTC."""
    return hour(days=3)
