"""How often staff press until time is taken, counted; its pages on a phone, in both schemes, read by a machine."""

import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking, DatedHours, Project, Resource
from tests.admin.conftest import pages_without_faults
from tests.admin.counted import Counted
from tests.faults import faults_on_screens
from tests.situations import HOUR, a_booking, a_project, a_resource, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TAKE = reverse("admin:bookings_booking_take_time")


@pytest.fixture
def at_the_desk(browser, live_server):
    """Opens the desk as a role; the page fails the test by a fault in a script or a breach of the policy."""
    with pages_without_faults(browser, live_server.url) as (open_page, faults):

        def opened(role, path, **options):
            page = open_page(role, **options)
            page.goto(live_server.url + path)
            return Counted(page, live_server.url, faults)

        yield opened


def settles_nine_bookings_of_a_sick_colleague(desk):
    """Six are free to be done by somebody else at the same time, three are at times at which everybody is busy."""
    room, project = Resource.objects.get(name="Room 3"), Project.objects.get(name="Portrait sitting")
    zone = ZoneInfo(room.timezone)
    midnight = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    sick = midnight + timedelta(days=6)
    for hour in (7, 8, 9, 13, 14, 15):
        a_booking(room, sick + hour * HOUR, project=project, option=project.options.get())
    inside = Booking.objects.filter(resource=room, start__range=(sick, sick + timedelta(hours=23)))
    assert inside.count() == 9
    begun = time.process_time()
    desk.begin()
    desk.press("link", "Take time Room 3")
    desk.fill("From the day", f"{sick:%Y-%m-%d}")
    desk.press("button", "Take the time")
    rows = {hour: desk.page.get_by_role("group", name=f"{hour:02}:00–").first for hour in (5, 11, 17)}
    desk.choose("What becomes of it", "Cancel", rows[5])
    desk.choose("What becomes of it", "leave it as it is", rows[11])
    desk.choose("What becomes of it", "another time", rows[17])
    desk.fill("Day", f"{sick + timedelta(days=2):%Y-%m-%d}", rows[17], exact=True)
    desk.fill("Time", "10:00", rows[17], exact=True)
    desk.press("button", "Take the time, and do this")
    expect(desk.page.locator(".report li")).to_have_count(9)
    expect(desk.page.locator(".report .is-no")).to_have_count(0)
    others = Booking.objects.filter(continues__resource=room).exclude(resource=room)
    assert others.count() == 6
    assert Booking.objects.get(continues__resource=room, resource=room).start == sick + timedelta(
        days=2, hours=10
    )
    assert desk.count <= 14
    assert time.process_time() - begun <= 90  # of the server's own time, however busy the machine is


def closes_the_site_over_the_holidays(desk):
    year = timezone.now().year + 1
    desk.begin()
    desk.press("link", "Take time", exact=True)
    desk.tick("Everybody: the site is closed")
    desk.fill("From the day", f"{year}-12-24")
    desk.fill("Until the day", f"{year + 1}-01-02")
    desk.press("button", "Take the time")
    closed = DatedHours.objects.get()
    assert (str(closed.first), str(closed.last)) == (f"{year}-12-24", f"{year + 1}-01-02")
    assert desk.count <= 5


@pytest.mark.parametrize("role", ["desk", "manager"])
def test_time_is_taken_on_a_busy_desk_in_as_few_interactions_as_the_day_allows(counted, role):
    desk = counted(role)
    settles_nine_bookings_of_a_sick_colleague(desk)
    if role == "manager":
        closes_the_site_over_the_holidays(desk)
    else:
        desk.begin(TAKE)
        expect(desk.page.get_by_label("Everybody: the site is closed")).to_have_count(0)


@pytest.mark.looks
def test_the_pages_are_free_of_faults_that_a_machine_can_find(at_the_desk):
    emmett, clara = a_resource(name="Emmett"), a_resource(name="Clara")
    project = a_project(emmett, clara)
    a_booking(emmett, at(9), project=project, option=project.options.get())
    desk = at_the_desk("manager", TAKE, viewport={"width": 375, "height": 800})

    def look():
        before = len(desk.faults)
        found = faults_on_screens(desk.page, [375])
        del desk.faults[before:]  # axe tries styles of its own
        assert found == []

    look()
    desk.tick("Emmett")
    desk.fill("From the day", "2033-03-14")
    desk.press("button", "Take the time")
    expect(desk.page.get_by_role("group", name="Marty McFly")).to_be_visible()
    look()
    desk.press("button", "Take the time, and do this")
    expect(desk.page.locator(".callout--yes")).to_contain_text("Taken")
    look()
