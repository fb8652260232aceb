"""Which calendar a booking stands in, with which guests and which answer, through the customer's page and the desk."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from bookings.calendars.connecting import Choice, choose, settle_calendars
from bookings.calendars.kinds import provider_of
from bookings.models import Booking, Calendar
from tests.admin.conftest import logged_in, text_of, values_of
from tests.calendars.conftest import soon
from tests.calendars.google import Google
from tests.calendars.worlds import connected, let_in, write_all
from tests.situations import a_booking, a_project, a_resource
from tests.views.conftest import Visitor

pytestmark = pytest.mark.django_db
NEW = reverse("admin:bookings_booking_new")
OWNER, JENNIFER = "anna@example.org", "jennifer@example.com"


@pytest.fixture
def anna():
    return a_resource(name="Anna", email=OWNER)


@pytest.fixture
def second(anna, kind, there) -> Calendar:
    """Anna has two calendars that take bookings; this one is not the primary."""
    connection = let_in(anna, kind, there)
    there.has_another("second")
    settle_calendars(connection, provider_of(connection).calendars())
    first, other = connection.calendars.get(primary=True), connection.calendars.get(provider_id="second")
    choose(connection, Choice(frozenset(), frozenset([first.pk, other.pk]), first.pk))
    return other


def a_project_with(anna, **layer):
    asked = {"graph": "instant", "participants": [JENNIFER, OWNER], "my_rsvp": "declined"}
    return a_project(anna, name="Cut", slug="cut", booking=asked | layer)


def on_the_page(project, hour: int = 10) -> Booking:
    visitor = Visitor()
    answer = visitor.send(visitor.hold(project, soon(hour)))
    assert answer.status_code == 302, answer.content
    return Booking.objects.get()


def at_the_desk(project, hour: int = 10, *, desk: Client | None = None, **typed: str):
    """The answer of the desk's page for a new booking."""
    desk = desk or logged_in("desk")
    url = f"{NEW}?project={project.pk}"
    when = {"day": f"{soon(hour):%Y-%m-%d}", "clock": f"{hour}:00", "customer-name": "Marty"}
    return desk.post(url, values_of(desk.get(url)) | when | typed | {"confirmed": "on"})


def check_event(there, *, invite: bool) -> None:
    """It stands as the project says: guests and the owner's answer, as far as the provider knows such things."""
    (event,) = there.has()
    if isinstance(there, Google):
        answers = {one["email"]: one["responseStatus"] for one in event["attendees"]}
        assert answers == {JENNIFER: "needsAction", OWNER: "declined"}
    else:
        guests = {one["emailAddress"]["address"] for one in event["attendees"]}
        assert (JENNIFER in guests) == invite
        assert invite or JENNIFER in event["body"]["content"]
        assert event["showAs"] == "free"
    assert {one.to for one in there.mailed} == ({JENNIFER} if invite else set())


@pytest.mark.parametrize("invite", [True, False])
@pytest.mark.parametrize("door", [on_the_page, at_the_desk])
def test_each_door_writes_guests_and_answer_as_the_project_says(anna, kind, there, door, invite):
    let_in(anna, kind, there)
    door(a_project_with(anna, invite=invite))
    booking = Booking.objects.get()
    assert (booking.invite, booking.my_rsvp) == (invite, "declined")
    assert booking.calendar_id == Calendar.objects.get(resource=anna, primary=True).pk
    write_all()
    check_event(there, invite=invite)


@pytest.mark.parametrize("door", [on_the_page, at_the_desk])
def test_a_calendar_that_the_project_names_takes_what_each_door_books(anna, second, door):
    door(a_project_with(anna, calendar_id=str(second.pk)))
    write_all()
    assert Booking.objects.get().calendar_id == second.pk
    assert [entry.calendar for entry in Booking.objects.get().entries.all()] == [second]


def test_staff_choose_among_the_calendars_that_take_bookings(anna, second):
    project = a_project_with(anna)
    desk = logged_in("desk")
    assert "Anna: second" in text_of(desk.get(f"{NEW}?project={project.pk}"))
    assert at_the_desk(project, desk=desk, calendar=str(second.pk)).status_code == 302
    write_all()
    assert [entry.calendar for entry in Booking.objects.get().entries.all()] == [second]


def test_where_there_is_one_calendar_or_none_nothing_is_asked(anna, kind, there):
    project = a_project_with(anna)
    desk = logged_in("desk")
    for _without_and_with_one in range(2):
        answer = desk.get(f"{NEW}?project={project.pk}")
        assert 'name="calendar"' not in text_of(answer)
        if not anna.connections.exists():
            let_in(anna, kind, there)


def test_a_calendar_of_somebody_else_is_refused_beside_its_field(anna, second):
    ben = a_resource(name="Ben")
    project = a_project(anna, ben, name="Cut", slug="cut", booking={"graph": "instant"})
    desk = logged_in("desk")
    answer = at_the_desk(project, desk=desk, resource=str(ben.pk), calendar=str(second.pk))
    assert "This is no calendar of the resource." in text_of(answer)
    Calendar.objects.filter(pk=second.pk).update(writes=False)
    answer = at_the_desk(project, desk=desk, resource=str(anna.pk), calendar=str(second.pk))
    assert answer.status_code == 200
    assert not Booking.objects.exists()


LEAVES = "for the primary one of that resource"


def test_staff_move_it_to_another_resource_and_its_primary_calendar_as_the_page_says(
    anna, second, there, account
):
    ben = a_resource(name="Ben")
    account.make_calendar("work")
    connected(ben, account, "--primary", "work")
    project = a_project(anna, ben, name="Cut", slug="cut", booking={"graph": "instant"})
    booking = a_booking(anna, soon(10), project=project, calendar=second)
    write_all()
    assert len(there.has("second") if isinstance(there, Google) else there.has()) == 1
    desk, page = logged_in("desk"), reverse("admin:bookings_booking_move", args=[booking.pk])
    answer = desk.get(page)
    assert LEAVES in text_of(answer)
    answer = desk.post(page, values_of(answer) | {"resource": str(ben.pk), "confirmed": "on"})
    assert answer.status_code == 302
    write_all()
    moved = Booking.objects.get(continues=booking)
    assert moved.calendar_id == Calendar.objects.get(resource=ben, primary=True).pk
    assert (len(there.has()), len(account.names("work"))) == (0, 1)


def test_the_move_page_speaks_of_no_calendar_where_none_changes(anna, kind, there):
    ben = a_resource(name="Ben")
    one = a_project(anna, name="One", slug="one", booking={"graph": "instant"})
    both = a_project(anna, ben, name="Cut", slug="cut", booking={"graph": "instant"})
    desk = logged_in("desk")

    def says(booking) -> bool:
        return LEAVES in text_of(desk.get(reverse("admin:bookings_booking_move", args=[booking.pk])))

    alone, of_both = (a_booking(anna, soon(hour), project=p) for hour, p in ((8, one), (10, both)))
    assert (says(alone), says(of_both)) == (False, False)
    let_in(anna, kind, there)
    assert (says(alone), says(of_both)) == (False, True)
