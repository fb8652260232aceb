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


@pytest.fixture
def key():
    return {"Authorization": "Basic " + b64encode(f":{a_server_key()[1]}".encode()).decode()}


def test_what_several_change_of_one_event_at_once_is_kept_of_each(all_at_once, key):
    calendar = a_resource().calendars.get()
    events = [
        add_event(Event(calendar=calendar, start=at(9, days=day), end=at(10, days=day))) for day in range(8)
    ]
    said = [{"what": "Away"}, {"where": "Courthouse"}, {"description": "By car"}, {"my_rsvp": "tentative"}]
    calls = [
        {"path": f"/v2/events/{event.pk}", "headers": key, "method": "PUT", "json": one}
        for event in events
        for one in said
    ]
    with no_deadlock():
        assert {one.status for one in all_at_once(calls)} == {200}
    kept = Event.objects.values("what", "where", "description", "my_rsvp")
    assert list(kept) == [{name: text for one in said for name, text in one.items()}] * len(events)
    assert Occupancy.objects.count() == len(events)


def test_a_calendar_that_stops_counting_keeps_no_time_that_is_entered_or_changed_meanwhile(all_at_once, key):
    calls, calendars = [], [a_resource().calendars.get() for _number in range(8)]
    for calendar in calendars:
        event = add_event(Event(calendar=calendar, start=at(9), end=at(10)))
        other = {"calendar_id": str(calendar.pk), "what": "Away"}
        times = {"start": at(12).isoformat(), "end": at(13).isoformat()}
        calls += [
            {"method": "PUT", "path": f"/v2/events/{event.pk}", "json": {"end": at(11).isoformat()}},
            {"method": "PUT", "path": f"/v2/calendars/{calendar.pk}", "json": {"provider_sync": False}},
            {"method": "POST", "path": "/v2/events", "json": other | times},
        ]
    with no_deadlock():
        answers = all_at_once([call | {"headers": key} for call in calls])
    assert {one.status for one in answers} == {200, 201}
    assert not Occupancy.objects.exists()


def test_events_take_time_exactly_where_their_calendar_says_so_in_the_end(all_at_once, key):
    calls, calendars = [], [a_resource().calendars.get() for _number in range(8)]
    for calendar in calendars:
        add_event(Event(calendar=calendar, start=at(9), end=at(10)))
        calls += [
            {"method": "PUT", "path": f"/v2/calendars/{calendar.pk}", "json": {"provider_sync": counts}}
            for counts in (False, True, False, True)
        ]
    with no_deadlock():
        answers = all_at_once([call | {"headers": key} for call in calls])
    assert {one.status for one in answers} == {200}
    counting = Calendar.objects.filter(provider_sync=True)
    assert set(Occupancy.objects.values_list("event__calendar", flat=True)) == {one.pk for one in counting}


def test_calendars_of_one_resource_that_all_become_its_primary_one_leave_one(all_at_once, key):
    calls = []
    for _number in range(4):
        resource = a_resource()
        rows = [Calendar.objects.create(resource=resource, name=f"{number}") for number in range(4)]
        calls += [
            {"method": "PUT", "path": f"/v2/calendars/{row.pk}", "json": {"primary": True}, "headers": key}
            for row in rows
        ]
    with no_deadlock():
        assert {one.status for one in all_at_once(calls)} == {200}
    assert Calendar.objects.filter(primary=True).count() == 4
