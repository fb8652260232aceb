"""What one statement cannot promise by itself, with real processes: what is counted, what is several, what is repeated.

A statement sees nothing that was committed while it waited, and what stands alone is not taken back with a refusal.
"""

from base64 import b64encode
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.models import Booking, Customer, HistoryEntry, IdempotencyKey, Occupancy
from tests.situations import a_booking, a_project, a_resource, a_server_key, a_widget_key, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
HANDS = 6
TEXTS = {"what": "Catch the lightning", "where": "Courthouse", "description": "At 10:04 PM"}
MARTY = {"name": "Marty McFly", "email": "marty@example.com"}


def basic(value: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f":{value}".encode()).decode()}


@pytest.fixture
def server(db: None) -> dict[str, str]:
    return basic(a_server_key()[1])


def wish(resource: Any, start: Any, **more: Any) -> dict[str, Any]:
    times = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    return {"resource_id": str(resource.pk), "graph": "instant", "customer": MARTY, **TEXTS, **times, **more}


def posted(body: dict[str, Any], *headers: dict[str, str]) -> dict[str, Any]:
    sent = {name: value for one in headers for name, value in one.items()}
    return {"method": "POST", "path": "/v2/bookings", "json": body, "headers": sent}


def test_a_daily_cap_of_one_takes_one_of_many_claims_at_different_hours(all_at_once):
    doc = a_resource(daily_cap=1)
    project = a_project(doc, booking={"graph": "instant", **TEXTS})
    page = basic(a_widget_key(project)[1])
    day = (timezone.now() + timedelta(days=3)).replace(hour=0, minute=0, second=0, microsecond=0)
    visits = [
        {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat(), "customer": MARTY}
        for start in (day + timedelta(hours=2 * number) for number in range(1, HANDS + 1))
    ]
    where = {"project_id": str(project.pk), "resource_id": str(doc.pk)}
    answers = all_at_once([posted(where | one, page) for one in visits])
    assert Counter(one.status for one in answers) == {201: 1, 409: HANDS - 1}
    assert Occupancy.objects.filter(resource=doc).count() == 1


def test_all_resources_against_one_of_them_leave_no_piece_alone(all_at_once, server):
    doc, jules = a_resource(), a_resource()
    together = {"project_id": str(a_project(doc, jules, availability={"mode": "mutual"}).pk)}
    calls = []
    for hour in range(8, 14):
        calls += [posted(wish(doc, at(hour), **together), server), posted(wish(jules, at(hour)), server)]
    answers = all_at_once(calls)
    assert {one.status for one in answers} == {201, 409}
    for hour in range(8, 14):
        pieces = Occupancy.objects.filter(start=at(hour))
        (booking,) = Booking.objects.filter(start=at(hour)).prefetch_related("companions")
        assert {piece.booking_id for piece in pieces} == {booking.pk}
        of_resources = {booking.resource_id, *(one.pk for one in booking.companions.all())}
        assert {piece.resource_id for piece in pieces} == of_resources


def test_a_key_that_was_refused_among_many_can_be_used_again(all_at_once, server):
    doc = a_resource()
    keys = [{"Idempotency-Key": f"hand-{number}"} for number in range(HANDS)]
    answers = all_at_once([posted(wish(doc, at(10)), server, key) for key in keys])
    assert Counter(one.status for one in answers) == {201: 1, 409: HANDS - 1}
    assert IdempotencyKey.objects.count() == 1
    refused = [key for key, one in zip(keys, answers, strict=True) if one.status == 409]
    booking = Booking.objects.get()
    path = f"/v2/bookings/{booking.pk}/cancel"
    (cancelled,) = all_at_once([{"method": "PUT", "path": path, "json": {}, "headers": server}])
    again = all_at_once([posted(wish(doc, at(10)), server, refused[0])])
    assert [cancelled.status, again[0].status] == [200, 201]
    assert Occupancy.objects.get().booking_id != booking.pk


def test_one_key_many_times_at_once_makes_one_booking_where_doubling_is_allowed(all_at_once, server):
    doc = a_resource()
    a_booking(doc, at(10))
    body = wish(doc, at(10), settings={"allow_double_bookings": True})
    answers = all_at_once([posted(body, server, {"Idempotency-Key": "once"})] * HANDS)
    assert {one.status for one in answers} == {201}
    assert len({one.text for one in answers}) == 1
    assert [model.objects.count() for model in (Booking, Customer, Occupancy, HistoryEntry)] == [2] * 4
