"""How often staff press until time is taken, counted; its pages on a phone, in both schemes, read by a machine."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from bookings.models import Booking, DatedHours, Event
from tests.admin.conftest import logged_in
from tests.situations import HOUR, a_booking, a_project, a_resource, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CALENDAR = reverse("admin:bookings_booking_calendar") + "?day=2033-03-14"
TAKE = reverse("admin:bookings_booking_take_time")


class Counted:
    """A page of the desk, on which each press, field and choice is counted."""

    def __init__(self, page, faults):
        self.page, self.interactions, self.faults = page, 0, faults

    def press(self, name, role="button"):
        self.interactions += 1
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=True).click()

    def tick(self, name):
        self.interactions += 1
        self.page.get_by_label(name, exact=True).check()

    def fill(self, name, value, within=None):
        self.interactions += 1
        (within or self.page).get_by_label(name, exact=True).fill(value)

    def choose(self, way, within):
        self.interactions += 1
        within.get_by_label("What becomes of it").select_option(label=way)


@pytest.fixture
def at_the_desk(browser, live_server):
    """Opens the desk as a role; the page fails the test by a fault in a script or a breach of the policy."""
    contexts, faults = [], []

    def opened(role, path, **options):
        context = browser.new_context(locale="en-GB", **options)
        contexts.append(context)
        session = logged_in(role).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
        )
        page.goto(live_server.url + path)
        return Counted(page, faults)

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def test_an_hour_is_blocked_in_four_interactions(at_the_desk):
    emmett = a_resource(name="Emmett")
    desk = at_the_desk("desk", TAKE)
    desk.tick("Emmett")
    desk.fill("From the time", "14:00")
    desk.fill("Until the time", "15:00")
    desk.press("Take the time")
    expect(desk.page.locator(".callout--yes")).to_contain_text("Emmett")
    event = Event.objects.get(calendar__resource=emmett)
    assert event.end - event.start == HOUR
    assert desk.interactions <= 4


def test_the_site_is_closed_over_the_holidays_in_five_interactions(at_the_desk):
    a_resource(name="Emmett")
    desk = at_the_desk("manager", CALENDAR)
    desk.press("Take time", role="link")
    desk.tick("Everybody: the site is closed")
    desk.fill("From the day", "2033-12-24")
    desk.fill("Until the day", "2034-01-02")
    desk.press("Take the time")
    closed = DatedHours.objects.get()
    assert (str(closed.first), str(closed.last)) == ("2033-12-24", "2034-01-02")
    assert desk.interactions <= 5


def test_a_sick_colleagues_nine_bookings_are_settled_in_fourteen_interactions(at_the_desk):
    emmett, clara = a_resource(name="Emmett"), a_resource(name="Clara")
    project = a_project(emmett, clara)
    option = project.options.get()
    for hour in range(9):
        a_booking(emmett, at(8 + hour), project=project, option=option)
    for hour in (9, 12, 15):
        a_booking(clara, at(hour), timedelta(minutes=30))
    desk = at_the_desk("desk", CALENDAR)
    desk.press("Take time", role="link")
    desk.tick("Emmett")
    desk.fill("From the day", "2033-03-14")
    desk.press("Take the time")
    rows = {hour: desk.page.get_by_role("group", name=f"{hour:02}:00–").first for hour in (9, 12, 15)}
    desk.choose("Cancel", rows[9])
    desk.choose("leave it as it is", rows[12])
    desk.choose("another time", rows[15])
    desk.fill("Day", "2033-03-17", rows[15])
    desk.fill("Time", "10:00", rows[15])
    desk.press("Take the time, and do this")
    expect(desk.page.locator(".report li")).to_have_count(9)
    expect(desk.page.locator(".report .is-no")).to_have_count(0)
    assert Booking.objects.filter(resource=clara, continues__isnull=False).count() == 6
    assert Booking.objects.get(start=at(10, days=3)).resource == emmett
    assert desk.interactions <= 14


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_free_of_faults_that_a_machine_can_find(at_the_desk, scheme):
    emmett, clara = a_resource(name="Emmett"), a_resource(name="Clara")
    project = a_project(emmett, clara)
    a_booking(emmett, at(9), project=project, option=project.options.get())
    desk = at_the_desk("manager", TAKE, color_scheme=scheme, viewport={"width": 375, "height": 800})

    def look():
        before = len(desk.faults)
        report = Axe().run(desk.page).response["violations"]
        del desk.faults[before:]  # it tries styles of its own
        assert [f"{one['id']} {one['nodes'][0]['target']}" for one in report] == []
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= 375

    look()
    desk.tick("Emmett")
    desk.fill("From the day", "2033-03-14")
    desk.press("Take the time")
    expect(desk.page.get_by_role("group", name="Marty McFly")).to_be_visible()
    look()
    desk.press("Take the time, and do this")
    expect(desk.page.locator(".callout--yes")).to_contain_text("Taken")
    look()
