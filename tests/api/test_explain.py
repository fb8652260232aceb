"""Why a time is free or not, through the API: what is asked, what a server and what a public page is told."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.availability import allowance, cases
from bookings.lifecycle import add_event
from bookings.models import DatedHours, Event, Option, Project, Resource, WeeklyHours
from tests.api.conftest import MARTY, NOTHING, outsider
from tests.situations import (
    HOUR,
    a_booking,
    a_hold,
    a_project,
    a_resource,
    a_server_key,
    a_session,
    a_widget_key,
    at,
    own_terms,
)

pytestmark = pytest.mark.django_db
EXPLAIN = "/availability/explain"
MINUTES = timedelta(minutes=1)


@pytest.fixture
def clara(db) -> Resource:
    """Open from 9 to 17 (UTC)."""
    row = a_resource(name="Clara Clayton", slug="clara", email="clara@example.com")
    for weekday in range(7):
        WeeklyHours.objects.create(resource=row, weekday=weekday, opens=time(9), closes=time(17))
    return row


@pytest.fixture
def lesson(clara) -> Project:
    return a_project(clara, name="Lesson")


def told(door, project, start, **more):
    body = {"project_id": str(project.pk), "start": start.isoformat()} | more
    answer = door.post(EXPLAIN, body)
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def broken(told):
    return [rule for one in told["times"] for rule in one["rules"] if not rule["passed"]]


def test_a_free_time_passes_every_rule_and_can_be_booked(widget, lesson, clara):
    found = told(widget, lesson, at(10))
    assert (found["offered"], found["decides"], found["reasons"]) == (True, [], [])
    (one,) = found["times"]
    assert (one["resource"], one["end"]) == (str(clara.pk), at(11).isoformat())
    visit = {"project_id": str(lesson.pk), "resource_id": one["resource"], "customer": MARTY}
    assert widget.post("/bookings", visit | {"start": one["start"], "end": one["end"]}).status_code == 201


def test_a_closed_time_names_the_hours_and_when_they_permit_it(server, lesson, clara):
    DatedHours.objects.create(
        resource=clara, first=at(0).date(), last=at(0).date(), opens=time(12), closes=time(15), note="Fair"
    )
    found = told(server, lesson, at(10))
    assert (found["offered"], found["decides"]) == (False, ["hours"])
    (rule,) = broken(found)
    assert rule["sources"] == [{"kind": "resource", "id": str(clara.pk), "note": "Fair"}]
    assert rule["change"]["within"] == [
        {"start": at(9, days=-1).isoformat(), "end": at(17, days=-1).isoformat()},
        {"start": at(12).isoformat(), "end": at(15).isoformat()},
    ]
    assert told(server, lesson, at(12))["offered"]


def test_a_server_is_told_who_takes_the_time(server, lesson, clara):
    booking, hold = a_booking(clara, at(9, 30), HOUR / 2), a_hold(clara, at(10), HOUR / 4)
    event = add_event(Event(calendar=clara.calendars.get(), start=at(10, 30), end=at(12), what="Dentist"))
    (rule,) = broken(told(server, lesson, at(9), end=at(11).isoformat(), length="2 hours"))
    kinds = {source["kind"]: source["id"] for source in rule["sources"]}
    assert kinds == {"booking": str(booking.pk), "reservation": str(hold.pk), "event": str(event.pk)}
    assert rule["change"]["within"][-1]["start"] == at(12).isoformat()


def test_a_public_page_sees_the_verdict_without_names_texts_or_ids(widget, lesson, clara):
    note = "Clara is ill"
    DatedHours.objects.create(resource=clara, first=at(0).date(), last=at(0).date(), note=note)
    taking = [a_booking(clara, at(10), what="Secret"), a_hold(clara, at(11))]
    taking.append(add_event(Event(calendar=clara.calendars.get(), start=at(12), end=at(13), what="Dentist")))
    for hour in (10, 11, 12):
        answer = widget.post(
            EXPLAIN, {"project_id": str(lesson.pk), "start": at(hour).isoformat(), "end": None}
        )
        text = answer.content.decode()
        assert not answer.json()["data"]["offered"]
        for private in (note, clara.name, clara.email, "Marty", "marty@", "Secret", "Dentist", lesson.name):
            assert private not in text
        assert not any(str(row.pk) in text for row in taking)
        assert '"sources"' not in text


def test_a_key_limited_to_projects_is_told_of_no_booking_of_others(lesson, clara):
    limited = outsider(a_server_key(lesson)[1])
    other = a_project(clara, name="Other")
    theirs, ours = a_booking(clara, at(10), project=other), a_booking(clara, at(12), project=lesson)
    assert [rule["sources"] for rule in broken(told(limited, lesson, at(10)))] == [[]]
    (rule,) = broken(told(limited, lesson, at(12)))
    assert [source["id"] for source in rule["sources"]] == [str(ours.pk)]
    refused = limited.post(EXPLAIN, {"project_id": str(other.pk), "start": at(10).isoformat()})
    assert list(refused.json()["errors"]) == ["project_id"]
    assert str(theirs.pk) not in refused.content.decode()


def test_who_does_not_do_the_option_is_said_with_who_does(widget, lesson, clara):
    other = a_resource()
    lesson.links.create(resource=other, position=1)
    own_terms(lesson, other, offered=False)
    found = told(widget, lesson, at(10), option_id=str(Option.objects.get(project=lesson).pk))
    assert found["offered"]
    assert [(one["resource"], one["offered"]) for one in found["times"]] == [
        (str(clara.pk), True),
        (str(other.pk), False),
    ]
    (rule,) = broken(found)
    assert (rule["rule"], rule["change"]["resources"]) == ("option", [str(clara.pk)])


def test_of_a_seat_the_sessions_are_explained(widget, server, clara):
    yoga = a_project(clara, graph="group_customer")
    session = a_session(clara, at(10), seats=1, project=yoga)
    assert told(widget, yoga, at(10))["offered"]
    found = told(widget, yoga, at(9))
    assert (found["decides"], found["times"][0]["resource"]) == (["session"], None)
    assert broken(found)[0]["change"]["starts"] == [at(10).isoformat()]
    seat = {"graph": "group_customer", "related": {"owner_booking_id": str(session.pk)}, "customer": MARTY}
    server.made("/bookings", seat)
    assert told(widget, yoga, at(10))["decides"] == ["seats"]


def test_resources_are_explained_without_a_project(server, widget, clara):
    body = {"resources": [str(clara.pk)], "start": at(16, 30).isoformat(), "length": "1 hour"}
    for door in (server, widget):
        found = door.post(EXPLAIN, body).json()["data"]
        assert (found["offered"], found["decides"]) == (False, ["hours"])


def test_a_project_that_offers_nothing_says_why(server, db):
    found = told(server, a_project(), at(10))
    assert (found["offered"], found["times"]) == (False, [])
    assert found["reasons"] == ["It has nobody and nothing to book: add a resource."]


def test_times_are_told_in_the_zone_asked_for(server, lesson):
    found = told(server, lesson, at(10), output_timezone="Asia/Tokyo")
    assert found["times"][0]["start"] == "2033-03-14T19:00:00+09:00"


def test_a_time_is_read_and_told_by_the_formats_that_a_call_names(server, lesson):
    formats = {"Timekit_InputTimestampFormat": "U", "Timekit_OutputTimestampFormat": "U"}
    body = {"project_id": str(lesson.pk), "start": str(int(at(16, 30).timestamp()))}
    answer = server.post(EXPLAIN, body, **formats)
    assert answer.status_code == 200, answer.content
    (one,) = answer.json()["data"]["times"]
    assert one["start"] == str(int(at(16, 30).timestamp()))


class TestWhatIsWrong:
    def refused(self, door, **body):
        answer = door.post(EXPLAIN, body)
        assert answer.status_code == 422, answer.content
        return answer.json()["errors"]

    def test_everything_is_told_at_once_under_its_own_name(self, server):
        wrong = self.refused(server, project_id=NOTHING, end="soon", mode="any", length="long")
        assert set(wrong) == {"project_id", "start", "end", "mode", "length"}
        assert self.refused(server, start=at(9).isoformat()).keys() == {"resources"}

    @pytest.mark.parametrize("end", [at(9), at(8), at(9, days=200)])
    def test_an_end_that_is_none_is_refused_on_its_field(self, server, clara, end):
        asked = {"resources": [str(clara.pk)], "start": at(9).isoformat(), "end": end.isoformat()}
        assert self.refused(server, **asked).keys() == {"end"}

    def test_a_start_too_far_ahead_is_refused_on_its_field(self, server, clara):
        asked = {"resources": [str(clara.pk)], "start": "2190-01-01T10:00:00Z"}
        assert self.refused(server, **asked).keys() == {"start"}

    def test_natural_length_needs_an_end(self, server, clara):
        asked = {"resources": [str(clara.pk)], "start": at(9).isoformat(), "length": None}
        assert self.refused(server, **asked).keys() == {"end"}
        assert server.post(EXPLAIN, asked | {"end": at(10).isoformat()}).json()["data"]["offered"]

    def test_what_nobody_can_pay_for_is_refused_to_a_public_page(self, widget, server, clara):
        unpayable = a_project(clara, graph="instant_payment")
        asked = {"project_id": str(unpayable.pk), "start": at(10).isoformat()}
        assert self.refused(widget, **asked).keys() == {"project_id"}
        assert server.post(EXPLAIN, asked).status_code == 200


class TestBounds:
    @pytest.fixture
    def many(self, db):
        return {"resources": [str(a_resource().pk) for _each in range(12)], "start": at(10).isoformat()}

    def test_its_days_are_bounded_before_rows_are_read(self, widget, many, settings, monkeypatch):
        monkeypatch.setattr(cases, "load_busy", lambda *_args, **_rest: pytest.fail("rows were read"))
        monkeypatch.setattr(cases, "policies", lambda *_args, **_rest: pytest.fail("hours were read"))
        settings.SEARCH_DAYS_PUBLIC = 50
        errors = widget.post(EXPLAIN, many).json()["errors"]
        assert "at most 50 are searched" in errors["resources"][0]

    def test_its_answer_is_bounded_before_it_is_made(self, widget, many, settings):
        size = len(widget.post(EXPLAIN, many).content) / 1000
        settings.ANSWER_KILOBYTES_PUBLIC = int(size / 2)
        assert "kB" in widget.post(EXPLAIN, many).json()["errors"]["resources"][0]

    def test_a_dear_one_meets_the_gate(self, widget, many, settings):
        settings.DEAR_SEARCH_MILLISECONDS = 1
        leave = allowance.PUBLIC_GATE.enter()
        refused = widget.post(EXPLAIN, many | {"end": at(10, days=60).isoformat()})
        leave()
        assert (refused.status_code, refused["Retry-After"]) == (429, "1")
        assert widget.post(EXPLAIN, many | {"end": at(10, days=60).isoformat()}).status_code == 200

    def test_as_many_queries_for_twelve_as_for_one(self, server, many, settings):
        settings.REQUESTS_A_MINUTE_PER_KEY = 0

        def statements(body):
            with CaptureQueriesContext(connection) as captured:
                server.post(EXPLAIN, body)
            return len(captured)

        one = many | {"resources": many["resources"][:1]}
        for each in (one, many):  # now all of them are remembered
            statements(each)
        assert statements(one) == statements(many)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_what_a_public_page_is_told_is_free_is_what_it_is_offered_and_may_hold(lesson, clara, data):
    """Each example goes on with the holds of those before."""
    page = outsider(a_widget_key(lesson)[1])
    length = data.draw(st.sampled_from([30, 60, 90])) * MINUTES
    Option.objects.filter(project=lesson).update(length=length)
    lesson.availability = data.draw(
        st.sampled_from([{}, {"buffer": "15 minutes"}, {"timeslot_increments": "30 minutes"}])
    )
    lesson.save()
    day = {"from": at(0).isoformat(), "to": at(0, days=1).isoformat(), "project_id": str(lesson.pk)}
    offered = {slot["start"] for slot in page.post("/availability", day).json()["data"]}
    for quarter in data.draw(st.lists(st.integers(30, 70), min_size=3, max_size=5, unique=True)):
        start = at(0) + quarter * 15 * MINUTES
        free = told(page, lesson, start)["offered"]
        assert free == (start.isoformat() in offered)
        visit = {"project_id": str(lesson.pk), "resource_id": str(clara.pk)}
        times = {"start": start.isoformat(), "end": (start + length).isoformat()}
        held = page.post(
            "/bookings/reserve", visit | times, Visitor_Token=f"visitor-number-{quarter}-{start:%H%M}"
        )
        assert held.status_code == (201 if free else 409), held.content
        if free:
            break  # the search was made before
