"""Many clients at once, over HTTP, against a server of several processes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import httpx2
import pytest

pytestmark = pytest.mark.race

CLIENTS = 32


@pytest.fixture
def post(live_site):
    """Call it with a path, bodies and headers: all bodies are posted at once; returns the answers in order."""

    def posted(path: str, bodies: list[dict], **headers: str) -> list[httpx2.Response]:
        with (
            httpx2.Client(
                base_url=f"{live_site.url}v2", auth=("", live_site.server_key), headers=headers, timeout=60
            ) as client,
            ThreadPoolExecutor(len(bodies)) as pool,
        ):
            waiting = [pool.submit(client.post, path, json=body) for body in bodies]
            return [answer.result() for answer in waiting]

    return posted


@pytest.fixture
def wish(live_site, free_hour):
    text = {"what": "Rush", "where": "Here", "description": "At once"}
    customer = {"name": "Marty", "email": "marty@example.com"}
    resource = live_site.demo["resources"][0]["id"]
    return {"resource_id": resource, "graph": "instant", "customer": customer, **text, **free_hour()}


def test_one_slot_is_booked_once(post, wish):
    answers = post("/bookings", [wish] * CLIENTS)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CLIENTS - 1}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"slot_taken"}


def test_one_slot_is_held_once(post, wish):
    answers = post("/bookings/reserve", [wish] * CLIENTS)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CLIENTS - 1}


def test_touching_slots_are_all_booked(post, wish):
    noon = datetime.fromisoformat(wish["start"])
    bounds = [(noon + number * timedelta(minutes=15)).isoformat() for number in range(CLIENTS + 1)]
    answers = post("/bookings", [wish | {"start": start, "end": end} for start, end in pairwise(bounds)])
    assert Counter(answer.status_code for answer in answers) == {201: CLIENTS}


def test_the_last_seats_are_taken_once_each(post, wish):
    session = post("/bookings", [wish | {"graph": "group_owner", "settings": {"max_seats": 5}}])[0].json()
    seat = {"graph": "group_customer", "related": {"owner_booking_id": session["data"]["id"]}}
    answers = post("/bookings", [seat | {"customer": wish["customer"]}] * CLIENTS)
    assert Counter(answer.status_code for answer in answers) == {201: 5, 409: CLIENTS - 5}


def test_a_request_repeated_under_one_key_is_one_booking(post, wish):
    answers = post("/bookings", [wish] * 50, **{"Idempotency-Key": f"at-once-{wish['start']}"})
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
