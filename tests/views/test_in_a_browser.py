"""The pages as people meet them: clicks, keys, no scripts, small screens, right to left, in a frame."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from bookings.effects.links import action_token, manage_token, owner_token
from bookings.models import Booking, Location, Option, Project, Reservation, Resource
from tests.faults import faults_on_screens
from tests.situations import a_booking, a_location, a_project, a_resource, aged, own_terms
from tests.views.conftest import holds
from tests.views.frames import wait_until_drawn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_KEYS = 25
MOST_REQUESTS = 13  # two of them faces of type
MOST_BYTES = 100_000


@pytest.fixture
def site(live_server):
    """A doctor, two projects with a price, and a free afternoon tomorrow."""
    place = a_location(name="Courthouse", address="Hill Valley", timezone="Europe/Berlin")
    doc = a_resource(name="Emmett Brown", slug="emmett", timezone="Europe/Berlin", location=place)
    project = a_project(doc, name="Catch the lightning", slug="lightning", summary="At 10:04 exactly.")
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    Option.objects.create(
        project=project, length=timedelta(minutes=90), price="24.50", currency="EUR", position=1
    )
    Option.objects.filter(label="Usual").update(price="18.00", currency="EUR", label="")
    a_project(doc, name="Time travel", heading="Journeys", graph="request")
    return live_server.url


@pytest.fixture
def tomorrow():
    return (timezone.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def page(browser, site):
    """A fresh visitor on a desktop; a fault in a script, or a request elsewhere, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request", lambda request: faults.append(request.url) if not request.url.startswith(site) else None
    )
    yield page
    context.close()
    assert not faults


def day_url(site, start, slug="lightning"):
    return f"{site}/book/{slug}/?day={start.date().isoformat()}"


def press(page, what):
    """Press what leads to another page, and wait until that one is there."""
    with page.expect_navigation():
        page.locator(what).click()


def pick(page, start):
    """Hold the time: what comes after this meets the hold, and the page that tells of it."""
    press(page, f'button[value="{start.isoformat()}"]')


def fill_in(page, name="Marty McFly"):
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill("marty@example.com")


