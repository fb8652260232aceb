"""Transactions over several resources or bookings, in opposite orders at the same moment: none waits in a circle."""

from base64 import b64encode

import pytest

from bookings.models import Booking, Occupancy
from tests.race.deadlocks import no_deadlock
from tests.situations import a_booking, a_resource, a_seat, a_server_key, a_session, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CLIENTS = 8
ALL_OR_NONE = {"delete_all_on_error": True}


@pytest.fixture
def key():
    return {"Authorization": "Basic " + b64encode(f":{a_server_key()[1]}".encode()).decode()}


def crossing(method, rows, key, *, once, **flags):
    """One call a client, every other one with its rows in the opposite order; ``once`` sends an Idempotency-Key."""
    return [
        {
            "method": method,
            "path": "/v2/bookings/bulk",
            "json": {"bookings": rows[:: -1 if number % 2 else 1], **flags},
            "headers": key | ({"Idempotency-Key": f"crossing-{number}"} if once else {}),
        }
        for number in range(CLIENTS)
    ]


def wishes(*resources):
    person = {"name": "Marty McFly", "email": "marty@example.com"}
    texts = {"what": "Lightning", "where": "Courthouse", "description": "Bring plutonium", "customer": person}
    return [
        {"resource_id": str(one.pk), "graph": "instant", **texts}
        | {"start": at(hour).isoformat(), "end": at(hour + 1).isoformat()}
        for hour in range(8, 12)
        for one in resources
    ]


@pytest.mark.parametrize("once", [True, False], ids=["idempotent", "plain"])
@pytest.mark.parametrize("flags", [ALL_OR_NONE, {}], ids=["all or none", "each by itself"])
def test_bulks_that_make_bookings_cross(all_at_once, key, once, flags):
    doc, jules = a_resource(), a_resource()
    with no_deadlock():
        answers = all_at_once(crossing("POST", wishes(doc, jules), key, once=once, **flags))
    assert all('"code":"conflict"' not in one.text for one in answers)
    assert Occupancy.objects.count() == len(wishes(doc, jules))
    if flags:
        assert sorted(one.status for one in answers) == [201] + [409] * (CLIENTS - 1)


@pytest.mark.parametrize("once", [True, False], ids=["idempotent", "plain"])
@pytest.mark.parametrize("flags", [ALL_OR_NONE, {}], ids=["all or none", "each by itself"])
def test_bulks_that_play_actions_cross(all_at_once, key, once, flags):
    doc, jules = a_resource(), a_resource()
    requests = [
        a_booking(one, at(hour), graph="confirm_decline") for hour in (8, 9, 10) for one in (doc, jules)
    ]
    rows = [{"id": str(one.pk), "action": "confirm"} for one in requests]
    with no_deadlock():
        answers = all_at_once(crossing("PUT", rows, key, once=once, **flags))
    assert all('"code":"conflict"' not in one.text for one in answers)
    assert Booking.objects.filter(state__name="confirmed").count() == len(requests)
    if flags:
        assert sorted(one.status for one in answers) == [200] + [409] * (CLIENTS - 1)


@pytest.mark.parametrize("once", [True, False], ids=["idempotent", "plain"])
def test_bulks_over_two_sessions_and_their_seats_cross(all_at_once, key, once):
    sessions = [a_session(a_resource(), at(10), seats=9) for _number in range(2)]
    seats = [a_seat(session) for session in sessions for _number in range(3)]
    rows = [{"id": str(one.pk), "action": "cancel"} for one in (*seats, *sessions)]
    with no_deadlock():
        all_at_once(crossing("PUT", rows, key, once=once))
    assert all(not one.state.occupies for one in Booking.objects.select_related("state"))
    assert set(Booking.objects.filter(pk__in=[one.pk for one in sessions]).values_list("seats_taken")) == {
        (0,)
    }


@pytest.mark.parametrize("once", [True, False], ids=["idempotent", "plain"])
def test_a_bulk_crosses_moves_and_answers_of_its_bookings(all_at_once, key, once):
    doc, jules = a_resource(), a_resource()
    made = [a_booking(one, at(hour)) for hour in (8, 9) for one in (doc, jules)]
    rows = [{"id": str(one.pk), "action": "cancel"} for one in made]
    moves = [
        {
            "method": "POST",
            "path": f"/v2/bookings/{one.pk}/reschedule",
            "json": {"resource_id": str(other.pk), "start": at(15).isoformat(), "end": at(16).isoformat()},
            "headers": key,
        }
        for one, other in zip(made, (jules, doc) * 2, strict=True)
    ]
    with no_deadlock():
        answers = all_at_once([*moves, *crossing("PUT", rows, key, once=once, **ALL_OR_NONE)])
    assert all('"code":"conflict"' not in one.text for one in answers)
