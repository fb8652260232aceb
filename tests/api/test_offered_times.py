"""A widget key books a project's time only as its slots are offered, and is offered nothing else."""

import re
from datetime import datetime, time, timedelta
from html import unescape

import pytest
from django.test import Client

from bookings.graphs.flow import Flow
from bookings.models import (
    Booking,
    DatedHours,
    Option,
    OptionResource,
    Project,
    ProjectResource,
    Resource,
    WeeklyHours,
)
from tests.api.conftest import MARTY, queries
from tests.situations import HOUR, a_booking, a_resource, at, own_terms

pytestmark = pytest.mark.django_db
DAY = {"from": at(0).isoformat(), "to": at(0, days=1).isoformat()}


@pytest.fixture
def visit(consultation, doc):
    """A visit that names no time yet, to Doc who is open from 9:30 to 13 (UTC)."""
    Resource.objects.filter(pk=doc).update(timezone="UTC")
    WeeklyHours.objects.create(resource_id=doc, weekday=0, opens=time(9, 30), closes=time(13))
    return {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY}


def when(start, length=HOUR):
    return {"start": start.isoformat(), "end": (start + length).isoformat()}


def searched(door, visit, **more):
    """Start and length in minutes of every slot of the day."""
    answer = door.post("/availability", {"project_id": visit["project_id"]} | DAY | more)
    assert answer.status_code == 200, answer.content
    return [f"{slot['start'][11:16]}-{slot['end'][11:16]}" for slot in answer.json()["data"]]


@pytest.mark.parametrize("path", ["/bookings", "/bookings/reserve"])
def test_a_page_books_and_holds_only_what_is_offered(widget, server, visit, path):
    for wrong in (when(at(10, 7)), when(at(10)), when(at(9, 30), HOUR / 2), when(at(9, 30), 2 * HOUR)):
        refusal = widget.post(path, visit | wrong)
        assert (refusal.status_code, refusal.json()["code"]) == (409, "outside_hours")
        assert list(refusal.json()["errors"]) == ["start"]
    assert widget.post(path, visit | when(at(10, 30))).status_code == 201
    assert server.post(path, visit | when(at(11, 37), HOUR / 4)).status_code == 201


def test_a_page_moves_a_booking_only_to_what_is_offered(widget, visit):
    booking = widget.made("/bookings", visit | when(at(9, 30)))
    move = {"resource_id": visit["resource_id"]}
    path = f"/bookings/{booking['id']}/reschedule"
    assert widget.post(path, move | when(at(11))).json()["code"] == "outside_hours"
    assert widget.post(path, move | when(at(11, 30))).status_code == 201


def test_a_pages_search_of_a_project_keeps_the_projects_slots(widget, server, visit, consultation):
    usual = ["09:30-10:30", "10:30-11:30", "11:30-12:30"]
    sent = {"length": "30 minutes", "timeslot_increments": "15 minutes", "round_to_nearest_hour": True}
    assert searched(widget, visit, **sent) == searched(widget, visit) == usual
    assert len(searched(server, visit, **sent)) == 11
    Option.objects.create(project=consultation, label="Long", length=3 * HOUR, position=2)
    assert searched(widget, visit, length="180 minutes") == ["09:30-12:30"]


def test_a_pages_search_that_cannot_be_read_is_refused_all_the_same(widget, visit):
    wrong = {"project_id": visit["project_id"], "length": "long", "timeslot_increments": "1 second"}
    answer = widget.post("/availability", wrong)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"length", "timeslot_increments"})


def test_a_length_that_the_widget_sends_back_does_not_hide_a_resources_own(widget, visit, consultation):
    own_terms(consultation, length=timedelta(minutes=90))
    told = widget.read(f"/projects/embed/{consultation.pk}")["availability"]
    assert told["length"] == "60 minutes"
    assert searched(widget, visit, **told) == ["09:30-11:00", "11:00-12:30"]
    assert widget.post("/bookings", visit | when(at(11), timedelta(minutes=90))).status_code == 201


def test_a_pages_buffer_may_be_larger_than_the_projects_and_not_smaller(widget, visit, consultation):
    Project.objects.filter(pk=consultation.pk).update(availability={"buffer": "30 minutes"})
    widget.made("/bookings", visit | when(at(9, 30)))
    assert searched(widget, visit, buffer="0 minutes") == ["11:30-12:30"]
    answer = widget.post("/availability", {"project_id": visit["project_id"], "buffer": "2 hours"} | DAY)
    assert answer.json() == {"data": []}


