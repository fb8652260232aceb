"""`Idempotency-Key`: the same request sent again is done once and answered alike."""

import pytest

from tests.api.conftest import LATER


@pytest.fixture
def booking(server, wish):
    return server.made("/bookings", wish)


def test_a_repeated_request_is_one_booking_and_one_answer(server, wish):
    answers = [server.post("/bookings?include=event", wish, Idempotency_Key="order-88") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert server.get("/bookings").json()["total"] == 1


def test_the_same_key_with_another_body_is_refused(server, wish):
    server.post("/bookings", wish, Idempotency_Key="order-88")
    other = server.post("/bookings", wish | LATER, Idempotency_Key="order-88")
    assert other.status_code == 422
    assert server.get("/bookings").json()["total"] == 1


def test_a_refused_request_may_be_corrected_under_its_key(server, wish):
    first = server.post("/bookings", wish | {"end": "tomorrow"}, Idempotency_Key="order-88")
    second = server.post("/bookings", wish, Idempotency_Key="order-88")
    assert (first.status_code, second.status_code) == (422, 201)


def test_a_conflict_is_not_remembered(server, wish, booking):
    assert server.post("/bookings", wish, Idempotency_Key="order-88").status_code == 409
    server.put(f"/bookings/{booking['id']}/cancel")
    assert server.post("/bookings", wish, Idempotency_Key="order-88").status_code == 201


def test_a_key_counts_for_one_address_only(server, wish):
    server.post("/bookings", wish, Idempotency_Key="order-88")
    held = server.post("/bookings/reserve", wish | LATER, Idempotency_Key="order-88")
    assert held.status_code == 201


def test_an_action_is_repeated_too(server, booking):
    path = f"/bookings/{booking['id']}/cancel"
    first, second = (server.put(path, {}, Idempotency_Key="cancel-88") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
