"""An assistant books for a person."""

from bookings.models import Booking, HistoryEntry
from tests.agents.conftest import MARTY


def test_it_finds_holds_and_books_once_the_person_agreed(agent, project, tomorrow):
    assert agent.done("list_projects")["projects"][0]["project"] == "lightning"
    found = agent.done("find_times", project="lightning", **{"from": tomorrow.isoformat()})
    time = found["times"][0]
    held = agent.done("hold_time", project="lightning", start=time["start"], visitor=found["visitor"])
    assert held["terms"]["price"] == {"amount": "18.00", "currency": "EUR", "words": "€18"}
    booked = agent.confirmed("book", hold=held["hold"], answers=MARTY)
    assert booked["status"] == "booked"
    made = Booking.objects.get()
    assert made.start == tomorrow
    assert booked["booking"]["reference"] == made.reference
    assert [entry.actor for entry in HistoryEntry.objects.all()] == ["agent"]
