"""A day at the counter in a browser: how many presses each task takes, on a phone, by keyboard, without faults."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.lifecycle import Actor, act, add_event
from bookings.models import Booking, Event, Resource, Site
from tests.admin.conftest import logged_in
from tests.faults import faults_on_screens
from tests.situations import (
    a_booking,
    a_hold,
    a_project,
    a_resource,
    a_seat,
    a_session,
    at,
    long_ago,
    marty,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Counter:
    """Does on a page what a person does, and counts it: each press, each field."""

    def __init__(self, page):
        self.page = page
        self.count = 0

    def press(self, role, name, within=None):
        self.count += 1
        with self.page.expect_navigation():
            (within or self.page).get_by_role(role, name=name).first.click()

    def fill(self, label, words, key=""):
        self.count += 1
        field = self.page.get_by_label(label, exact=True)
        field.fill(words)
        if key:
            self.count += 1
            with self.page.expect_navigation():
                field.press(key)


@pytest.fixture
def day(live_server, settings):
    """Three resources, what is going on, what waits, a hold, busy time, a class."""
    settings.MAIL_IS_SET_UP = True
    Site.objects.update_or_create(pk=1, defaults={"timezone": "Europe/Berlin", "email": "z@example.org"})
    names = ("Katharina Brandt", "Amara Okafor", "Large studio")
    people = [a_resource(name=name, timezone="Europe/Berlin") for name in names]
    project = a_project(*people, name="Portrait sitting")
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for resource in people[:2]:
        ahead = a_booking(resource, hour + timedelta(days=2), project=project, staff_note="Oil allergy")
        long_ago(ahead, timedelta(days=2))
    a_booking(people[0], at(9), graph="request", project=project)
    a_booking(people[0], at(11), graph="request", project=project)
    a_hold(people[1], hour + timedelta(hours=2), project=project, hold=timedelta(days=1))
    soon = hour + timedelta(hours=1)
    add_event(Event(calendar=people[2].calendars.get(), start=soon, end=hour + timedelta(hours=2)))
    a_seat(a_session(people[2], hour + timedelta(hours=3), seats=8, what="Figure drawing"))
    act(a_booking(people[2], at(12)), "cancel_by_customer", by=Actor.customer())
    return live_server.url


@pytest.fixture
def opened(browser, day):
    """Pages of the desk for a role; a fault in a script fails the test."""
    contexts, faults = [], []

    def open_as(role, **options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        session = logged_in(role).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": day}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        contexts.append(context)
        page.goto(f"{day}/admin/")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not faults


@pytest.mark.parametrize("role", ["desk", "manager"])
def test_the_tasks_of_the_counter_take_as_few_presses_as_they_should(opened, role):
    page = opened(role)
    day = Counter(page)
    board = page.get_by_role("group", name="The day, a column a resource")
    day.press("button", "Arrived", within=board)
    assert day.count == 1
    expect(board.get_by_role("button", name="Undo")).to_have_count(1)

    ask = Counter(page)
    expect(page.locator(".asks > li")).to_have_count(2)
    ask.press("button", "Accept", within=page.locator(".asks"))
    assert ask.count == 1
    expect(page.locator(".asks > li")).to_have_count(1)
    assert Booking.objects.filter(state__name="confirmed", start=at(9)).exists()

    undo = Counter(page)
    undo.press("button", "Undo", within=page.locator(".done"))
    expect(page.locator(".asks > li")).to_have_count(2)
    assert undo.count == 1


@pytest.mark.looks
def test_the_paper_is_two_presses_away_and_has_nothing_of_the_screen(opened):
    page = opened("desk")
    paper = Counter(page)
    paper.press("link", "Print the day")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print").click()
    assert paper.count + 1 == 2
    assert page.title() == "printed"
    page.emulate_media(media="print")
    for part in ("#header", ".breadcrumbs", ".bs"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.get_by_role("heading", name="Katharina Brandt")).to_be_visible()
    expect(page.get_by_text("Oil allergy").first).to_be_visible()


def test_somebody_is_found_and_the_filtered_list_taken_away_in_two_steps_each(opened):
    page = opened("desk")
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Bookings").click()
    find = Counter(page)
    find.fill("Search", "McFly", key="Enter")
    assert find.count == 2
    assert page.locator("#result_list tbody tr").count() > 3
    with page.expect_download() as got:
        page.get_by_role("link", name="As a table (CSV)").click()
    assert got.value.suggested_filename.endswith(".csv")


def test_an_address_is_corrected_and_the_confirmation_sent_again_in_four_steps(opened, day):
    booking = a_booking(a_resource(), at(15), customer=marty(email="wrong@example.org"))
    page = opened("desk")
    page.goto(f"{day}/admin/bookings/booking/{booking.pk}/change/")
    mend = Counter(page)
    mend.press("link", "Correct details")
    mend.fill("E-mail", "right@example.org")
    mend.press("button", "Save")
    expect(page.get_by_text("to right@example.org")).to_be_visible()
    mend.press("button", "Send again")
    assert mend.count == 4
    expect(page.get_by_text("It is on its way")).to_be_visible()


@pytest.mark.looks
@pytest.mark.parametrize("width", [320, 375])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_nothing_is_scrolled_sideways_and_the_bar_leads_everywhere(opened, day, width, language):
    phone = {"viewport": {"width": width, "height": 700}, "locale": language}
    page = opened("manager", java_script_enabled=False, **phone)
    bar = page.locator(".deskbar")
    summaries = bar.locator("summary")
    assert summaries.count() == 2
    for number in range(2):
        summaries.nth(number).focus()
        page.keyboard.press("Enter")
        expect(bar.locator("details").nth(number).get_by_role("link").first).to_be_visible()
    for name in ("", "bookings/booking/", "bookings/booking/waiting/", "bookings/booking/wrong/"):
        page.goto(f"{day}/admin/{name}")
        for one in page.locator("body, .deskbar a, .deskbar summary, .board, #result_list tr").all():
            box = one.bounding_box()
            if box and box["width"]:
                assert box["x"] >= -1, (name, box)
                assert box["x"] + box["width"] <= width + 1, (name, box)


@pytest.mark.looks
def test_the_pages_of_the_day_have_no_fault_that_a_machine_can_find(opened, day):
    Resource.objects.filter(name="Large studio").update(name="Large studio " * 5)
    page = opened("manager")
    heads = page.locator(".board__head").evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert len(heads) == 3
    assert len(set(heads)) == 1
    for name in ("", "waiting/", "wrong/", "today/paper/"):
        page.goto(f"{day}/admin/bookings/booking/{name}" if name else f"{day}/admin/")
        assert faults_on_screens(page, [1280]) == []
