"""Busy times that are changed and removed at the same moment: each is told how it ended, and nothing is left behind."""

from base64 import b64encode

import pytest

from bookings.lifecycle import add_event
from bookings.models import Calendar, Event, Occupancy
from tests.race.deadlocks import no_deadlock
from tests.situations import a_resource, a_server_key, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_what_is_changed_and_removed_at_once_is_one_of_both(all_at_once):
    key = {"Authorization": "Basic " + b64encode(f":{a_server_key()[1]}".encode()).decode()}
    calendar = a_resource().calendars.get()
    calls = []
    for number in range(12):
        event = add_event(
            Event(calendar=calendar, start=at(9, days=number), end=at(10, days=number), what="Off")
        )
        call = {"path": f"/v2/events/{event.pk}", "headers": key}
        calls += [
            call | {"method": "PUT", "json": {"what": "Away"}},
            call | {"method": "DELETE"},
            call | {"method": "PUT", "json": {"end": at(11, days=number).isoformat()}},
        ]
    with no_deadlock():
        answers = all_at_once(calls)
    assert {one.status for one in answers[1::3]} == {204}
    assert not Event.objects.exists()
    assert not Occupancy.objects.exists()


def test_events_that_are_changed_while_their_calendar_is_removed_go_with_it(all_at_once):
    key = {"Authorization": "Basic " + b64encode(f":{a_server_key()[1]}".encode()).decode()}
    calls = []
    for _number in range(12):
        calendar = Calendar.objects.create(resource=a_resource(), name="Off")
        days = [Event(calendar=calendar, start=at(9, days=day), end=at(10, days=day)) for day in range(10)]
        calls += [
            {"path": f"/v2/events/{event.pk}", "headers": key, "method": "PUT", "json": {"what": "Away"}}
            for event in map(add_event, days)
            if event in days[:3]
        ]
        calls.append({"path": f"/v2/calendars/{calendar.pk}", "headers": key, "method": "DELETE"})
    with no_deadlock():
        answers = all_at_once(calls)
    assert {one.status for one in answers[3::4]} == {204}
    assert not Event.objects.exists()
    assert not Occupancy.objects.exists()
