"""The tasks of the counter on a busy desk, each counted in presses, fields and choices, with nothing prefilled."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from bookings.lifecycle import Actor, act
from bookings.models import Booking, Person, Reservation
from tests.admin.big_desk import ALIKE, BOOKINGS, PEOPLE, a_big_desk
from tests.admin.conftest import logged_in, text_of
from tests.situations import a_booking, a_resource

TODAY, NEW = reverse("admin:index"), reverse("admin:bookings_booking_new")


class Counted:
    """A page of the desk on which every press, field and choice is counted."""

    def __init__(self, page, url):
        self.page, self.url, self.count = page, url, 0

    def begin(self, path=TODAY):
        """A task begins: nothing was pressed yet."""
        self.page.goto(self.url + path)
        self.count = 0

    def press(self, role, name, within=None):
        self.count += 1
        with self.page.expect_navigation():
            (within or self.page).get_by_role(role, name=name).first.click()

    def type(self, label, words, *, exact=False):
        self.count += 1
        self.page.get_by_label(label, exact=exact).first.press_sequentially(words)

    def enter(self):
        self.count += 1
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


@pytest.fixture
def counted(browser, live_server):
    """Opens the big desk as a role; a fault in a script fails the test."""
    contexts, faults = [], []
    a_big_desk()

    def opened(role):
        context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        contexts.append(context)
        session = logged_in(role).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return Counted(page, live_server.url)

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def books_a_known_caller(desk, number):
    """The second of three who are called alike, by name, with the time held before the press that books."""
    desk.begin()
    begun = time.process_time()
    desk.press("link", "New booking")
    desk.type("Who was here before", "wieczo")
    expect(desk.page.locator("#people li")).to_have_count(len(ALIKE))
    desk.press("link", ALIKE[number])
    expect(desk.page.get_by_role("button", name=":").first).to_be_visible()
    desk.press("button", "15:")
    held = Reservation.objects.live().get()
    expect(desk.page.get_by_role("status").filter(has_text="is held for you")).to_be_visible()
    desk.press("button", "Book")
    booking = Booking.objects.latest("created_at")
    assert (booking.customer.name, booking.start) == (ALIKE[number], held.start)
    assert desk.count <= 5
    assert time.process_time() - begun <= 15  # of the server's own time, however busy the machine is


def books_a_walk_in(desk):
    desk.begin()
    desk.press("link", "New booking")
    desk.type("Name", "Walk In", exact=True)
    desk.enter()
    booking = Booking.objects.latest("created_at")
    assert booking.customer.name == "Walk In"
    assert booking.start - timezone.now() <= timedelta(hours=2)
    assert desk.count <= 3


def notes_who_did_not_come(desk):
    desk.begin()
    desk.press("button", "Did not come")
    assert Booking.objects.filter(attendance="no_show").count() == 1
    assert desk.count == 1
    Booking.objects.filter(attendance="no_show").update(attendance="unknown")


def answers_and_is_at_the_next(desk):
    desk.begin()
    asks = desk.page.locator(".asks > li")
    waiting = asks.count()
    desk.press("button", "Accept", desk.page.locator(".asks"))
    expect(asks).to_have_count(waiting - 1)
    assert desk.count == 1


def finds_by_whatever_is_said(desk):
    person = Person.objects.get(name=ALIKE[0])
    booking = Booking.objects.get(customer__name=ALIKE[0], reference__startswith="WEEK")
    spelt = f"030 {person.phone[5:8]} {person.phone[8:]}"
    for said in (person.name, "anna wiecz", spelt, person.email, booking.reference):
        desk.begin(reverse("admin:bookings_person_changelist"))
        desk.type("Name, telephone", said)
        desk.enter()
        expect(desk.page.get_by_role("heading", name=person.name).first).to_be_visible()
        assert desk.count == 2, said


def reads_what_is_new(desk):
    """Nothing is pressed: it stands on the first page."""
    booking = a_booking(a_resource(name="Annexe"), timezone.now() + timedelta(days=3))
    act(booking, "cancel_by_customer", by=Actor.customer())
    desk.begin()
    expect(desk.page.locator(".since__off").first).to_be_visible()
    assert desk.count == 0


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["desk", "manager"])
def test_the_table_of_the_day_is_kept_on_a_busy_desk(counted, role):
    assert Person.objects.count() >= PEOPLE
    assert Booking.objects.count() >= BOOKINGS
    desk = counted(role)
    books_a_known_caller(desk, 1)
    books_a_walk_in(desk)
    notes_who_did_not_come(desk)
    answers_and_is_at_the_next(desk)
    finds_by_whatever_is_said(desk)
    reads_what_is_new(desk)


@pytest.mark.django_db
def test_a_designer_books_nobody_and_is_told_so_in_words(designer):
    for path in (NEW, reverse("admin:bookings_person_changelist")):
        answer = designer.get(path)
        assert answer.status_code == 403
        assert "This page is not open to you" in text_of(answer)
