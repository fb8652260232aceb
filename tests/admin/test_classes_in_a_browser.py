"""Classes and series in a browser: how often staff press, on a phone, in both schemes, read by a machine."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking, Resource, Series, Site
from tests.admin import test_taking_time_in_a_browser as taking_time
from tests.admin.big_desk import ALIKE
from tests.faults import faults_on_screens
from tests.lifecycle.test_series import a_series
from tests.situations import a_booking, a_project, a_resource, a_seat, a_session, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
at_the_desk = taking_time.at_the_desk
CLASSES = reverse("admin:bookings_booking_classes") + "?from=2033-03-14"


def the_next_thursday():
    """Its midnight, on the clocks of the busy desk."""
    now = timezone.now().astimezone(ZoneInfo(Site.current().timezone))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=(3 - now.weekday()) % 7 or 7)


def books_eight_thursdays_for_one_client(desk):
    """The first of three who are called alike, with whom two dates cannot be had."""
    known = Booking.objects.get(customer__name=ALIKE[0], reference__startswith="WEEK")
    first = the_next_thursday() + timedelta(hours=15)
    for week in (2, 5):
        a_booking(known.resource, first + timedelta(weeks=week), project=known.project)
    desk.begin()
    desk.press("link", "New booking")
    desk.type("Who was here before", "wieczo")
    expect(desk.page.locator("#people li")).to_have_count(len(ALIKE))
    desk.press("link", ALIKE[0])
    desk.press("link", "Repeat")
    desk.fill("First time", f"{first:%Y-%m-%dT%H:%M}")
    desk.fill("How many times", "8")
    desk.press("button", "Book")
    clashes = desk.page.locator(".dates .is-no")
    expect(clashes).to_have_count(2)
    expect(clashes.first).to_contain_text("This time is taken.")
    assert not Series.objects.exists()
    desk.press("button", "Book")
    expect(desk.page.locator(".messagelist")).to_contain_text("8 dates are booked.")
    assert desk.count <= 8
    made = Booking.objects.of_series(Series.objects.get().pk)
    assert {str(one.customer) for one in made} == {ALIKE[0]}
    moved = {number for number, one in enumerate(made) if one.start != first + timedelta(weeks=number)}
    assert moved == {2, 5}


def makes_a_class_and_then_ten_mondays_of_it(desk):
    for name in ("Drawing", "Painting"):
        a_project(Resource.objects.get(name="Room 6"), graph="group_customer", name=name)
    monday = the_next_thursday() + timedelta(days=4, hours=18)

    def fill_in(first):
        desk.begin()
        desk.press("link", "Classes")
        desk.choose("Project", "Drawing")
        desk.choose("Resource", "Room 6")
        desk.fill("Seats", "8")
        desk.fill("First time", f"{first:%Y-%m-%dT%H:%M}")

    fill_in(monday)
    desk.press("button", "Make the class")
    expect(desk.page.get_by_role("link", name="Drawing, 18:00")).to_be_visible()
    once = desk.count
    assert once <= 8
    fill_in(monday + timedelta(weeks=1))
    desk.fill("How many times", "10")
    desk.press("button", "Make the class")
    expect(desk.page.locator(".messagelist")).to_contain_text("10 dates")
    assert desk.count <= once + 2
    assert Booking.objects.filter(max_seats=8).count() == 11


def ticks_off_who_comes_tonight(desk):
    room = Resource.objects.get(name="Room 5")
    session = a_session(room, timezone.now() - timedelta(minutes=1), seats=6, what="Figure drawing")
    seats = [a_seat(session) for _number in range(3)]
    desk.begin()
    desk.press("link", "Classes")
    desk.press("link", "Figure drawing")
    assert desk.count == 2
    for number, seat in enumerate(seats):
        row = desk.page.locator(f"#b-{seat.reference}")
        desk.press("button", "Did not come" if number else "Arrived", row)
        expect(row.get_by_role("button", name="Undo")).to_be_visible()
    assert desk.count == 2 + len(seats)
    came = Booking.objects.filter(session=session).values_list("attendance", flat=True)
    assert sorted(came) == ["arrived", "no_show", "no_show"]


@pytest.mark.parametrize("role", ["desk", "manager"])
def test_series_and_classes_take_as_few_interactions_as_the_day_allows_on_a_busy_desk(counted, role):
    desk = counted(role)
    books_eight_thursdays_for_one_client(desk)
    makes_a_class_and_then_ten_mondays_of_it(desk)
    ticks_off_who_comes_tonight(desk)


@pytest.mark.looks
def test_the_pages_are_free_of_faults_that_a_machine_can_find(at_the_desk):
    emmett = a_resource(name="Emmett with a rather long name that has to go somewhere")
    project = a_project(emmett, name="Physiotherapy")
    made = a_series(emmett, 3, project=project)
    session = a_session(emmett, at(18), seats=8, what="Figure drawing of nudes in the evening light")
    a_seat(session)
    begun = a_session(emmett, timezone.now() - timedelta(minutes=1), seats=8)
    a_seat(begun)
    desk = at_the_desk("manager", CLASSES, viewport={"width": 375, "height": 800})

    def look():
        before = len(desk.faults)
        found = faults_on_screens(desk.page, [375])
        del desk.faults[before:]  # axe tries styles of its own
        assert found == []

    look()
    host = desk.page.url.partition("/admin/")[0]
    for name, row in (("class", session), ("class", begun), ("series", made[0])):
        desk.page.goto(host + reverse(f"admin:bookings_booking_{name}", args=[row.pk]))
        look()
    desk.page.goto(f"{host}{reverse('admin:bookings_booking_new_series')}?project={project.pk}")
    desk.fill("First time", "2033-03-14T09:00")
    desk.page.get_by_label("Name", exact=True).fill("Anna Novak")
    desk.press("button", "Book")
    expect(desk.page.locator(".dates .is-no").first).to_be_visible()
    look()
