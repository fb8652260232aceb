"""Classes and series in a browser: how often staff press, on a phone, in both schemes, read by a machine."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from bookings.lifecycle import join_people
from bookings.models import Booking, Customer, Series
from tests.admin import test_taking_time_in_a_browser as taking_time
from tests.lifecycle.test_series import a_series
from tests.situations import a_booking, a_project, a_resource, a_seat, a_session, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
at_the_desk = taking_time.at_the_desk
TODAY = reverse("admin:index")
CLASSES = reverse("admin:bookings_booking_classes") + "?from=2033-03-14"


def choose(desk, name, words):
    desk.interactions += 1
    desk.page.get_by_label(name, exact=True).select_option(label=words)


@pytest.mark.parametrize("role", ["desk", "manager"])
def test_eight_thursdays_for_one_client_are_booked_in_eight_interactions_with_clashes_settled(
    at_the_desk, role
):
    emmett = a_resource(name="Emmett")
    project = a_project(emmett, name="Physiotherapy")
    for number, name in enumerate(("Anna Novak", "Bela Novak", "Cyril Novak")):
        known = Customer(name=name, email=f"{number}@example.org", phone="")
        a_booking(emmett, at(8 + number), customer=known, project=project, option=project.options.get())
    for week in (2, 5):
        a_booking(emmett, at(9, days=3 + 7 * week), project=project)
    join_people()
    desk = at_the_desk(role, TODAY)
    desk.press("New booking", role="link")
    desk.fill("Who was here before: name, telephone or e-mail", "Novak")
    desk.page.get_by_role("link", name="Anna Novak").wait_for()
    desk.interactions += 1
    with desk.page.expect_navigation():
        desk.page.get_by_role("link", name="Anna Novak").click()
    desk.press("Repeat", role="link")
    desk.fill("First time", "2033-03-17T09:00")
    desk.fill("How many times", "8")
    desk.press("Book")
    clashes = desk.page.locator(".dates .is-no")
    expect(clashes).to_have_count(2)
    expect(clashes.first).to_contain_text("This time is taken.")
    assert not Series.objects.exists()
    desk.press("Book")
    expect(desk.page.locator(".messagelist")).to_contain_text("8 dates are booked.")
    assert desk.interactions <= 8
    made = Booking.objects.of_series(Series.objects.get().pk)
    assert {str(one.customer) for one in made} == {"Anna Novak"}
    assert [one.start for one in made][2] == at(8, days=17)


def test_a_class_is_made_in_eight_interactions_and_ten_mondays_of_it_in_two_more(at_the_desk):
    a_resource(name="Small studio")
    studio = a_resource(name="Large studio")
    a_project(studio, graph="group_customer", name="Drawing")
    a_project(studio, graph="group_customer", name="Painting")
    desk = at_the_desk("desk", TODAY)

    def fill_in():
        desk.page.get_by_role("navigation", name="Desk").get_by_role("link", name="Classes").click()
        desk.interactions = 1
        choose(desk, "Project", "Drawing")
        choose(desk, "Resource", "Large studio")
        desk.fill("Seats", "8")

    fill_in()
    desk.fill("First time", "2033-03-14T18:00")
    desk.press("Make the class")
    expect(desk.page.get_by_role("link", name="Drawing, 18:00")).to_be_visible()
    assert desk.interactions <= 8
    once = desk.interactions
    fill_in()
    desk.fill("First time", "2033-03-21T18:00")
    desk.fill("How many times", "10")
    desk.press("Make the class")
    expect(desk.page.locator(".messagelist")).to_contain_text("10 dates")
    assert desk.interactions <= once + 2
    assert Booking.objects.filter(max_seats=8).count() == 11


def test_who_comes_tonight_is_ticked_off_in_two_interactions_and_one_each(at_the_desk):
    session = a_session(a_resource(), timezone.now() - timedelta(minutes=1), seats=8, what="Figure drawing")
    seats = [a_seat(session) for _number in range(3)]
    desk = at_the_desk("desk", TODAY)
    desk.press("Classes", role="link")
    desk.interactions += 1
    with desk.page.expect_navigation():
        desk.page.get_by_role("link", name="Figure drawing").click()
    assert desk.interactions == 2
    for number, seat in enumerate(seats):
        row = desk.page.locator(f"#b-{seat.reference}")
        desk.interactions += 1
        with desk.page.expect_navigation():
            row.get_by_role("button", name="Did not come" if number else "Arrived").click()
        expect(row.get_by_role("button", name="Undo")).to_be_visible()
    assert desk.interactions == 2 + len(seats)
    assert sorted(Booking.objects.filter(session=session).values_list("attendance", flat=True)) == [
        "arrived", "no_show", "no_show",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_free_of_faults_that_a_machine_can_find(at_the_desk, scheme):
    emmett = a_resource(name="Emmett with a rather long name that has to go somewhere")
    project = a_project(emmett, name="Physiotherapy")
    made = a_series(emmett, 3, project=project)
    session = a_session(emmett, at(18), seats=8, what="Figure drawing of nudes in the evening light")
    a_seat(session)
    begun = a_session(emmett, timezone.now() - timedelta(minutes=1), seats=8)
    a_seat(begun)
    desk = at_the_desk("manager", CLASSES, color_scheme=scheme, viewport={"width": 375, "height": 800})

    def look():
        before = len(desk.faults)
        report = Axe().run(desk.page).response["violations"]
        del desk.faults[before:]  # it tries styles of its own
        assert [f"{one['id']} {one['nodes'][0]['target']}" for one in report] == []
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= 375

    look()
    host = desk.page.url.partition("/admin/")[0]
    for name, row in (("class", session), ("class", begun), ("series", made[0])):
        desk.page.goto(host + reverse(f"admin:bookings_booking_{name}", args=[row.pk]))
        look()
    desk.page.goto(f"{host}{reverse('admin:bookings_booking_new_series')}?project={project.pk}")
    desk.fill("First time", "2033-03-14T09:00")
    desk.page.get_by_label("Name", exact=True).fill("Anna Novak")
    desk.press("Book")
    expect(desk.page.locator(".dates .is-no").first).to_be_visible()
    look()
