"""One number for a request in every log, and a line of the access log that names nobody."""

import json
import logging
import uuid
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from booking_site import access_log, environment, logs
from bookings import request_ids
from bookings.effects.outbox import Sender, enqueue
from bookings.models import OutboxMessage
from tests.situations import a_resource, a_server_key, at

NUMBER = "0b8f0b1c-9d4c-4f53-8a64-6a3b1c2d3e4f"
PROXY = {"REMOTE_ADDR": "10.0.0.1"}


class Kept(logging.Handler):
    """Keeps what is logged, in the spelling of ``formatter``."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def kept(name: str, formatter: logging.Formatter) -> Iterator[list[str]]:
    handler, logger = Kept(formatter), logging.getLogger(name)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler.lines
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture
def access_lines(settings: Any) -> Iterator[list[str]]:
    settings.ACCESS_LOG = access_log.JSON
    yield from kept("access", access_log.JsonLine())


@pytest.fixture
def worker_lines() -> Iterator[list[str]]:
    yield from kept("bookings.effects.outbox", logs.json_formatter())


@pytest.mark.django_db
def test_a_line_tells_route_status_and_time_and_nothing_of_a_person(access_lines: list[str]) -> None:
    Client(HTTP_USER_AGENT="agent-of-marty").get(
        "/v2/bookings/secret-id?search=marty", REMOTE_ADDR="192.0.2.7"
    )
    (line,) = access_lines
    told = json.loads(line)
    assert (told["event"], told["method"], told["status"]) == ("request", "GET", 401)
    assert told["route"].startswith("v2:")
    assert told["ms"] >= 0
    assert told["timestamp"].endswith("Z")
    assert not [word for word in ("secret", "marty", "search", "192.0.2.7") if word in line]


@pytest.mark.django_db
def test_who_asked_is_told_only_where_the_operator_wants_it(access_lines: list[str], settings: Any) -> None:
    settings.ACCESS_LOG_ADDRESS, settings.TRUSTED_PROXIES = True, environment.trusted_proxies(["10.0.0.1"])
    Client(**PROXY).get("/healthz", headers={"X-Forwarded-For": "192.0.2.7"})
    assert json.loads(access_lines[0])["address"] == "192.0.2.7"


@pytest.mark.django_db
def test_nothing_is_written_where_no_access_log_is_wanted(access_lines: list[str]) -> None:
    with override_settings(ACCESS_LOG=access_log.OFF):
        Client().get("/healthz")
    assert access_lines == []


def test_logfmt_says_the_same_in_names_and_values() -> None:
    record = logging.LogRecord("access", logging.INFO, "", 0, "request", None, None)
    record.created, record.msecs = 1_900_000_000.25, 250.0
    record.fields = {"request_id": NUMBER, "method": "GET", "route": "pages:home", "status": 200, "ms": 1.5}
    line = access_log.LogfmtLine().format(record)
    assert line == (
        f"timestamp=2030-03-17T17:46:40.250Z event=request request_id={NUMBER} "
        "method=GET route=pages:home status=200 ms=1.5"
    )
    assert list(json.loads(access_log.JsonLine().format(record)).values())[-1] == 1.5


@pytest.mark.parametrize("wanted", ["", "json", "LOGFMT"])
def test_the_spelling_is_chosen_by_a_word(wanted: str) -> None:
    spelling = environment.access_log_spelling(wanted)
    handlers = logs.configuration("INFO", spelling)["formatters"]["access"]
    assert issubclass(handlers["()"], logging.Formatter)


def test_another_word_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ImproperlyConfigured, match="must be json, logfmt, or empty"):
        environment.access_log_spelling("apache")


@pytest.mark.django_db
def test_page_api_and_log_name_a_request_by_one_number(access_lines: list[str]) -> None:
    answer = Client().get("/v2/bookings")
    assert answer["X-Request-Id"] == answer["Timekit-Request-Id"] == json.loads(access_lines[0])["request_id"]
    page = Client().get("/healthz")
    assert uuid.UUID(page["X-Request-Id"]) != uuid.UUID(answer["X-Request-Id"])
    assert request_ids.current() is None


@pytest.mark.django_db
@pytest.mark.parametrize("given", [NUMBER, NUMBER.replace("-", "")])
def test_a_trusted_proxy_gives_the_number(given: str, settings: Any) -> None:
    settings.TRUSTED_PROXIES = environment.trusted_proxies(["10.0.0.1"])
    assert Client(**PROXY).get("/healthz", headers={"X-Request-Id": given})["X-Request-Id"] == NUMBER


@pytest.mark.django_db
@pytest.mark.parametrize(("peer", "given"), [("192.0.2.7", NUMBER), ("10.0.0.1", "forged status=200")])
def test_a_stranger_does_not_and_nobody_gives_a_number_that_is_none(
    peer: str, given: str, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = environment.trusted_proxies(["10.0.0.1"])
    answer = Client(REMOTE_ADDR=peer).get("/healthz", headers={"X-Request-Id": given})
    assert uuid.UUID(answer["X-Request-Id"]) != uuid.UUID(NUMBER)


@pytest.mark.django_db
def test_the_messages_of_a_booking_and_the_lines_of_their_delivery_name_its_request(
    worker_lines: list[str],
) -> None:
    _key, value = a_server_key()
    body = {
        "resource_id": str(a_resource().pk),
        "graph": "instant",
        "start": at(9).isoformat(),
        "end": at(10).isoformat(),
        "what": "a",
        "where": "b",
        "description": "c",
        "customer": {"name": "Marty", "email": "marty@example.com"},
    }
    answer = Client().post(
        "/v2/bookings",
        body,
        "application/json",
        headers={"Authorization": "Basic " + b64encode(f":{value}".encode()).decode()},
    )
    assert answer.status_code == 201, answer.content
    number = answer["X-Request-Id"]
    messages = OutboxMessage.objects.all()
    assert {str(message.request_id) for message in messages} == {number}
    kinds = set(messages.values_list("kind", flat=True))

    def spread(message: OutboxMessage) -> None:
        enqueue("delivery", dedupe_key="what follows from all", payload={})

    Sender(dict.fromkeys(kinds, spread)).send_all()
    assert {json.loads(line)["request_id"] for line in worker_lines} == {number}
    assert str(OutboxMessage.objects.get(kind="delivery").request_id) == number


@pytest.mark.django_db
def test_what_no_request_caused_names_none(worker_lines: list[str]) -> None:
    enqueue("mail", dedupe_key="by the clock", payload={})
    assert OutboxMessage.objects.get().request_id is None
    Sender({"mail": lambda message: None}).send_all()
    assert "request_id" not in json.loads(worker_lines[0])


def test_any_line_that_is_logged_meanwhile_names_the_request() -> None:
    lines = kept("bookings.test", logs.json_formatter())
    written = next(lines)
    before = request_ids.follow(uuid.UUID(NUMBER))
    structlog.get_logger("bookings.test").info("anything")
    logging.getLogger("bookings.test").warning("anything")
    request_ids.leave(before)
    structlog.get_logger("bookings.test").info("anything")
    next(lines, None)
    assert [json.loads(line).get("request_id") for line in written] == [NUMBER, NUMBER, None]
