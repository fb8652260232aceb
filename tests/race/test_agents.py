"""Many assistants at once, each in a process of its own."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking, HistoryEntry, Occupancy, Reservation
from tests.situations import a_project, a_resource

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AGENTS = 64
MARTY = {"name": "Marty McFly", "email": "marty@example.com"}


@pytest.fixture
def project(transactional_db):
    return a_project(a_resource(), name="Catch the lightning", slug="lightning")


def call(tool, **arguments):
    params = {"name": tool, "arguments": arguments}
    return {
        "method": "POST",
        "path": "/mcp",
        "json": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
    }


def told(answer):
    """What a tool answered, and whether it refused."""
    result = json.loads(answer.text)["result"]
    return json.loads(result["content"][0]["text"]), result["isError"]


def test_of_sixty_four_assistants_on_one_time_one_holds_and_books_it(all_at_once, project, settings):
    start = (timezone.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    answers = all_at_once([call("hold_time", project="lightning", start=start.isoformat())] * AGENTS)
    held = [one for one, refused in map(told, answers) if not refused]
    refused = [one for one, refused in map(told, answers) if refused]
    assert len(held) == 1
    assert {one["error"] for one in refused} <= {"slot_taken", "conflict", "proof_needed"}
    assert Reservation.objects.count() == Occupancy.objects.count() == 1
    (answer,) = all_at_once([call("book", hold=held[0]["hold"], answers=MARTY)])
    confirmation = told(answer)[0]["confirmation"]
    assert not Booking.objects.exists()
    again = call("book", hold=held[0]["hold"], answers=MARTY, confirmation=confirmation)
    booked = [told(one) for one in all_at_once([again] * 16)]
    assert {one["booking"]["link"] for one, _refused in booked} == {booked[0][0]["booking"]["link"]}
    assert Booking.objects.count() == HistoryEntry.objects.count() == Occupancy.objects.count() == 1
