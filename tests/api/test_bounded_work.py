"""What one search may cost: refused in words before it is done, and what is dear goes one at a time."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import in_flight
from bookings.availability import allowance, free_times, search
from bookings.availability.chosen_ends import Room
from bookings.models import Calendar, Event, WeeklyHours
from bookings.views.choose.months import neighbour
from tests.api.conftest import Door
from tests.situations import (
    HOUR,
    a_booking,
    a_project,
    a_resource,
    a_server_key,
    a_session,
    a_widget_key,
    at,
)

ALWAYS = [{"allow_hours": {"start": 0, "end": 24}}]
DENSE = {
    "to": "6 months",
    "length": "1 minute",
    "timeslot_increments": "1 minute",
    "constraints": ALWAYS,
}
SEARCHES = ["/availability", "/availability/dates", "/availability/count", "/unavailable/slots"]


@pytest.fixture
def six(db):
    return [a_resource() for _number in range(6)]


@pytest.fixture
def page(client, db) -> Door:
    return Door(client=client, key=a_widget_key()[1])


@pytest.fixture
def server(client, db) -> Door:
    return Door(client=client, key=a_server_key()[1])


def named(resources) -> dict:
    return {"resources": [str(one.pk) for one in resources]}


@pytest.fixture
def nothing_made(monkeypatch) -> None:
    """Whoever makes a slot is caught: what is refused is refused before."""

    def made(*_args):
        raise AssertionError("slots were made")

    monkeypatch.setattr(search, "raw_slots", made)


@pytest.mark.parametrize("mode", ["roundrobin_random", "exclusive", "mutual"])
def test_more_than_a_page_may_be_answered_is_refused_before_it_is_made(page, six, mode, nothing_made):
    answer = page.post("/availability", named(six) | DENSE | {"mode": mode})
    assert answer.status_code == 422
    (sentence,) = answer.json()["errors"]["to"]
    assert "at most" in sentence


def test_the_refusal_names_the_bound(page, six, settings):
    settings.SEARCH_STARTS_PUBLIC = 0
    settings.ANSWER_KILOBYTES_PUBLIC = 700
    (sentence,) = page.post("/availability", named(six) | DENSE).json()["errors"]["to"]
    assert "at most 700 kB" in sentence


def test_a_server_key_is_bounded_too_and_may_more(server, page, six):
    week = named(six) | DENSE | {"to": "12 days"}
    assert page.post("/availability", week).status_code == 422
    assert server.post("/availability", week).status_code == 200
    assert server.post("/availability", named(six) | DENSE).status_code == 422


@pytest.mark.parametrize("path", ["/availability", "/availability?include=terms"])
def test_an_answer_weighs_about_what_was_estimated(server, six, settings, path):
    """So that the bound that is named is the one that holds."""
    project = a_project(*six)
    project.options.update(price=18, currency="EUR")
    for mode in ("roundrobin_random", "exclusive", "mutual"):
        asked = {"project_id": str(project.pk), "to": "5 days", "mode": mode}
        size = len(server.post(path, asked).content) / 1000
        settings.ANSWER_KILOBYTES_PER_KEY = int(size * 0.9)
        assert server.post(path, asked).status_code == 422
        settings.ANSWER_KILOBYTES_PER_KEY = int(size * 1.1) + 1
        assert server.post(path, asked).status_code == 200
        settings.ANSWER_KILOBYTES_PER_KEY = 10_000


@pytest.mark.parametrize("path", SEARCHES)
def test_the_days_of_a_search_are_bounded_before_rows_are_read(page, six, path, settings, monkeypatch):
    monkeypatch.setattr(search, "load_busy", lambda *_args, **_rest: pytest.fail("rows were read"))
    settings.SEARCH_DAYS_PUBLIC = 100
    answer = page.post(path, named(six) | {"to": "4 weeks"})
    assert answer.status_code == 422
    assert "at most 100 are searched" in answer.json()["errors"]["to"][0]


def test_rules_in_the_request_count_as_work(page, six, settings):
    settings.SEARCH_DAYS_PUBLIC = 1000
    few = named(six) | {"to": "4 weeks"}
    assert page.post("/availability/count", few).status_code == 200
    rules = [{"block_day": {"day": "Monday"}}] * 500
    assert page.post("/availability/count", few | {"constraints": rules}).status_code == 422


def open_on_six_days(resources) -> None:
    WeeklyHours.objects.bulk_create(
        WeeklyHours(resource=one, weekday=day, opens="08:00", closes="18:00")
        for one in resources
        for day in range(6)
    )


def test_what_the_widget_asks_for_ten_resources_over_half_a_year_is_answered(client, db):
    ten = [a_resource(name=f"Katharina Musterfrau the {number}th") for number in range(10)]
    open_on_six_days(ten)
    project = a_project(*ten, availability={"to": "6 months", "timeslot_increments": "15 minutes"})
    page = Door(client=client, key=a_widget_key(project)[1])
    asked = {
        "project_id": str(project.pk),
        "output_timezone": "America/New_York",
        "mode": "roundrobin_random",
    }
    asked |= named(ten) | {"length": "1 hour"}
    answer = page.post("/availability", asked)
    assert answer.status_code == 200
    assert len(answer.content) < 2_000_000


@pytest.fixture
def shut():
    """Somebody else's dear search is being done."""
    opens = [gate.enter() for gate in (allowance.PUBLIC_GATE,)]
    yield
    for leave in opens:
        leave()


