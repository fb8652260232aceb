"""An assistant books for a person."""

from datetime import datetime, timedelta

from bookings.effects.links import renew
from bookings.lifecycle import Actor, reschedule
from bookings.models import Booking, HistoryEntry
from tests.agents.conftest import MARTY

HOUR = timedelta(hours=1)


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


def test_a_hold_tells_its_booking_as_it_is_now(agent, project, tomorrow):
    held = agent.done("hold_time", project="lightning", start=tomorrow.isoformat())
    agent.confirmed("book", hold=held["hold"], answers=MARTY)
    made = Booking.objects.get()
    later = reschedule(made, by=Actor.owner(), start=tomorrow + HOUR, end=tomorrow + 2 * HOUR)
    told = agent.done("book", hold=held["hold"], answers=MARTY)
    assert datetime.fromisoformat(told["booking"]["start"]) == later.start


def test_a_hold_tells_of_no_booking_whose_link_was_renewed(agent, project, tomorrow):
    held = agent.done("hold_time", project="lightning", start=tomorrow.isoformat())
    agent.confirmed("book", hold=held["hold"], answers=MARTY)
    renew(Booking.objects.get())
    answer = agent.call("book", hold=held["hold"], answers=MARTY)
    assert answer.refused
    assert "hold" in answer["errors"]
    assert Booking.objects.count() == 1
