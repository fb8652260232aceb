"""The published SDK asks what is free; whatever the site offers to it can be booked."""

from datetime import date, datetime, timedelta

import pytest

pytestmark = pytest.mark.clients


@pytest.fixture
def somebody(live_site):
    """One resource of the demo."""
    return live_site.demo["resources"][0]["id"]


@pytest.fixture
def question(somebody):
    """A search over the next two weeks in hours, for one resource."""
    return {"resources": [somebody], "from": "now", "to": "2 weeks", "length": "1 hour"}


def test_free_times_are_told_with_their_resources_in_the_zone_asked_for(server_sdk, question, somebody):
    answer = server_sdk("fetchAvailability", question | {"outputTimezone": "Asia/Tokyo"})
    assert answer.status == 200
    assert answer.data
    for slot in answer.data:
        assert slot["start"].endswith("+09:00")
        assert len(slot["start"]) == len("2026-11-23T17:00:00+09:00")
        assert [resource["id"] for resource in slot["resources"]] == [somebody]
        assert slot["resources"][0]["name"]
        assert datetime.fromisoformat(slot["end"]) - datetime.fromisoformat(slot["start"]) == timedelta(
            hours=1
        )


def test_free_times_are_sorted(server_sdk, question):
    starts = [slot["start"] for slot in server_sdk("fetchAvailability", question).data]
    assert starts == sorted(starts)


def test_a_project_brings_its_own_parameters(server_sdk, live_site):
    project = live_site.project("instant")
    answer = server_sdk("fetchAvailability", {"projectId": project["id"]})
    assert answer.status == 200
    offered = {resource["id"] for slot in answer.data for resource in slot["resources"]}
    assert offered
    assert offered <= set(project["resources"])


@pytest.mark.parametrize("mode", ["roundrobin_random", "roundrobin_prioritized", "mutual", "exclusive"])
def test_every_mode_answers(server_sdk, live_site, question, mode):
    everybody = [resource["id"] for resource in live_site.demo["resources"][:2]]
    answer = server_sdk("fetchAvailability", question | {"mode": mode, "resources": everybody})
    assert answer.status == 200
    assert all(slot["resources"] for slot in answer.data)


def test_an_offered_time_books_and_is_offered_no_more(server_sdk, question, somebody):
    slot = server_sdk("fetchAvailability", question).data[-1]
    times = {"start": slot["start"], "end": slot["end"]}
    text = {"what": "Visit", "where": "Here", "description": "First"}
    customer = {"name": "Jennifer", "email": "jennifer@example.com"}
    booked = server_sdk(
        "createBooking", {"resourceId": somebody, "graph": "instant", "customer": customer, **times, **text}
    )
    assert booked.status == 201
    assert slot["start"] not in [free["start"] for free in server_sdk("fetchAvailability", question).data]


def test_days_with_free_times_are_dates_with_ids(server_sdk, question, somebody):
    answer = server_sdk("fetchAvailabilityDates", {key: question[key] for key in ("resources", "from", "to")})
    assert answer.status == 200
    assert answer.data
    for day in answer.data:
        assert date.fromisoformat(day["date"])
        assert day["resources"] == [somebody]


def test_the_count_is_the_length_of_the_list(server_sdk, question):
    free = server_sdk("fetchAvailability", question).data
    counted = server_sdk("fetchAvailabilityCounts", question)
    assert counted.status == 200
    assert (counted.meta or counted.data)["total"] == len(free)


def test_blocked_ranges_look_like_free_ones(server_sdk, question):
    answer = server_sdk("fetchUnAvailableSlots", question)
    assert answer.status == 200
    assert answer.data
    assert all({"start", "end", "resources"} <= set(slot) for slot in answer.data)


def test_constraints_of_the_request_take_away(server_sdk, question):
    weekdays = server_sdk("fetchAvailability", question | {"constraints": [{"blockWeekdays": {}}]})
    assert weekdays.status == 200
    assert all(datetime.fromisoformat(slot["start"]).isoweekday() > 5 for slot in weekdays.data)


def test_a_search_beyond_six_months_is_refused_on_its_field(server_sdk, question):
    refusal = server_sdk("fetchAvailability", question | {"to": "7 months"})
    assert refusal.status == 422
    assert list(refusal.data["errors"]) == ["to"]