def test_a_dear_search_that_meets_another_is_told_to_come_again(page, server, six, settings, shut):
    settings.DEAR_SEARCH_MILLISECONDS = 1
    month = named(six) | {"to": "4 weeks"}
    answer = page.post("/availability", month)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert server.post("/availability", month).status_code == 200, "server keys have a turn of their own"


def test_what_was_dear_before_is_refused_again_before_a_row_is_read(page, six, settings, shut):
    settings.DEAR_SEARCH_MILLISECONDS = 1
    month = named(six) | {"to": "4 weeks"}
    page.post("/availability", month)
    with CaptureQueriesContext(connection) as asked:
        answer = page.post("/availability", month)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert not [one for one in asked if "bookings_resource" in one["sql"]]


def test_what_was_dear_before_is_answered_once_the_gate_is_open(page, six, settings):
    settings.DEAR_SEARCH_MILLISECONDS = 1
    month = named(six) | {"to": "4 weeks"}
    leave = allowance.PUBLIC_GATE.enter()
    refused = page.post("/availability", month)
    leave()
    assert (refused.status_code, page.post("/availability", month).status_code) == (429, 200)


def test_a_gate_remembers_no_more_than_a_thousand_searches(shut_gate):
    for asked in range(allowance.REMEMBERED + 1):
        with pytest.raises(allowance.GateShut):
            shut_gate.enter(asked)
    assert shut_gate.is_shut_for(allowance.REMEMBERED)
    assert not shut_gate.is_shut_for(0)


@pytest.fixture
def shut_gate():
    gate = allowance.Gate()
    gate.enter()
    return gate


@pytest.fixture
def another_request():
    """A request that is being answered in another thread."""
    begun, done = threading.Event(), threading.Event()

    def view(_request):
        begun.set()
        done.wait()

    thread = threading.Thread(target=in_flight.count(view), args=[RequestFactory().get("/")])
    thread.start()
    begun.wait()
    yield done
    done.set()
    thread.join()


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """Each short wait of a search for other requests; none really waits."""
    found: list[float] = []
    monkeypatch.setattr("bookings.in_flight.time.sleep", found.append)
    return found


def test_a_dear_search_gives_way_to_a_request_that_comes_meanwhile(
    page, six, settings, another_request, waits
):
    settings.DEAR_SEARCH_MILLISECONDS = 1
    assert page.post("/availability", named(six) | {"to": "4 weeks"}).status_code == 200
    assert waits


def test_a_dear_search_waits_for_nobody_where_it_is_alone(page, six, settings, waits):
    settings.DEAR_SEARCH_MILLISECONDS = 1
    assert page.post("/availability", named(six) | {"to": "4 weeks"}).status_code == 200
    assert not waits


def test_an_ordinary_search_waits_for_nobody(page, six, another_request, waits):
    assert page.post("/availability", named(six) | {"to": "4 weeks"}).status_code == 200
    assert not waits


def test_what_gives_way_goes_on_once_the_other_request_is_answered(another_request):
    long = 10_000.0
    working = threading.Thread(
        target=in_flight.count(lambda _request: in_flight.wait_for_others(long)),
        args=[RequestFactory().get("/")],
    )
    working.start()
    working.join(timeout=0.05)
    assert working.is_alive()
    another_request.set()
    working.join(timeout=10)
    assert not working.is_alive()


def test_ordinary_calls_never_meet_the_gate(page, client, six, shut):
    project = a_project(*six, availability={"timeslot_increments": "15 minutes"})
    assert page.post("/availability", named(six) | {"to": "4 weeks"}).status_code == 200
    assert client.get(f"/book/{project.slug}/").status_code == 200