def book(page, site, start):
    page.goto(day_url(site, start))
    pick(page, start)
    fill_in(page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")


def test_a_visitor_books_by_clicks(page, site, tomorrow):
    page.goto(site)
    page.get_by_role("link", name="Catch the lightning", exact=True).click()
    page.goto(day_url(site, tomorrow))
    expect(page.get_by_role("heading", name="Your time is held")).to_have_count(0)
    pick(page, tomorrow)
    expect(page.locator("[data-hold-left]")).to_contain_text("min")
    expect(page.locator("[data-hold-extend]")).to_be_hidden()
    fill_in(page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")
    assert Booking.objects.get().start == tomorrow


@pytest.mark.looks
def test_a_page_jumps_at_once_so_that_no_press_is_lost_on_the_way(page, site, tomorrow):
    """A page that still glides moves a button between its press and its release, which then counts for nothing."""
    for path in (f"{site}/", day_url(site, tomorrow), f"{site}/find/"):
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


@pytest.mark.looks
def test_the_browser_has_nothing_to_say_about_a_page(page, site, tomorrow):
    said = []
    page.on("console", lambda message: said.append(message.text))
    for path in (f"{site}/", day_url(site, tomorrow), f"{site}/find/"):
        page.goto(path, wait_until="networkidle")
    assert said == []


@pytest.mark.looks
def test_on_a_tablet_a_service_keeps_room_for_its_words(page, site):
    page.set_viewport_size({"width": 768, "height": 1024})
    page.goto(site)
    widths = [words.bounding_box()["width"] for words in page.locator(".offer__words").all()]
    assert len(widths) == 2
    assert min(widths) > 250


@pytest.mark.looks
def test_a_title_of_two_lines_covers_nothing_and_is_as_high_as_a_finger(page, site):
    Project.objects.filter(slug="lightning").update(name="Catch the lightning that strikes the tower")
    for width in (320, 768):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(site)
        offer = page.locator(".offer").filter(has_text="strikes the tower")
        title, words = offer.locator(".offer__title"), offer.get_by_text("At 10:04 exactly.")
        assert title.bounding_box()["height"] > 44  # two lines
        assert title.bounding_box()["y"] + title.bounding_box()["height"] <= words.bounding_box()["y"]
    assert min(one.bounding_box()["height"] for one in page.locator(".offer__title a").all()) >= 44


@pytest.mark.looks
def test_where_a_month_has_no_times_no_clocks_are_named_for_them(page, site, tomorrow):
    later = (tomorrow.replace(day=1) + timedelta(days=70)).date().replace(day=1)
    closed = {"start": f"{later - timedelta(days=1)}", "end": f"{later + timedelta(days=32)}"}
    Project.objects.filter(slug="lightning").update(availability_constraints=[{"block_period": closed}])
    page.goto(f"{site}/book/lightning/?month={later:%Y-%m}")
    expect(page.locator(".month__on").first).to_contain_text("No times are free")
    expect(page.locator(".zone")).to_be_hidden()
    page.goto(day_url(site, tomorrow))
    expect(page.locator(".zone")).to_be_visible()


@pytest.mark.looks
def test_the_list_tells_the_next_time_on_the_visitors_own_clocks(browser, site):
    Project.objects.filter(slug="lightning").update(place=Project.Place.ONLINE)
    for zone, named in (("Asia/Tokyo", "(Tokyo time)"), ("Europe/Berlin", "(Berlin time)")):
        context = browser.new_context(timezone_id=zone)
        page = context.new_page()
        page.goto(site)
        expect(page.get_by_role("button", name="Catch the lightning")).to_contain_text(named)
        context.close()


@pytest.mark.looks
def test_on_a_phone_the_time_to_be_moved_is_said(page, site, tomorrow):
    book(page, site, tomorrow)
    page.set_viewport_size({"width": 375, "height": 667})
    press(page, "a:has-text('Choose another time')")
    expect(page.get_by_text("Your time now")).to_be_visible()
    expect(page.locator(".moving strong")).to_be_visible()


def test_a_visitor_books_without_any_script(browser, site, tomorrow):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/")
    page.get_by_role("link", name="Catch the lightning", exact=True).click()
    page.locator("details.zone summary").click()
    expect(page.get_by_role("button", name="Change time zone")).to_be_visible()
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    expect(page.locator("[data-hold-left]")).to_have_text("about 10 minutes left")
    expect(page.get_by_role("button", name="Hold it longer")).to_be_visible()
    fill_in(page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")
    context.close()


def test_a_visitor_books_by_keys_alone(page, site):
    """From the list of projects over a day's times to the confirmation; what is typed into a field counts as one."""
    page.goto(site)
    count = Keys(page)
    count.until("Catch the lightning")
    count.press("Enter")
    page.wait_for_url("**/book/lightning/**")
    count.press("Tab")
    count.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the times")
    count.press("Enter")
    count.until("to ", at="button.time")
    books_by_keys(page, count)
    assert count.pressed <= MOST_KEYS


def test_the_next_free_time_is_booked_by_a_few_keys(page, site):
    page.goto(site)
    count = Keys(page)
    count.until("Next free:", at="button.take")
    books_by_keys(page, count)
    assert count.pressed <= 12


def books_by_keys(page, count):
    """Press the time that has the focus; the form opens at its first field."""
    count.press("Enter")
    page.wait_for_url("**/details/**")
    expect(page.locator("#id_name")).to_be_focused()
    count.type("Marty McFly")
    count.press("Tab")
    expect(page.locator("#id_email")).to_be_focused()
    count.type("marty@example.com")
    count.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")


class Keys:
    """Presses keys and counts them."""

    def __init__(self, page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, key):
        self.page.keyboard.press(key)
        self.pressed += 1

    def type(self, words):
        """Fill in the field that has the focus: one entry."""
        self.page.keyboard.type(words)
        self.pressed += 1

    def until(self, words, *, at="*"):
        """Tab until what has the focus matches ``at`` and says ``words``."""
        for _step in range(MOST_KEYS):
            self.press("Tab")
            found = self.page.evaluate(
                "at => { const one = document.activeElement; return one.matches(at) ? one.textContent : null }",
                at,
            )
            if found is not None and words in found:
                return
        pytest.fail(f"Nothing with {words!r} was reached.")


@pytest.mark.looks
@pytest.mark.parametrize(
    ("width", "height", "language", "least"),
    [(375, 667, "en", 4), (375, 667, "en-us", 4), (320, 568, "en", 1), (320, 568, "de", 1)],
)
def test_the_first_screen_of_a_phone_shows_what_for_how_much_and_when(
    browser, site, width, height, language, least
):
    """Also where the present month is dead: the next free day is open, with some times to press at once."""
    today = timezone.now().date()
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    for until in (today + timedelta(days=2), today.replace(day=1) + timedelta(days=40)):
        dead = {"block_period": {"start": today.isoformat(), "end": until.isoformat()}}
        Project.objects.update(availability_constraints=[dead])
        page.goto(f"{site}/book/lightning/?lang={language}")
        for what in ("h1", ".chips [aria-current] .chips__end:has-text('18')", ".strip .day", "h2#day"):
            assert in_sight(page, what), what
        assert len([one for one in page.locator("button.time").all() if in_sight(page, one)]) >= least
        top = page.locator("button.time").first
        assert top.evaluate("""one => { const box = one.getBoundingClientRect();
            return one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)) }""")
    page.context.close()


def in_sight(page, what):
    """Whether all of it is on the screen as it stands."""
    one = page.locator(what).first if isinstance(what, str) else what
    box, screen = one.bounding_box(), page.viewport_size
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= screen["height"]


@pytest.mark.looks
def test_on_a_phone_what_is_chosen_stays_in_sight(browser, site, tomorrow):
    page = browser.new_context(viewport={"width": 375, "height": 667}, locale="en-GB").new_page()
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    for distance in (0, 3000):
        page.mouse.wheel(0, distance)
        for words in ("Catch the lightning", "1 hour", "€18", "13:00–14:00"):
            assert in_sight(page, page.locator(".sum--short").get_by_text(words, exact=True)), words
    page.context.close()


@pytest.mark.looks
@pytest.mark.parametrize("language", ["de", "ar"])
def test_what_is_chosen_is_told_whole_where_words_are_long(browser, site, tomorrow, language):
    Option.objects.filter(label="").update(label="Consultation with a drawing")
    page = browser.new_context(viewport={"width": 375, "height": 667}).new_page()
    page.goto(f"{day_url(site, tomorrow)}&lang={language}")
    pick(page, tomorrow)
    assert page.locator(".sum--short p > span").evaluate("one => one.scrollHeight <= one.clientHeight")
    page.context.close()


@pytest.mark.looks
def test_a_zone_is_shown_as_soon_as_it_is_chosen(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    expect(page.locator("[data-zone-button]")).to_be_hidden()
    page.locator("details.zone summary").click()
    page.locator("#id_zone").select_option("Asia/Tokyo")
    page.wait_for_url("**zone=Asia%2FTokyo**")
    expect(page.locator("#id_zone")).to_have_value("Asia/Tokyo")
    expect(page.locator(f'button.time[value="{tomorrow.isoformat()}"]')).to_contain_text("9:00 PM")


@pytest.mark.looks
def test_a_day_can_be_typed(page, site, tomorrow):
    page.goto(f"{site}/book/lightning/")
    later = (tomorrow + timedelta(days=45)).date()
    page.get_by_label("Another day").fill(later.isoformat())
    page.get_by_role("button", name="Show the times of that day").click()
    page.wait_for_url(f"**day={later}**")
    expect(page.locator("#id_day")).to_have_value(later.isoformat())
    expect(page.locator("button.time").first).to_be_visible()


@pytest.mark.looks
def test_another_day_is_swapped_in_announced_and_reached_by_back(page, site, tomorrow):
    loads = []
    page.on("load", lambda _page: loads.append(page.url))
    page.goto(f"{day_url(site, tomorrow)}&month={tomorrow:%Y-%m}")
    page.locator("a.step[rel~=next]").click()
    expect(page.locator("[data-said]")).to_contain_text(" times on ")
    expect(page.locator("#step-on")).to_be_focused()
    day = page.locator("a.day--free").last
    name = day.locator(".vh").text_content()
    day.click()
    expect(page.locator("h2#day")).to_be_focused()
    expect(page.locator("h2#day")).to_contain_text(name.split(",")[0].rpartition(" ")[0])
    assert "day=" in page.url
    assert page.url.endswith("#day")
    assert len(loads) == 1
    shown = page.locator("h2#day").text_content()
    with page.expect_event("load"):
        page.evaluate("history.back()")
    expect(page.locator("h2#day")).not_to_have_text(shown)
    with page.expect_event("load"):
        page.evaluate("history.forward()")
    expect(page.locator("h2#day")).to_have_text(shown)
    page.locator("button.time").first.click()
    expect(page.get_by_role("heading", name="Your details")).to_be_visible()


@pytest.mark.looks
def test_choosing_with_whom_keeps_the_day_and_the_focus(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    day = page.locator("h2#day").text_content()
    page.get_by_role("link", name="Clara Clayton").click()
    page.wait_for_url("**with=clara**")
    expect(page.get_by_role("link", name="Clara Clayton")).to_be_focused()
    expect(page.locator("h2#day")).to_have_text(day)


@pytest.mark.looks
def test_a_part_that_cannot_be_loaded_is_left_to_an_ordinary_page_load(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    page.route(
        "**/book/**",
        lambda route: route.abort() if route.request.resource_type == "xhr" else route.continue_(),
    )
    page.locator("a.step[rel~=next]").click()
    page.wait_for_url("**month=**")
    expect(page.locator("h2#month")).to_be_visible()


def test_the_customer_chooses_start_and_end(page, site, tomorrow):
    layer = {"customer_chooses_end": True, "max_length": "3 hours", "timeslot_increments": "1 hour"}
    Project.objects.filter(slug="lightning").update(availability=layer)
    page.goto(day_url(site, tomorrow))
    page.get_by_label("From").select_option(tomorrow.isoformat())
    assert page.locator("#id_end option:not([disabled])").count() == 3
    page.get_by_label("Until").select_option((tomorrow + timedelta(hours=2)).isoformat())
    page.get_by_role("button", name="Hold this time").click()
    fill_in(page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")
    assert Booking.objects.get().length == timedelta(hours=2)


def test_the_ends_of_a_start_are_those_of_everybody_who_is_free(page, site, tomorrow):
    layer = {"customer_chooses_end": True, "max_length": "2 hours", "timeslot_increments": "1 hour"}
    project = Project.objects.get(slug="lightning")
    Project.objects.filter(pk=project.pk).update(availability=layer)
    jules = a_resource(name="Jules Brown", slug="jules")
    project.links.create(resource=jules, position=9)
    own_terms(project, jules, length=timedelta(minutes=90))
    page.goto(day_url(site, tomorrow))
    page.get_by_label("From").select_option(tomorrow.isoformat())
    offered = page.locator("#id_end option:not([disabled])").evaluate_all("all => all.map(one => one.value)")
    ends = [tomorrow + timedelta(minutes=minutes) for minutes in (60, 90, 120)]
    assert [datetime.fromisoformat(one) for one in offered] == ends
    page.get_by_label("Until").select_option(offered[1])
    page.get_by_role("button", name="Hold this time").click()
    expect(page.get_by_text("Jules Brown").first).to_be_visible()


@pytest.mark.looks
def test_arrow_keys_walk_through_the_month(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    page.locator('td a.day[aria-current="true"]').focus()
    page.keyboard.press("Home")
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.matches('a.day')")
    assert page.locator('a.day[tabindex="0"]').count() == 1
    month = page.locator("h2#month").text_content()

    def turn(key, shown):
        page.keyboard.press(key)
        expect(page.locator("h2#month")).to_have_text(shown)
        expect(page.locator('a.day[tabindex="0"]')).to_be_focused()

    turn("PageDown", re.compile(rf"^(?!{month}$)"))
    turn("PageUp", month)
    turn("Shift+PageDown", f"{tomorrow:%B} {tomorrow.year + 1}")
    turn("Shift+PageUp", month)


def test_a_lost_time_keeps_the_answers_and_another_one_is_booked(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    fill_in(page)
    aged(holds().get())
    for resource in Project.objects.get(slug="lightning").resources.all():
        a_booking(resource, tomorrow)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", name="Somebody else has just taken this time")).to_be_focused()
    page.locator(".alternatives button.time").first.click()
    expect(page.get_by_label("Name")).to_have_value("Marty McFly")
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")


def ends_in(seconds):
    """Let most of the one hold's time pass."""
    holds().update(expires_at=timezone.now() + timedelta(seconds=seconds))


def test_a_hold_in_its_last_minutes_is_made_longer_and_what_was_typed_stays(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    ends_in(100)
    page.reload()
    fill_in(page)
    form = page.url
    page.get_by_role("button", name="Hold it longer").click()
    expect(page.locator("[data-hold-left]")).to_contain_text("9 min")
    expect(page.get_by_role("button", name="Hold it longer")).to_be_hidden()
    expect(page.get_by_label("Name")).to_have_value("Marty McFly")
    expect(page.get_by_role("heading", name="Your time is held")).to_be_focused()
    assert page.url == form, "only the banner is loaded anew"


def test_a_hold_that_ended_meanwhile_says_so_when_it_is_made_longer(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    ends_in(100)
    page.reload()
    fill_in(page)
    aged(holds().get())
    page.get_by_role("button", name="Hold it longer").click()
    expect(page.get_by_text("The hold ended at")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Marty McFly")


def test_enter_books_also_while_the_hold_can_be_made_longer(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    ends_in(100)
    page.reload()
    expect(page.get_by_role("button", name="Hold it longer")).to_be_visible()
    fill_in(page)
    page.get_by_label("E-mail").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")


@pytest.mark.looks
def test_a_hold_that_ends_before_ones_eyes_says_only_that(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    ends_in(100)
    page.clock.install()
    page.reload()
    expect(page.get_by_role("button", name="Hold it longer")).to_be_visible()
    page.clock.run_for(101_000)
    expect(page.locator("[data-hold-left]")).to_contain_text("The hold has ended.")
    expect(page.get_by_role("button", name="Hold it longer")).to_be_hidden()
    expect(page.get_by_text("Held for you until")).to_be_hidden()


@pytest.mark.looks
def test_in_person_the_browsers_zone_is_first_to_choose_and_told_on_the_form(browser, site, tomorrow):
    context = browser.new_context(timezone_id="Europe/Tallinn")
    page = context.new_page()
    page.goto(day_url(site, tomorrow))
    expect(page.locator("#id_zone")).to_have_value("Europe/Berlin")
    expect(page.locator("#id_zone option").first).to_have_text(re.compile(r"^Tallinn \d+:\d\d"))
    page.locator("a.step[rel~=next]").click()
    page.wait_for_url("**month=**")
    expect(page.locator("#id_zone option").first).to_have_text(re.compile("^Tallinn "))
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    expect(page.locator(".split__say")).to_contain_text("in Tallinn, your time.")
    context.close()


def test_a_network_that_is_lost_before_sending_loses_nothing(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    fill_in(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Book this time").click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")
    assert Booking.objects.count() == 1


def test_an_answer_that_is_lost_on_its_way_is_had_by_sending_again(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    fill_in(page)

    def lose(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/details/**", lose)
    page.get_by_role("button", name="Book this time").click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/details/**")
    assert Booking.objects.count() == 1
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")
    assert Booking.objects.count() == 1


def test_a_form_whose_answer_never_came_can_be_sent_again(page, site, tomorrow):
    page.clock.install()
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    fill_in(page)
    button = page.get_by_role("button", name="Book this time")
    page.route("**/details/**", lambda route: route.abort("aborted"))  # as where the visitor stops the page
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    page.unroute("**/details/**")
    page.clock.fast_forward(20_000)
    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")


@pytest.mark.looks
def test_the_address_to_keep_is_copied_and_shared_where_the_browser_can(page, site, tomorrow):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script("navigator.share = async (what) => { document.title = what.url; }")
    book(page, site, tomorrow)
    url = page.locator("a.url").inner_text()
    page.get_by_role("button", name="Copy the address").click()
    expect(page.locator("main [role=status]")).to_have_text("The address is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == url
    page.get_by_role("button", name="Share it").click()
    expect(page).to_have_title(url)


@pytest.mark.looks
def test_where_the_browser_cannot_copy_the_address_stands_alone(page, site, tomorrow):
    page.add_init_script(
        "for (const one of ['clipboard', 'share']) Object.defineProperty(navigator, one, {value: undefined});"
    )
    book(page, site, tomorrow)
    expect(page.locator("a.url")).to_be_visible()
    expect(page.locator("[data-copy]")).to_be_hidden()
    expect(page.locator("[data-share]")).to_be_hidden()


def test_a_booking_is_moved_cancelled_and_taken_back(page, site, tomorrow):
    book(page, site, tomorrow)
    press(page, "main a[href$='/move/']")
    page.goto(f"{page.url}?day={tomorrow.date().isoformat()}")
    pick(page, tomorrow + timedelta(hours=2))
    page.get_by_role("button", name="Move to the new time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking is moved")
    page.get_by_role("link", name="Cancel the booking").click()
    page.get_by_label("Message").fill("It rains.")
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This booking is cancelled")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")


@pytest.mark.looks
@pytest.mark.parametrize("language", ["en-us", "de", "ar"])
def test_a_time_over_midnight_fits_the_smallest_screen(browser, site, tomorrow, language):
    late = tomorrow.astimezone(ZoneInfo("Europe/Berlin")).replace(hour=23, minute=30).astimezone(UTC)
    Project.objects.update(availability={"timeslot_increments": "30 minutes"})
    page = browser.new_context(viewport={"width": 320, "height": 800}).new_page()
    page.goto(f"{day_url(site, late)}&lang={language}")
    pick(page, late)
    fits(page)
    page.locator("#id_name").fill("Marty")
    page.locator("#id_email").fill("marty@example.com")
    press(page, "form#details button.btn--primary")
    fits(page)
    later = late + timedelta(days=1)
    page.goto(f"{page.url}move/to/?start={later:%Y-%m-%dT%H:%M:%S}Z")
    fits(page)
    page.context.close()


def fits(page):
    expect(page.locator("h1")).to_be_visible()
    assert page.locator(".card").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url


def test_a_word_without_end_widens_no_page(browser, site, tomorrow):
    word = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"
    question = {"title": word, "required": True}
    fields = {"name": {}, "email": {}, "a": question, "b": question | {"format": "checkbox", "enum": [word]}}
    Project.objects.update(
        name=word, summary=word, heading=word, consent=word, after_booking=word, customer_fields=fields
    )
    Option.objects.update(label=word)
    Resource.objects.update(name=word)
    Location.objects.update(name=word)
    page = browser.new_context(viewport={"width": 320, "height": 800}).new_page()
    for url in ("/", "/with/emmett/", "/book/lightning/"):
        page.goto(f"{site}{url}")
        fits(page)
    page.locator("details.about summary").click()
    fits(page)
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    fits(page)
    press(page, "form#details button.btn--primary")
    fits(page)
    fill_in(page, name=word)
    page.locator("#id_a").fill(word)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("checkbox").last.check()
    press(page, "form#details button.btn--primary")
    expect(page.locator("h1")).to_have_text("Your time is booked")
    fits(page)
    page.goto(f"{page.url.split('?')[0]}do/cancel_by_customer/")
    fits(page)
    page.context.close()


@pytest.mark.looks
def test_the_first_wrong_answer_takes_the_focus_and_each_problem_leads_to_its_field(page, site, tomorrow):
    page.goto(day_url(site, tomorrow))
    pick(page, tomorrow)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Name").fill("Marty McFly")
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.locator(".problems a").first.click()
    expect(page.get_by_label("E-mail")).to_be_focused()


@pytest.mark.looks
@pytest.mark.parametrize("url", ["/", "/book/lightning/", "/book/lightning/?dressed"])
def test_the_first_page_is_light(page, site, url):
    """Everything counts as the web server sends it, texts compressed."""
    if "dressed" in url:
        layer = {"customer_chooses_end": True}
        Project.objects.update(accent="#fff27a", logo="logos/clock.png", availability=layer)
    sizes = []

    def count(response):
        body = response.body()
        sizes.append(len(body if response.url.endswith(".woff2") else gzip.compress(body)))

    page.on("response", count)
    page.goto(f"{site}{url}", wait_until="networkidle")
    page.wait_for_timeout(0)
    assert len(sizes) <= MOST_REQUESTS
    assert sum(sizes) <= MOST_BYTES


@pytest.mark.looks
@pytest.mark.parametrize(
    ("language", "widths"), [("en", (1280, 768, 320)), ("ar", (320, 768, 1280))], ids=["en", "ar"]
)
def test_every_page_is_free_of_faults_that_a_machine_can_find(
    browser, site, tomorrow, language, widths, settings
):
    """Each is loaded once and stays at the last width, so that one language is pressed on a phone."""
    settings.MAIL_IS_SET_UP = True
    settings.TEST_MODE = True  # which adds a ribbon to each page
    meeting = f"https://meet.example.org/{'a' * 100}"
    Resource.objects.update(meeting_url=meeting)
    Project.objects.filter(slug="lightning").update(booking={"graph": "instant", "meeting": "fixed"})
    context = browser.new_context(viewport={"width": widths[0], "height": 800})
    page = context.new_page()
    found = []

    def look(name):
        found.extend(f"{name}: {fault}" for fault in faults_on_screens(page, widths))

    for name, url in (("home", "/"), ("find", "/find/"), ("missing", "/nothing/")):
        page.goto(f"{site}{url}?lang={language}")
        look(name)
    page.goto(day_url(site, tomorrow))
    look("times")
    pick(page, tomorrow)
    look("form")
    press(page, "form#details button.btn--primary")
    look("problems")
    page.locator("#id_name").fill("مارتي")
    page.locator("#id_email").fill("marty@example.com")
    press(page, "form#details button.btn--primary")
    expect(page.get_by_role("link", name=meeting)).to_be_visible()
    look("booked")
    booked = page.url
    page.goto(f"{booked}move/to/?start={(tomorrow + timedelta(hours=3)).isoformat().replace('+', '%2B')}")
    look("move")
    page.goto(f"{booked}do/cancel_by_customer/")
    look("ask")
    press(page, "form.form .btn--danger")
    look("cancelled")
    seldom_seen(page, site, tomorrow, look)
    context.close()
    assert not found


def seldom_seen(page, site, tomorrow, look):
    """The pages that most visitors never meet."""
    page.goto(f"{site}/find/")
    page.locator("#id_email").fill("marty@example.com")
    press(page, "main form .btn--primary")
    look("mail sent")
    start = tomorrow + timedelta(hours=4)
    page.goto(day_url(site, start))
    pick(page, start)
    aged(holds().get())
    page.reload()
    look("hold ended")
    for resource in Project.objects.get(slug="lightning").resources.all():
        taken = a_booking(resource, start, graph="request")
    page.locator("#id_name").fill("Marty")
    page.locator("#id_email").fill("marty@example.com")
    press(page, "form#details button.btn--primary")
    expect(page.locator(".alternatives")).to_be_visible()
    look("alternatives")
    page.goto(f"{site}/o/{owner_token(taken)}/")
    look("owner")
    page.goto(f"{site}/a/{action_token(taken, 'cancel_by_customer')}/cancel_by_customer/")
    look("one action")
    page.goto(f"{page.url}?done=1")
    look("done")
    page.goto(f"{site}/o/{owner_token(taken)}/")
    press(page, "form.form .btn--danger")
    look("a decline is asked for")
    press(page, "form.form .btn--danger")
    look("declined, to be taken back")
    lightning = Project.objects.get(slug="lightning")
    unpaid = a_booking(taken.resource, start + timedelta(hours=2), graph="instant_payment", project=lightning)
    page.goto(f"{site}/b/{manage_token(unpaid)}/pay/")
    look("a payment that is played through")
    Project.objects.filter(slug="lightning").update(availability={"customer_chooses_end": True})
    page.goto(day_url(site, tomorrow))
    look("start and end")


@pytest.mark.looks
@pytest.mark.parametrize(
    ("scheme", "language", "width"), [("light", "en", 375), ("dark", "ar", 1280)], ids=["light", "dark, ar"]
)
def test_pages_that_few_meet_are_as_free_of_faults(browser, site, tomorrow, scheme, language, width):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language
    )
    page = context.new_page()
    found = []
    emmett, project = Resource.objects.get(slug="emmett"), Project.objects.get(slug="lightning")
    asked = a_booking(emmett, tomorrow, graph="request", project=project)
    unpaid = a_booking(emmett, tomorrow + timedelta(hours=2), graph="instant_payment", project=project)
    urls = [
        "/with/emmett/",
        "/?q=nothing",
        "/assistants/",
        "/embed/lightning/",
        "/book/lightning/?month=2099-01",
    ]
    urls += [f"/b/{manage_token(booking)}/" for booking in (asked, unpaid)]
    urls += [f"/b/{manage_token(unpaid)}/move/", "/b/nothing/", "/o/nothing/"]
    for url in urls:
        page.goto(f"{site}{url}")
        found += [f"{url}: {fault}" for fault in faults_on_screens(page, [width], [scheme])]
    context.close()
    assert not found


@pytest.mark.looks
def test_forced_colours_less_motion_and_paper_keep_what_is_said(page, site, tomorrow):
    """Colours of one's own leave each time its border; paper is white also from the dark, and has nothing to press."""
    page.emulate_media(forced_colors="active", reduced_motion="reduce", color_scheme="dark")
    page.goto(day_url(site, tomorrow))
    time = page.locator("button.time").first
    assert time.evaluate("(one) => getComputedStyle(one).borderTopWidth") == "1px"
    assert time.evaluate("(one) => getComputedStyle(one).borderTopStyle") == "solid"
    moving = """() => [...document.querySelectorAll("body *")].filter((one) => {
      const style = getComputedStyle(one);
      return style.transitionDuration.split(", ").some((lasts) => parseFloat(lasts) > 0.01);
    }).map((one) => one.className)"""
    assert page.evaluate(moving) == []
    page.emulate_media(forced_colors="none", reduced_motion="no-preference", color_scheme="dark")
    assert page.evaluate(moving) != []
    book(page, site, tomorrow)
    page.emulate_media(media="print", color_scheme="dark")
    said = page.locator(".split__say").first
    assert said.evaluate("(one) => getComputedStyle(one).color") == "rgb(0, 0, 0)"
    assert said.evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("main .btn").first).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.fixture
def host(site, tomorrow):
    """Another site's page, at another origin, that embeds the project."""
    page = f"""<!doctype html><title>Host</title><main>
        <script src="{site}/static/embed.js" data-project="lightning" data-query="day={tomorrow.date()}"></script>
        <script>window.told = []; for (const name of ["ready", "time-chosen", "booked"])
          addEventListener(name, (event) => told.push([name, event.detail.reference]))</script></main>"""

    class Host(BaseHTTPRequestHandler):
        def do_GET(self):  # the server's own name for it
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_words):
            """Nothing on the terminal."""

    server = HTTPServer(("127.0.0.1", 0), Host)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_flow_works_in_a_frame_of_another_site_without_cookies(browser, site, host, tomorrow):
    Project.objects.update(embed_origins=[host])
    context = browser.new_context()
    page = context.new_page()
    page.goto(host)
    frame = page.frame_locator("iframe")
    expect(page.locator("iframe")).to_have_attribute("title", "Choose a time: Catch the lightning – Bookings")
    time = frame.locator(f'button[value="{tomorrow.isoformat()}"]')
    expect(time).to_be_visible()
    wait_until_drawn(page, frame)
    time.click()
    frame.get_by_label("Name").fill("Marty McFly")
    assert page.locator("iframe").evaluate("one => Math.round(one.getBoundingClientRect().top)") >= 0
    frame.get_by_label("E-mail").fill("marty@example.com")
    wait_until_drawn(page, frame)
    frame.get_by_role("button", name="Book this time").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Your time is booked")
    reference = Booking.objects.get().reference
    assert page.evaluate("told") == [["ready", None], ["time-chosen", None], ["booked", reference]]
    assert page.locator("iframe").evaluate("one => one.offsetHeight") != 700
    assert context.cookies() == []
    context.close()


@pytest.mark.looks
def test_a_page_that_staff_did_not_allow_may_not_frame_it(browser, site, host):
    page = browser.new_page()
    page.goto(host)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("told") == []
    expect(
        page.frame_locator("iframe").get_by_text("The page around this one may not embed it.")
    ).to_be_visible()
    page.close()


def test_a_hold_that_costs_a_proof_of_work_is_made_without_a_press(page, site, tomorrow, settings):
    """The worker and the widget come from this site, and the policy of the page allows both."""
    settings.MAX_HOLDS_PER_ADDRESS, settings.PROOF_TRIES = 1, 100
    a_hold_of_somebody_else(site, tomorrow)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site}/book/lightning/?day={tomorrow.date().isoformat()}")
    page.locator("button.time").nth(2).click()
    page.wait_for_url("**/details/**")
    assert not [text for text in said if "Content Security Policy" in text]
    assert Reservation.objects.filter(proven=True).count() == 1


def a_hold_of_somebody_else(site, start) -> None:
    """From the same network address, with a cookie of their own."""
    project = Project.objects.get(slug="lightning")
    other = Client(REMOTE_ADDR="127.0.0.1")
    answer = other.post(f"/book/{project.slug}/hold/", {"start": start.isoformat()})
    assert answer.status_code == 302