def test_a_pages_constraints_take_slots_away_and_shift_none(widget, server, visit):
    early = [{"block_hours": {"start": "09:30", "end": "09:50"}}]
    assert searched(widget, visit, constraints=early) == ["10:30-11:30", "11:30-12:30"]
    assert searched(server, visit, constraints=early)[0] == "09:50-10:50"
    assert widget.post("/bookings", visit | when(at(10, 30))).status_code == 201


def test_without_a_project_a_page_settles_the_slots_itself(widget, visit):
    texts = {"what": "Meeting", "where": "TBD", "description": "Name: Marty", "graph": "instant"}
    asked = {"resources": [visit["resource_id"]], "length": "45 minutes", "timeslot_increments": "5 minutes"}
    found = widget.post("/availability", asked | DAY).json()["data"][1]
    assert found["start"][11:16] == "09:35"
    times = {"start": found["start"], "end": found["end"]}
    alone = {"resource_id": visit["resource_id"], "customer": MARTY}
    assert widget.post("/bookings", alone | texts | times).status_code == 201


def test_other_times_for_a_length_that_a_booking_keeps_begin_as_slots_do(widget, server, visit):
    booking = server.made("/bookings", visit | when(at(9, 33), timedelta(minutes=45)))
    server.made("/bookings", visit | when(at(10, 30)))
    move = {"resource_id": visit["resource_id"]} | when(at(10, 30), timedelta(minutes=45))
    refusal = widget.post(f"/bookings/{booking['id']}/reschedule", move).json()
    assert refusal["code"] == "slot_taken"
    first = refusal["alternatives"][0]
    assert (first["start"][11:16], first["end"][11:16]) == ("09:30", "10:15")
    times = {"start": first["start"], "end": first["end"]}
    assert widget.post(f"/bookings/{booking['id']}/reschedule", move | times).status_code == 201


def test_a_pages_booking_takes_five_statements_more_than_a_servers(widget, server, visit, settings):
    settings.REQUESTS_A_MINUTE_PER_KEY = settings.REQUESTS_A_MINUTE_PER_ADDRESS = 0
    Flow.published("instant")

    def statements(door, path, hour):
        door.made(path, visit | when(at(hour, 30)))
        return queries(lambda: door.made(path, visit | when(at(hour + 1, 30))))

    # one for the hours, two for who does the option and how, two for how often its address booked
    assert statements(widget, "/bookings", 9) - statements(server, "/bookings", 13) == 5


def refused(door, wish, path="/bookings"):
    """The other times of a refusal because the time is taken."""
    answer = door.post(f"{path}?include=alternatives", wish, Timekit_Timezone="Europe/Berlin")
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    return answer.json()["alternatives"]


def booked_by(url):
    """The booking that comes of the link when a customer sends the form which it opens."""
    page = Client().get(url.removeprefix("http://testserver"))
    form = re.search(r'<form class="form" id="details".*?</form>', page.content.decode(), re.DOTALL)[0]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    answers = {name: unescape(value) for name, value in hidden} | {"name": "Marty", "email": MARTY["email"]}
    assert Client().post(re.search(r'action="([^"]+)"', form)[1], answers).status_code == 302
    return Booking.objects.latest("created_at")


@pytest.mark.parametrize("door", ["widget", "server"])
@pytest.mark.parametrize("path", ["/bookings", "/bookings/reserve"])
def test_the_url_of_another_time_opens_the_form_that_books_it(
    request, server, visit, consultation, door, path
):
    clara = a_resource(name="Clara", slug="clara")
    ProjectResource.objects.create(project=consultation, resource=clara, position=1)
    option = Option.objects.get(project=consultation)
    server.made("/bookings", visit | when(at(10, 30)))
    other = refused(request.getfixturevalue(door), visit | when(at(10, 30)), path)[-1]
    assert "%2B0" in other["url"]  # as it is told: in the zone asked for
    booking = booked_by(other["url"])
    assert booking.start == datetime.fromisoformat(other["start"])
    assert booking.end == datetime.fromisoformat(other["end"])
    assert (booking.option, str(booking.resource_id)) == (option, visit["resource_id"])