@pytest.fixture
def ten(db):
    """A project of ten resources that are open day and night, a time beginning every quarter of an hour."""
    everybody = [a_resource(name=f"Katharina Musterfrau the {number}th") for number in range(10)]
    return a_project(*everybody, availability={"timeslot_increments": "15 minutes"})


@pytest.fixture
def estimated(monkeypatch) -> list[float]:
    """What each call was estimated at, in milliseconds."""
    found: list[float] = []
    leave = allowance.Allowance.__exit__

    def noted(self, *error):
        found.append(self._cost / 1000)
        return leave(self, *error)

    monkeypatch.setattr(allowance.Allowance, "__exit__", noted)
    return found


def spare(settings) -> float:
    """Ordinary calls stay a quarter below the gate, so that a project a little larger is no other matter."""
    return settings.DEAR_SEARCH_MILLISECONDS * 0.75


def test_every_month_of_a_year_and_the_search_for_the_next_one_stay_below_the_gate(
    client, ten, settings, shut, estimated
):
    url, today = f"/book/{ten.slug}/", timezone.localdate()
    assert client.get(url).status_code == 200
    for ahead in range(12):
        year, number = neighbour(today.year, today.month, ahead)
        asked = {"month": f"{year}-{number:02}"}
        assert client.get(url, asked).status_code == 200
        assert client.get(url, asked | {"seek": "next"}).status_code == 302
    assert len(estimated) == 25
    assert 0 < max(estimated) < spare(settings)


