"""What a monitor is told: numbers of all processes together, whichever of them is asked."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from booking_site import metrics_files, metrics_folder
from bookings import bites, database_clock
from bookings.effects.outbox import Sender, enqueue
from bookings.errors import SlotTaken
from bookings.limits import HOLDS_PER_VISITOR
from bookings.management.sending import HANDLERS
from tests.api.conftest import EXAMPLE, SLOT, outsider
from tests.clients.live import start_site
from tests.situations import (
    a_booking,
    a_hold,
    a_resource,
    a_seat_hold,
    a_server_key,
    a_session,
    at,
    reads_the_site,
)

TOKEN = "a-token-of-the-monitor"
Sample = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(metrics_folder.VARIABLE, str(tmp_path / "here"))
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


def samples(text: str) -> dict[Sample, float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(**headers: str) -> dict[Sample, float]:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"} | headers)
    assert answer.status_code == 200
    return samples(answer.content.decode())


def counted() -> dict[Sample, float]:
    """What this process has counted since it began; tests have no folder for it."""
    return samples(generate_latest(REGISTRY).decode())


def gained(before: dict[Sample, float], name: str, **labels: str) -> float:
    sample = (name, tuple(sorted(labels.items())))
    return counted().get(sample, 0) - before.get(sample, 0)


@pytest.mark.django_db
def test_where_neither_token_nor_network_is_set_there_is_no_such_page() -> None:
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
@override_settings(METRICS_TOKEN=TOKEN)
@pytest.mark.parametrize("given", ["", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer é"])
def test_without_the_token_there_is_no_such_page(given: str) -> None:
    assert Client().get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), [("10.1.2.3", 200), ("192.0.2.1", 404)])
def test_a_named_network_needs_no_token(address: str, status: int, folder: Path, settings) -> None:
    settings.METRICS_NETWORKS = [ip_network("10.0.0.0/8")]
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == status


@pytest.mark.django_db
@override_settings(METRICS_TOKEN=TOKEN)
def test_holds_and_the_age_of_what_waits_are_asked_of_the_database(folder: Path) -> None:
    resource = a_resource()
    a_hold(resource, at(9))
    a_seat_hold(a_session(resource, at(12), seats=3))
    before = database_clock.now()
    enqueue("mail", dedupe_key="one", payload={}, run_after=before - timedelta(minutes=5))
    enqueue("mail", dedupe_key="two", payload={}, run_after=before - timedelta(minutes=1))
    enqueue("reminder", dedupe_key="later", payload={}, run_after=before + timedelta(hours=1))
    found = scraped()
    assert found["booking_holds", (("of", "time"),)] == 1
    assert found["booking_holds", (("of", "seat"),)] == 1
    assert found["booking_queue", (("kind", "mail"),)] >= 2
    assert 300 <= found["booking_queue_age_seconds", (("kind", "mail"),)] < 360
    assert ("booking_queue", (("kind", "reminder"),)) not in found


@pytest.mark.django_db
@override_settings(METRICS_TOKEN=TOKEN)
def test_asking_costs_five_queries_whatever_waits(folder: Path) -> None:
    with CaptureQueriesContext(connection) as queries:
        scraped()
    asked = [query["sql"] for query in queries if not reads_the_site(query["sql"])]  # for its language
    assert len(asked) == 5


@pytest.mark.django_db(transaction=True)
def test_a_booking_counts_once_it_is_there_and_a_refusal_by_its_reason() -> None:
    before, resource = counted(), a_resource()
    a_booking(resource, at(9))
    with pytest.raises(SlotTaken):
        a_booking(resource, at(9))
    assert gained(before, "booking_bookings_total", by="key") == 1
    assert gained(before, "booking_refusals_total", reason="slot_taken") == 1


@pytest.mark.django_db(transaction=True)
@override_settings(METRICS_TOKEN=TOKEN)
def test_tests_are_in_no_metric(folder: Path) -> None:
    before, resource = counted(), a_resource(is_test=True)
    door = outsider(a_server_key(test=True)[1])
    own = EXAMPLE | SLOT | {"resource_id": str(resource.pk), "graph": "instant", "settings": {}}
    assert [door.post("/bookings", own).status_code for _time in range(2)] == [201, 409]
    a_seat_hold(a_session(resource, at(12), seats=3))
    a_hold(resource, at(15))
    Sender(HANDLERS).send_all()
    assert gained(before, "booking_bookings_total", by="key") == 0
    assert gained(before, "booking_refusals_total", reason="slot_taken") == 0
    assert gained(before, "booking_messages_total", kind="test_webhook", outcome="sent") == 0
    a_booking(resource, at(20))
    found = scraped()
    assert (found["booking_holds", (("of", "time"),)], found["booking_holds", (("of", "seat"),)]) == (0, 0)
    assert ("booking_queue", (("kind", "test_webhook"),)) not in found


@pytest.mark.django_db
def test_a_limit_that_bit_counts_by_its_setting() -> None:
    before = counted()
    bites.note(HOLDS_PER_VISITOR.setting)
    bites.note(None)
    assert gained(before, "booking_limits_bitten_total", limit="MAX_HOLDS_PER_VISITOR") == 1


@pytest.mark.django_db
def test_what_came_of_a_message_counts_by_its_kind() -> None:
    before = counted()
    enqueue("mail", dedupe_key="one", payload={})
    Sender({"mail": lambda message: None}).send_all()
    assert gained(before, "booking_messages_total", kind="mail", outcome="sent") == 1


@pytest.mark.django_db
def test_requests_are_timed_by_the_name_of_their_route_and_never_by_their_path() -> None:
    before = counted()
    Client().get("/b/secret-of-a-customer/")
    Client().get("/healthz")
    labels = {"method": "GET", "route": "booking_site.health.alive", "status": "2xx"}
    assert gained(before, "booking_request_seconds_count", **labels) == 1
    assert "secret" not in generate_latest(REGISTRY).decode()


@pytest.mark.django_db
def test_a_strangers_invented_method_makes_no_series_of_its_own() -> None:
    Client().generic("BREW", "/healthz")
    assert "BREW" not in generate_latest(REGISTRY).decode()


COUNTS = """
import sys
from prometheus_client import Counter
Counter("booking_bookings", "Bookings", ["by"]).labels("customer").inc(float(sys.argv[1]))
print("counted", flush=True)
sys.stdin.read()
"""


def a_process(amount: int, folder: Path) -> "subprocess.Popen[str]":
    environment = os.environ | {metrics_folder.VARIABLE: str(folder)}
    command = [sys.executable, "-c", COUNTS, str(amount)]
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "counted\n"
    return process


def total() -> float:
    return sum(sample.value for metric in metrics_files.AllProcesses().collect() for sample in metric.samples)


def test_processes_that_live_and_that_ended_are_added_up_and_leave_one_file(folder: Path) -> None:
    processes = [a_process(amount, folder) for amount in (1, 2, 4)]
    assert total() == 7
    for process in processes[:2]:
        process.communicate()
    assert [total(), total()] == [7, 7]
    left = {path.name for path in folder.glob("*.db")}
    assert left == {"counter_ended.db", f"counter_{processes[2].pid}.db"}
    processes[2].communicate()
    assert total() == 7
    assert [path.name for path in folder.glob("*.db")] == ["counter_ended.db"]


def test_a_machine_that_shares_the_folder_is_added_and_its_processes_are_left_to_it(folder: Path) -> None:
    there = folder.parent / "worker"
    there.mkdir()
    a_process(4, there).communicate()
    a_process(1, folder).communicate()
    assert total() == 5
    assert "counter_ended.db" not in {path.name for path in there.iterdir()}


def read(url: str, **headers: str) -> str:
    with urlopen(Request(url, headers=headers)) as answer:
        return answer.read().decode()


def test_two_web_processes_tell_one_number(tmp_path: Path) -> None:
    alive = re.compile(r'booking_request_seconds_count\{.*route="booking_site.health.alive".*\} (\S+)')
    with start_site(tmp_path, METRICS_TOKEN=TOKEN, METRICS_DIR=str(tmp_path / "metrics")) as site:

        def requests_told() -> float:
            text = read(f"{site.url}metrics", Authorization=f"Bearer {TOKEN}", Connection="close")
            return float(alive.search(text)[1])  # type: ignore[index]

        read(f"{site.url}healthz", Connection="close")
        before = requests_told()
        for _time in range(20):
            read(f"{site.url}healthz", Connection="close")
        assert {requests_told() for _time in range(8)} == {before + 20}
    assert len(list((tmp_path / "metrics").glob("*/histogram_*.db"))) >= 2
