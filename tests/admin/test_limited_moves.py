"""Who books for some resources alone moves nobody else's time along, and closes nothing but theirs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.lifecycle import book
from bookings.models import Booking, DatedHours
from bookings.staff_limits import OF_OTHERS
from tests.admin.conftest import text_of, values_of
from tests.admin.test_limited_staff import a_limited_world
from tests.situations import HOUR, SERVER, a_draft, a_project, a_resource, marty

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_limited_world()


def a_visit(world, companion, graph="instant"):
    project = a_project(world.own, companion, name="Both", availability={"mode": "mutual"})
    draft = a_draft(world.own, world.mine.start + 12 * HOUR, project=project, option=project.options.get())
    return book(draft, graph=graph, by=SERVER, customer=marty(), companions=[companion])


def page(name, booking):
    return reverse(f"admin:bookings_booking_{name}", args=[booking.pk])


def later(booking):
    there = booking.start + 3 * HOUR
    return {"day": f"{there:%Y-%m-%d}", "clock": f"{there:%H:%M}", "confirmed": "on"}


def test_a_booking_with_somebody_else_s_time_is_not_moved(world):
    visit = a_visit(world, world.other)
    answer = world.client.post(page("move", visit), later(visit), follow=True)
    assert str(OF_OTHERS) in text_of(answer)
    assert not Booking.objects.filter(continues=visit).exists()


def test_one_of_their_own_is(world):
    form = values_of(world.client.get(page("move", world.mine)))
    world.client.post(page("move", world.mine), form | later(world.mine))
    assert Booking.objects.filter(continues=world.mine).exists()


def test_nor_is_it_dragged(world):
    visit = a_visit(world, world.other)
    sent = {"resource": str(world.own.pk), "zone": "UTC", "go": "on"}
    answer = world.client.post(page("drag", visit), sent | later(visit))
    assert (answer.status_code, answer.json()["refused"]) == (409, [str(OF_OTHERS)])
    assert not Booking.objects.filter(continues=visit).exists()


def test_nor_moved_out_of_the_way(world):
    visit = a_visit(world, world.other)
    url = reverse("admin:bookings_booking_take_time")
    when = {"who": [str(world.own.pk)], "first": f"{visit.start:%Y-%m-%d}", "last": f"{visit.start:%Y-%m-%d}"}
    ways = {f"of-{visit.pk}-way": "time", f"of-{visit.pk}-day": f"{visit.start + timedelta(days=3):%Y-%m-%d}"}
    world.client.post(url, {**when, **ways, f"of-{visit.pk}-clock": "10:00", "sure": "1"})
    assert not Booking.objects.filter(continues=visit).exists()


@pytest.mark.parametrize("door", ["act", "press"])
def test_a_request_that_would_begin_to_take_it_is_not_confirmed(world, door):
    visit = a_visit(world, world.other, "confirm_decline")
    assert not visit.state.occupies
    waiting = world.client.get(reverse("admin:bookings_booking_waiting")).content.decode()
    assert (waiting.count('value="confirm"'), waiting.count('value="decline"')) == (
        1,
        2,
    )  # of another, and of this
    assert "/act/confirm/" not in world.client.get(page("change", visit)).content.decode()
    more = ["confirm"] if door == "act" else []
    url = reverse(f"admin:bookings_booking_{door}", args=[visit.pk, *more])
    answer = world.client.post(url, {"action": "confirm"}, follow=True)
    assert str(OF_OTHERS) in text_of(answer)
    visit.refresh_from_db()
    assert visit.state.name == "tentative"
    assert world.client.post(page("press", visit), {"action": "decline"}).status_code == 302
    visit.refresh_from_db()
    assert visit.state.name == "declined"


def test_they_close_nobody_else_s_time(world):
    url = reverse("admin:bookings_booking_take_time")
    assert "everybody" not in text_of(world.client.get(url))
    world.client.post(url, {"who": ["everybody"], "first": "2033-07-14", "sure": "1"})
    assert not DatedHours.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "day=9999-12-31",
        "day=0001-01-01",
        "resource={}&zone=UTC&start=2033-13-45T10:00",
        "resource={}&zone=Asia/Tokyo&start=0001-01-01T00:00",
        "resource={}&zone=America/New_York&start=9999-12-31T23:59",
    ],
)
def test_a_new_booking_begins_today_where_a_link_names_no_day(admin_client, query):
    doc = a_resource(timezone="Europe/Berlin")
    a_project(doc)
    answer = admin_client.get(reverse("admin:bookings_booking_new") + "?" + query.format(doc.pk))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"take": "2033-13-45T10:00+00:00"},
        {"take": "9999-12-31T23:00+00:00"},
        {"look": "1", "day": "9999-12-31"},
        {"day": "9999-12-31"},
    ],
)
def test_a_new_booking_of_no_day_is_asked_for_again(admin_client, sent):
    doc = a_resource(timezone="Europe/Berlin")
    project = a_project(doc)
    url = reverse("admin:bookings_booking_new") + f"?project={project.pk}"
    form = values_of(admin_client.get(url))
    usual = {"customer-name": "Marty", "day": "2033-03-14", "clock": "10:00", "resource": str(doc.pk)}
    assert admin_client.post(url, form | usual | sent).status_code == 200
    assert not Booking.objects.exists()


def test_their_page_of_a_booking_names_nobody_else_who_is_booked(world):
    visit = a_visit(world, world.other)
    shown = text_of(world.client.get(page("change", visit)))
    assert world.other.name not in shown
    assert page("move", visit) not in shown
    assert page("move", world.mine) in text_of(world.client.get(page("change", world.mine)))