def test_the_search_for_the_next_time_of_a_project_that_is_never_free_stays_below_the_gate(
    client, ten, settings, shut, estimated
):
    """It looks farthest: half a year of which each day is read and judged by rules."""
    never = [{"block_day": {"day": day}} for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")]
    ten.availability_constraints = [*never, {"block_weekends": {}}]
    ten.save()
    answer = client.get(f"/book/{ten.slug}/", {"seek": "next"})
    assert "nothing_free" in answer["Location"]
    assert 0 < max(estimated) < spare(settings)


@pytest.mark.parametrize("mode", ["roundrobin_random", "roundrobin_prioritized", "exclusive", "mutual"])
@pytest.mark.parametrize("path", SEARCHES)
def test_a_month_of_the_published_clients_stays_below_the_gate(
    client, ten, settings, shut, estimated, path, mode
):
    """Both send the project's settings along with its id: `tests/clients` holds the bodies."""
    open_on_six_days(ten.resources.all())
    page = Door(client=client, key=a_widget_key(ten)[1])
    asked = {"project_id": str(ten.pk), "output_timezone": "America/New_York", "mode": mode}
    asked |= {"length": "1 hour", "timeslot_increments": "15 minutes", "from": "1 hour", "to": "1 month"}
    assert page.post(path, asked | named(ten.resources.all())).status_code == 200
    assert 0 < max(estimated) < spare(settings)


@pytest.fixture
def many(six, settings):
    """A project of which any search is dear."""
    settings.DEAR_SEARCH_MILLISECONDS = 1
    return a_project(*six, *[a_resource() for _more in range(60)])


def test_a_page_that_is_dear_waits_for_nobody_either(client, many, shut):
    answer = client.get(f"/book/{many.slug}/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")


def test_a_link_to_a_time_of_a_dear_project_waits_for_nobody_either(client, many, shut):
    answer = client.get(f"/book/{many.slug}/", {"start": at(10).isoformat()})
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")


def test_until_when_times_are_free_is_found_while_the_gate_is_shut(client, many, monkeypatch):
    many.availability = {"customer_chooses_end": True, "max_length": "3 hours"}
    many.save()
    shut = []

    def counted(*asked, **bounds):
        shut.append(allowance.PUBLIC_GATE._lock.locked())
        return Room(*asked, **bounds)

    monkeypatch.setattr(free_times, "Room", counted)
    assert client.get(f"/book/{many.slug}/").status_code == 200
    assert shut == [True]


def test_answers_are_kept_where_the_nearest_times_cannot_be_looked_for(client, many, shut):
    gone = {"start": at(10).replace(minute=7).isoformat(), "book": "1", "name": "Marty McFly"}
    answer = client.post(f"/book/{many.slug}/form/", gone)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="Marty McFly"' in page
    assert "Nothing is free" not in page


def test_the_gate_is_open_again_after_an_answer_and_after_a_refusal(page, six, settings):
    settings.DEAR_SEARCH_MILLISECONDS = 1
    for body in (named(six) | {"to": "4 weeks"}, named(six) | DENSE):
        page.post("/availability", body)
        allowance.PUBLIC_GATE.enter()()


def test_one_goes_through_the_gate_at_a_time():
    gate, found = allowance.Gate(), []
    leave = gate.enter()

    def come() -> None:
        try:
            gate.enter()
        except allowance.GateShut:
            found.append("shut")

    other = threading.Thread(target=come)
    other.start()
    other.join()
    leave()
    assert found == ["shut"]
    gate.enter()()


def test_the_bounds_can_be_switched_off(page, six, settings):
    settings.SEARCH_DAYS_PUBLIC = settings.SEARCH_STARTS_PUBLIC = settings.ANSWER_KILOBYTES_PUBLIC = 0
    assert page.post("/availability/count", named(six) | DENSE).status_code == 200


WITH_EVENTS = [
    "/calendars?include=events",
    "/calendars/{calendar}?include=events",
    "/resources?include=calendars.events",
    "/resources/{resource}?include=calendars.events",
    "/projects?include=resources.calendars.events",
    "/bookings?include=calendar.events",
    "/bookings?include=resource.calendars.events",
    "/bookings/{booking}?include=user.calendars.events",
]


@pytest.fixture
def calendar(server):
    """A resource with three events of a thousand letters each, and two bookings, in one calendar."""
    resource = a_resource()
    a_project(resource)
    bookings = [a_booking(resource, at(10 + number), calendar=resource.calendars.get()) for number in (0, 1)]
    for day in range(3):
        start = at(10, days=day + 1)
        event = {"resource_id": str(resource.pk), "what": "Away", "description": "x" * 1000}
        server.made("/events", event | {"start": start.isoformat(), "end": (start + HOUR).isoformat()})
    return {"resource": resource.pk, "booking": bookings[0].pk, "calendar": resource.calendars.get().pk}


@pytest.mark.parametrize("path", WITH_EVENTS)
def test_more_events_than_an_answer_may_include_are_refused_before_they_are_read(
    server, calendar, settings, path, monkeypatch
):
    settings.INCLUDED_EVENTS = 6
    assert server.get(path.format(**calendar)).status_code == 200
    settings.INCLUDED_EVENTS = 2
    monkeypatch.setattr(Event, "from_db", lambda *_args: pytest.fail("read"))
    answer = server.get(path.format(**calendar))
    assert answer.status_code == 422
    (sentence,) = answer.json()["errors"]["include"]
    assert "There are 3 events in it, and at most 2" in sentence
    assert "GET /events" in sentence


@pytest.mark.parametrize("path", WITH_EVENTS)
def test_events_of_more_bytes_than_an_answer_may_have_are_refused(server, calendar, settings, path):
    settings.ANSWER_KILOBYTES_PER_KEY = 3
    answer = server.get(path.format(**calendar))
    assert answer.status_code == 422
    assert "kB" in answer.json()["errors"]["include"][0]


def test_events_that_several_bookings_share_count_as_often_as_they_are_told(server, calendar, settings):
    settings.INCLUDED_EVENTS = 5
    answer = server.get("/bookings?include=calendar.events")
    assert "There are 6 events in it" in answer.json()["errors"]["include"][0]
    assert server.get("/bookings?include=calendar.events&limit=1").status_code == 200


def test_what_was_done_is_answered_however_many_events_it_includes(server, calendar, settings):
    settings.INCLUDED_EVENTS = 1
    path = f"/bookings/{calendar['booking']}/cancel?include=calendar.events"
    answer = server.put(path)
    assert answer.status_code == 200
    assert len(answer.json()["data"]["calendar"]["events"]) == 3


ALL_EVENTS = (
    "include=user.calendars.events,calendar.events,project.resources.calendars,owner_booking.calendar.events"
)


def test_a_page_is_told_no_event_so_that_none_is_read_or_counted(page, server, calendar, settings):
    settings.INCLUDED_EVENTS = 1
    a_session(Calendar.objects.get().resource, timezone.now() + timedelta(days=3), seats=2)
    with CaptureQueriesContext(connection) as asked:
        assert page.get(f"/bookings/groups?{ALL_EVENTS}").json()["data"]
        cancelled = page.put(f"/bookings/{calendar['booking']}/cancel_by_customer?{ALL_EVENTS}")
    assert cancelled.json()["data"]["calendar"] is None
    told = {
        table
        for table in ("bookings_event", "bookings_calendar")
        for one in asked
        if f'FROM "{table}"' in one["sql"]
    }
    assert not told
    assert server.get(f"/bookings/groups?{ALL_EVENTS}").status_code == 422
