"""The outbox wakes whoever sends: of what is committed alone, and no earlier than the answer is out."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings import wake_ups
from bookings.effects.outbox import enqueue
from bookings.models import OutboxMessage, Resource
from tests.situations import HOUR, a_booking, a_resource, a_server_key, at

pytestmark = pytest.mark.django_db(transaction=True)
Exchange = Callable[[dict[str, Any] | None], Any]


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """One entry each time that somebody was told."""
    told: list[str] = []
    wake_ups.listen(lambda: told.append("news"))
    yield told
    wake_ups.stop_listening()


@pytest.fixture
def exchange() -> Exchange:
    """Sends one request to the site as a web server does, and returns its answer before it is sent and closed."""
    application = get_wsgi_application()
    _key, secret = a_server_key()

    def one(body: dict[str, Any] | None) -> Any:
        content = json.dumps(body).encode() if body else b""
        environ = {
            "REQUEST_METHOD": "POST" if body else "GET",
            "PATH_INFO": "/v2/bookings",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(content)),
            "HTTP_AUTHORIZATION": f"Basic {b64encode(f':{secret}'.encode()).decode()}",
            "wsgi.input": io.BytesIO(content),
            "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(),
        }
        return application(environ, lambda *_begun: None)

    return one


def asked_for(resource: Resource, hour: int = 9) -> dict[str, Any]:
    return {
        "graph": "instant",
        "resource_id": str(resource.pk),
        "start": at(hour).isoformat(),
        "end": (at(hour) + HOUR).isoformat(),
        "what": "A cut",
        "where": "Here",
        "description": "Short",
        "customer": {"name": "Ada", "email": "ada@example.org", "timezone": "UTC"},
    }


def test_it_is_said_once_the_answer_is_out_and_not_before(heard: list[str], exchange: Exchange) -> None:
    answer = exchange(asked_for(a_resource()))
    assert answer.status_code == 201, answer.content
    assert OutboxMessage.objects.waiting().exists()
    assert b"".join(answer)
    assert heard == []
    answer.close()
    assert heard == ["news"]
    exchange(None).close()
    assert heard == ["news"], "each thing once"


def test_nothing_is_said_of_a_look_or_of_a_refusal(heard: list[str], exchange: Exchange) -> None:
    anna = a_resource()
    a_booking(anna, at(9))
    heard.clear()
    for body, status in ((None, 200), (asked_for(anna), 409), ({"graph": "instant"}, 422)):
        answer = exchange(body)
        assert answer.status_code == status
        answer.close()
    assert heard == []


def test_nothing_is_said_of_what_was_rolled_back(heard: list[str]) -> None:
    anna = a_resource()
    with transaction.atomic():
        a_booking(anna, at(9))
        transaction.set_rollback(True)
    with transaction.atomic():
        with transaction.atomic():
            a_booking(anna, at(9))
            transaction.set_rollback(True)
        a_resource()
    assert heard == []
    a_booking(anna, at(9))
    assert heard


def test_it_is_said_however_a_message_was_written(heard: list[str]) -> None:
    enqueue("mail", dedupe_key="1", payload={})
    assert len(heard) == 1
    enqueue("mail", dedupe_key="1", payload={})
    assert len(heard) == 1, "it was there already"
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(kind="mail", dedupe_key="2", run_after=at(9))], ignore_conflicts=True
    )
    assert len(heard) == 2
    OutboxMessage.objects.try_again()
    assert len(heard) == 3
    OutboxMessage.objects.all()[0].save()
    assert len(heard) == 3, "nothing was added"


def test_a_booking_asks_the_database_no_more_for_it(heard: list[str]) -> None:
    anna = a_resource()
    a_booking(anna, at(7))

    def statements(hour: int) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            a_booking(anna, at(hour))
        return [query["sql"].split(" ")[0] for query in captured if not query["sql"].startswith("PREPARE")]

    told = statements(9)
    statements(11)
    with_ears = statements(13)
    wake_ups.stop_listening()
    without = statements(15)
    assert len(with_ears) == len(without)
    assert not any("NOTIFY" in statement for statement in told)


def test_whoever_listens_and_fails_harms_no_booking() -> None:
    def fails() -> None:
        raise RuntimeError

    wake_ups.listen(fails)
    try:
        booking = a_booking(a_resource(), at(9))
    finally:
        wake_ups.stop_listening()
    booking.refresh_from_db()