def test_the_url_names_a_resource_that_is_free_and_an_end_that_the_customer_chose(
    server, visit, consultation
):
    clara = a_resource(name="Clara", slug="clara")
    ProjectResource.objects.create(project=consultation, resource=clara, position=1)
    availability = {"customer_chooses_end": True, "max_length": "3 hours"}
    Project.objects.filter(pk=consultation.pk).update(availability=availability)
    DatedHours.objects.create(
        resource_id=visit["resource_id"], first=at(0).date(), last=at(0, days=20).date()
    )
    a_booking(Resource.objects.get(pk=visit["resource_id"]), at(9, 30))
    other = refused(server, visit | when(at(9, 30), 2 * HOUR))[0]
    booking = booked_by(other["url"])
    assert (booking.resource, booking.length) == (clara, 2 * HOUR)
    assert booking.start == datetime.fromisoformat(other["start"])


def test_other_times_for_a_page_are_of_those_with_whom_they_last_so_long(widget, server, visit, consultation):
    """Doc has no other; Clara's last three quarters of an hour and half hours more, those of Jules as long as his."""
    clara, jules = a_resource(name="Clara", slug="clara"), a_resource(name="Jules", slug="jules")
    for position, resource in enumerate((clara, jules), 1):
        ProjectResource.objects.create(project=consultation, resource=resource, position=position)
    own_terms(consultation, clara, length=timedelta(minutes=45))
    availability = {"customer_chooses_end": True, "timeslot_increments": "30 minutes"}
    Project.objects.filter(pk=consultation.pk).update(availability=availability)
    a_booking(Resource.objects.get(pk=visit["resource_id"]), at(9, 30), 3 * HOUR)
    wish = visit | when(at(9, 30), 1.5 * HOUR)

    def names(door):
        return {one["name"] for other in refused(door, wish) for one in other["resources"]}

    assert names(server) == {"Clara", "Jules"}
    assert names(widget) == {"Jules"}
    other = refused(widget, wish)[0]
    times = {"start": other["start"], "end": other["end"]}
    assert widget.post("/bookings", wish | times | {"resource_id": str(jules.pk)}).status_code == 201


def test_other_times_are_of_those_who_do_the_option(server, visit, consultation):
    clara, jules = a_resource(name="Clara", slug="clara"), a_resource(name="Jules", slug="jules")
    for position, resource in enumerate((clara, jules), 1):
        ProjectResource.objects.create(project=consultation, resource=resource, position=position)
    colour = Option.objects.create(project=consultation, label="Colour", length=HOUR, position=2)
    link = consultation.links.get(resource=clara)
    OptionResource.objects.create(option=colour, link=link, offered=False)
    DatedHours.objects.create(
        resource_id=visit["resource_id"], first=at(0).date(), last=at(0, days=20).date()
    )
    a_booking(Resource.objects.get(pk=visit["resource_id"]), at(9, 30))
    others = refused(server, visit | when(at(9, 30)) | {"option_id": str(colour.pk)})
    assert {one["name"] for other in others for one in other["resources"]} == {"Jules"}


def test_no_url_leads_to_what_the_form_would_not_book(server, visit, consultation):
    server.made("/bookings", visit | when(at(10, 30)))
    wish = visit | when(at(10, 30))
    assert all("url" in one for one in refused(server, wish))
    of_another_length = visit | when(at(10, 30), HOUR / 2)
    alone = {name: value for name, value in wish.items() if name != "project_id"}
    texts = {"graph": "instant", "what": "Visit", "where": "Garage", "description": "Bring plutonium"}
    for other in (of_another_length, alone | texts):
        assert not any("url" in one for one in refused(server, other))
    for closed in ({"visibility": "staff"}, {"booking": {"graph": "instant_payment"}}):
        Project.objects.filter(pk=consultation.pk).update(**{"visibility": "public"} | closed)
        assert not any("url" in one for one in refused(server, wish | {"graph": "instant"} | texts)), closed


def test_who_moves_a_booking_is_led_to_no_form_that_books_another(server, visit):
    booking = server.made("/bookings", visit | when(at(9, 30)))
    server.made("/bookings", visit | when(at(10, 30)))
    others = refused(server, when(at(10, 30)), f"/bookings/{booking['id']}/reschedule")
    assert others
    assert not any("url" in one for one in others)
