"""Free and taken time through the API: what is asked, what is told, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.models import Resource, Site, WeeklyHours
from tests.api.conftest import MARTY, NOTHING, queries

MONDAY = datetime(2033, 3, 14, tzinfo=UTC)


def day(first: int, last: int = 24) -> dict[str, str]:
    """Some hours of a Monday far ahead, as the bounds of a search."""
    return {
        "from": (MONDAY + timedelta(hours=first)).isoformat(),
        "to": (MONDAY + timedelta(hours=last)).isoformat(),
    }


def starts(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [slot["start"][11:16] for slot in response.json()["data"]]


@pytest.fixture
def einstein(db) -> Resource:
    """Open from 9:15 to 13:00 UTC on Mondays."""
    row = Resource.objects.create(name="Einstein", slug="einstein", timezone="UTC")
    WeeklyHours.objects.create(resource=row, weekday=0, opens="09:15", closes="13:00")
    return row


@pytest.fixture
def question(einstein) -> dict:
    return {"resources": [str(einstein.pk)], "length": "1 hour", **day(0)}


def test_slots_begin_where_the_hours_open_unless_full_hours_are_asked_for(server, question):
    assert starts(server.post("/availability", question)) == ["09:15", "10:15", "11:15"]
    full = server.post("/availability", question | {"round_to_nearest_hour": True})
    assert starts(full) == ["10:00", "11:00", "12:00"]


def booked(server, einstein, hour: int) -> None:
    times = {
        "start": (MONDAY + timedelta(hours=hour)).isoformat(),
        "end": (MONDAY + timedelta(hours=hour + 1)).isoformat(),
    }
    texts = {"what": "A", "where": "B", "description": "C", "graph": "instant", "customer": MARTY}
    server.made("/bookings", {"resource_id": str(einstein.pk)} | times | texts)


def test_a_buffer_is_kept_on_either_side(server, einstein, question):
    booked(server, einstein, 11)
    near = question | {"length": "15 minutes", "timeslot_increments": "15 minutes", "buffer": "30 minutes"}
    found = starts(server.post("/availability", near))
    assert found[found.index("10:15") + 1] == "12:30"


def test_a_search_needs_a_project_or_resources(server, db):
    response = server.post("/availability", {})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["resources"])


def test_without_a_length_free_stretches_are_told_whole(server, question):
    told = server.post("/availability", question | {"length": None}).json()["data"]
    assert [(one["start"][11:16], one["end"][11:16]) for one in told] == [("09:15", "13:00")]


def test_the_zone_of_the_head_counts_where_the_body_names_none(server, question):
    told = server.post("/availability", question, Timekit_Timezone="Asia/Tokyo").json()["data"]
    assert told[0]["start"].endswith("T18:15:00+09:00")
    both = server.post(
        "/availability", question | {"output_timezone": "Europe/Berlin"}, Timekit_Timezone="Asia/Tokyo"
    )
    assert both.json()["data"][0]["start"].endswith("T10:15:00+01:00")


def test_the_count_stands_alone(server, question):
    assert server.post("/availability/count", question).json() == {"total": 3}


def test_the_days_are_those_of_the_zone_of_the_output(server, question, einstein):
    far = question | {"output_timezone": "Pacific/Auckland"}
    assert server.post("/availability/dates", far).json()["data"] == [
        {"date": "2033-03-14", "resources": [str(einstein.pk)]},
        {"date": "2033-03-15", "resources": [str(einstein.pk)]},
    ]


def test_what_is_taken_is_told_like_what_is_free(server, question, einstein):
    booked(server, einstein, 10)
    told = server.post("/unavailable/slots", question).json()["data"]
    assert [(one["start"][11:16], one["end"][11:16]) for one in told] == [
        ("00:00", "09:15"),
        ("10:00", "11:00"),
        ("13:00", "00:00"),
    ]
    assert [one["name"] for one in told[0]["resources"]] == ["Einstein"]


def test_more_than_six_months_are_refused(server, question):
    response = server.post("/availability", question | {"from": "now", "to": "7 months"})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["to"])


def test_a_grid_that_nobody_could_read_is_refused(server, question):
    fine = {"from": "now", "to": "6 months", "timeslot_increments": "1 minute"}
    many = [str(Resource.objects.create(name="R", slug=f"r{number}").pk) for number in range(15)]
    response = server.post("/availability", question | fine | {"resources": many})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["to"])


def test_everything_wrong_with_a_search_is_told_at_once(server, db):
    wrong = {
        "project_id": NOTHING,
        "resources": ["x"],
        "mode": "chaos",
        "length": "an hour or so",
        "from": "2027-01-01T10:00:00",
        "buffer": 7,
        "constraints": [{"allow_day": {"day": "Noday"}}],
        "output_timezone": "Mars/Olympus",
        "ignore_all_day_events": "yes",
    }
    response = server.post("/availability", wrong)
    assert response.status_code == 422
    assert set(response.json()["errors"]) == {
        "project_id",
        "resources.0",
        "mode",
        "length",
        "from",
        "buffer",
        "constraints.0.allow_day.day",
        "output_timezone",
        "ignore_all_day_events",
    }


def test_a_constraint_about_events_is_refused_at_its_place(server, question):
    lists = [{"allow_weekdays": {}}, {"allow_event": {"what": "Office hours"}}]
    answer = server.post("/availability", question | {"constraints": lists})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"constraints.1"})


def test_a_project_brings_whom_to_ask_and_how(server, consultation, doc):
    server.put(f"/projects/{consultation.pk}", {"availability": {"length": "30 minutes"}})
    told = server.post("/availability", {"project_id": str(consultation.pk), **day(10, 11)}).json()["data"]
    assert len(told) == 2
    assert {who["id"] for slot in told for who in slot["resources"]} == {doc}


def test_a_page_finds_nothing_in_a_project_for_staff(widget, consultation):
    type(consultation).objects.update(visibility="staff")
    response = widget.post("/availability", {"project_id": str(consultation.pk)})
    assert (response.status_code, list(response.json()["errors"])) == (422, ["project_id"])


@pytest.mark.parametrize(
    "path", ["/availability", "/availability/dates", "/availability/count", "/unavailable/slots"]
)
def test_a_search_costs_the_same_whoever_is_asked(server, settings, path):
    settings.REQUESTS_A_MINUTE_PER_KEY = 0  # the count is written once a second, between any two
    Site.current()

    def cost_of(amount: int) -> int:
        who = [str(Resource.objects.create(name="R", slug=f"r{amount}{one}").pk) for one in range(amount)]

        def ask() -> None:
            assert server.post(path, {"resources": who, **day(8, 12)}).status_code == 200

        return queries(ask)

    few, many = cost_of(3), cost_of(9)
    assert many <= few <= 12
