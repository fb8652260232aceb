"""A request that is sent again under its key is done once, however many send it and whenever."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from datetime import timedelta

import pytest

from bookings.models import Booking, IdempotencyKey, Webhook
from tests.api.conftest import MARTY, Door, hour, outsider
from tests.situations import a_resource, a_server_key

HOOK = {"url": "https://example.com/hook"}
PROCESSES, THREADS = 5, 10
SEND = """
import json, os, sys, threading
import django; django.setup()
from django.test import Client
key, body, processes, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
Client().get("/healthz")  # loads what a request needs
begin, go = os.pipe()
pipes = []
for _one in range(processes):
    pipes.append(os.pipe())
    if os.fork() == 0:
        break
else:
    os.close(go)  # which all wait for
    for answers, given in pipes:
        os.close(given)
        sys.stdout.write(open(answers).read())
        os.wait()
    sys.exit()
lines = []
def send():
    headers = {"Authorization": key, "Idempotency-Key": "one"}
    answer = Client().post("/v2/bookings", body, content_type="application/json", headers=headers)
    lines.append(json.dumps([answer.status_code, answer.content.decode()]))
threads = [threading.Thread(target=send) for _one in range(threads)]
os.close(go)
os.read(begin, 1)
for one in threads: one.start()
for one in threads: one.join()
with open(pipes[-1][1], "w") as given:
    print(*lines, sep="\\n", file=given)
os._exit(0)
"""


def test_the_second_answer_is_the_first_again_byte_for_byte(server):
    first, second = (server.post("/webhooks", HOOK, Idempotency_Key="a") for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert Webhook.objects.count() == 1


def test_without_a_key_every_request_counts(server):
    server.post("/webhooks", HOOK)
    server.post("/webhooks", HOOK)
    assert Webhook.objects.count() == 2


def test_a_key_belongs_to_whoever_sent_it(server, db):
    other = outsider(a_server_key()[1])
    first, second = (door.post("/webhooks", HOOK, Idempotency_Key="a") for door in (server, other))
    assert first.json()["data"]["id"] != second.json()["data"]["id"]


def test_a_slash_at_the_end_is_the_same_request(server):
    first = server.post("/webhooks", HOOK, Idempotency_Key="a")
    assert server.post("/webhooks/", HOOK, Idempotency_Key="a").content == first.content


def test_another_query_is_another_request(server):
    server.post("/webhooks", HOOK, Idempotency_Key="a")
    assert server.post("/webhooks?include=x", HOOK, Idempotency_Key="a").status_code == 422


def test_a_key_that_cannot_be_read_is_told_with_its_name(server):
    response = server.post("/webhooks", HOOK, Idempotency_Key="two words")
    assert (response.status_code, list(response.json()["errors"])) == (422, ["Idempotency-Key"])


def test_a_day_later_the_key_is_free_again(server):
    server.post("/webhooks", HOOK, Idempotency_Key="a")
    kept = IdempotencyKey.objects.get()
    IdempotencyKey.objects.update(created_at=kept.created_at - timedelta(hours=25))
    assert server.post("/webhooks", HOOK, Idempotency_Key="a").status_code == 201
    assert Webhook.objects.count() == 2


def test_a_refusal_leaves_no_key(server):
    assert server.post("/webhooks", {"url": "no"}, Idempotency_Key="a").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert server.post("/webhooks", HOOK, Idempotency_Key="a").status_code == 201


def test_the_answer_is_erased_with_the_booking(server, wish):
    booking = server.post("/bookings", wish, Idempotency_Key="a").json()["data"]["id"]
    server.put(f"/bookings/{booking}/cancel", Idempotency_Key="b")
    assert server.delete(f"/bookings/{booking}").status_code == 204
    assert not IdempotencyKey.objects.filter(body__contains=MARTY["email"]).exists()
    assert not IdempotencyKey.objects.filter(booking_id=booking).exists()


def test_an_answer_about_many_is_erased_with_any_of_them(server, wish):
    many = {"bookings": [wish, wish | hour(days=40)]}
    made = server.post("/bookings/bulk?include=customers", many, Idempotency_Key="a").json()["data"]
    assert IdempotencyKey.objects.filter(body__contains=MARTY["email"]).exists()
    server.put(f"/bookings/{made[1]['id']}/cancel")
    server.delete(f"/bookings/{made[1]['id']}")
    assert not IdempotencyKey.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_make_one_booking_and_get_fifty_identical_answers(database_url):
    doc, value = a_resource(), a_server_key()[1]
    wish = {
        "resource_id": str(doc.pk),
        "graph": "instant",
        "what": "One",
        "where": "Here",
        "description": "-",
    }
    answers = send_at_once(outsider(value), wish | {"customer": MARTY} | hour(days=30), database_url)
    assert len(answers) == PROCESSES * THREADS
    assert len(set(answers)) == 1
    assert answers[0].startswith("[201, ")
    assert Booking.objects.count() == 1


def basic(door: Door) -> str:
    return "Basic " + b64encode(f":{door.key}".encode()).decode()


def send_at_once(door: Door, body: dict, database_url: str) -> list[str]:
    """Post one body from several processes with several threads each; return status and body of every answer."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": database_url}
    command = [sys.executable, "-c", SEND, basic(door), json.dumps(body), str(PROCESSES), str(THREADS)]
    sent = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, timeout=120, check=True
    )
    return sent.stdout.splitlines()
