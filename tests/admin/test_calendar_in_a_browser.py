"""The calendar as staff meet it: dragged, put back, pressed, by keys, on a phone, in both schemes, under the policy."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from bookings.lifecycle import Actor, add_event, reschedule
from bookings.models import Booking, Event, Site
from tests.admin.conftest import logged_in
from tests.admin.counted import Counted
from tests.faults import faults_on_screens
from tests.situations import HOUR, a_booking, a_project, a_resource, at, marty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CALENDAR = reverse("admin:bookings_booking_calendar") + "?day=2033-03-14"
SPOT = "#calendar .ec-event:has-text('Marty McFly')"
HOUR_HIGH = 60  # two slots of calendar.js


@pytest.fixture
def emmett():
    Site.objects.update_or_create(pk=1, defaults={"timezone": "UTC"})
    return a_resource(name="Emmett")


@pytest.fixture
def clara(emmett):
    return a_resource(name="Clara")


@pytest.fixture
def context(browser, live_server, emmett, clara):
    client = logged_in("desk")
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 1000})
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    yield context
    context.close()


@pytest.fixture
def context_in_arabic(browser, live_server, emmett):
    context = browser.new_context(locale="ar", viewport={"width": 768, "height": 1000})
    session = logged_in("desk").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield context
    context.close()


@pytest.fixture
def desk(context, live_server):
    """The desk, whose page fails the test by a fault in a script or a breach of the policy."""
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
    )
    page.on(
        "request",
        lambda request: faults.append(request.url) if not request.url.startswith(live_server.url) else None,
    )
    yield Counted(page, live_server.url, faults)
    assert not faults


def opened(desk, live_server, path=CALENDAR):
    with desk.page.expect_response(lambda one: "/calendar/feed/" in one.url):
        desk.page.goto(live_server.url + path)
    expect(desk.page.locator("#calendar-list")).to_be_hidden()


def test_a_booking_is_moved_by_a_drag_and_a_press(desk, live_server, emmett, clara):
    booking = a_booking(emmett, at(9), project=a_project(emmett, clara))
    opened(desk, live_server)
    desk.drag(desk.page.locator(SPOT), down=HOUR_HIGH)
    expect(desk.page.get_by_role("dialog")).to_contain_text(
        "Move Marty McFly to Monday 14 March 2033, 10:00–11:00"
    )
    expect(desk.page.get_by_role("dialog")).to_contain_text(
        "Marty McFly is told by e-mail to marty@example.com"
    )
    assert not Booking.objects.filter(continues=booking).exists()
    desk.press_here("button", "Move")
    expect(desk.page.locator("#calendar-said")).to_contain_text("Marty McFly: moved to")
    assert Booking.objects.get(continues=booking).start == at(10)
    assert desk.count == 2


def test_a_booking_is_drawn_out_by_its_lower_edge(desk, live_server, emmett):
    booking = a_booking(emmett, at(9))
    opened(desk, live_server)
    desk.page.locator(SPOT).hover()
    box = desk.page.locator(f"{SPOT} .ec-resizer").bounding_box()
    desk.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    desk.page.mouse.down()
    desk.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + HOUR_HIGH, steps=6)
    desk.page.mouse.up()
    desk.press_here("button", "Move")
    expect(desk.page.locator("#calendar-said")).to_contain_text("09:00–11:00")
    assert Booking.objects.get(continues=booking).end == at(11)


@pytest.mark.looks
def test_an_entry_of_half_an_hour_says_who_it_is_in_a_narrow_column(desk, live_server, emmett):
    for number in range(7):
        a_resource(name=f"Chair {number}")
    a_booking(emmett, at(9), HOUR / 2)
    opened(desk, live_server)
    entry, name = (desk.page.locator(one).bounding_box() for one in (SPOT, f"{SPOT} .ec-event-title"))
    assert name["y"] >= entry["y"]
    assert name["y"] + name["height"] <= entry["y"] + entry["height"]
    cut = """all => all.filter((one) => {
      const shown = one.parentElement.getBoundingClientRect(), own = one.getBoundingClientRect();
      return own.top < shown.bottom - 1 && own.bottom > shown.bottom + 1;
    }).length"""
    assert desk.page.locator(f"{SPOT} .ec-event-body > *").evaluate_all(cut) == 0


def test_put_back_it_stands_where_it_stood(desk, live_server, emmett):
    booking = a_booking(emmett, at(9))
    opened(desk, live_server)
    desk.drag(desk.page.locator(SPOT), down=HOUR_HIGH)
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(desk.page.get_by_role("dialog")).to_be_hidden()
    expect(desk.page.locator(SPOT)).to_contain_text("09:00")
    assert not Booking.objects.filter(continues=booking).exists()


def test_a_refusal_puts_it_back_with_its_sentence_and_a_way_to_ask_why(desk, live_server, emmett):
    a_booking(emmett, at(9), project=a_project(emmett))
    add_event(Event(calendar=emmett.calendars.get(), start=at(10, 30), end=at(12), what="Dentist"))
    opened(desk, live_server)
    desk.drag(desk.page.locator(SPOT), down=HOUR_HIGH)
    desk.press_here("button", "Move")
    expect(desk.page.get_by_role("alert")).to_contain_text("This time is taken.")
    expect(desk.page.locator(SPOT)).to_contain_text("09:00")
    desk.press_here("link", "Why not?")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Why not this time?")


def test_what_somebody_else_moved_meanwhile_is_put_back_says_so_and_is_read_again(desk, live_server, emmett):
    booking = a_booking(emmett, at(9))
    opened(desk, live_server)
    reschedule(booking, by=Actor.customer(), start=at(15), end=at(16))
    desk.drag(desk.page.locator(SPOT), down=HOUR_HIGH)
    expect(desk.page.get_by_role("alert")).to_contain_text("The customer was first")
    expect(desk.page.locator("#calendar-news")).to_contain_text(
        "moved Marty McFly from Monday 14 March, 09:00"
    )
    expect(desk.page.locator(SPOT)).to_contain_text("15:00")
    assert Booking.objects.filter(state__occupies=True).count() == 1


@pytest.mark.parametrize("moment", ["asking", "moving"])
def test_a_lost_network_puts_it_back_and_says_what_is_known(desk, live_server, emmett, moment):
    booking = a_booking(emmett, at(9))
    opened(desk, live_server)
    if moment == "asking":
        desk.page.context.set_offline(True)
    desk.drag(desk.page.locator(SPOT), down=HOUR_HIGH)
    if moment == "moving":
        expect(desk.page.get_by_role("dialog")).to_be_visible()
        desk.page.context.set_offline(True)
        desk.press_here("button", "Move")
    expect(desk.page.get_by_role("alert")).to_contain_text("The server could not be reached")
    expect(desk.page.locator(SPOT)).to_contain_text("09:00")
    assert not Booking.objects.filter(continues=booking).exists()


def test_a_press_on_a_free_place_leads_to_a_new_booking_there(desk, live_server, clara):
    opened(desk, live_server)
    box = desk.page.locator("#calendar .ec-body .ec-day, #calendar .ec-body .ec-col").first.bounding_box()
    with desk.page.expect_navigation():
        desk.page.mouse.click(box["x"] + 40, box["y"] + 9 * HOUR_HIGH + 5)
    assert f"resource={clara.pk}" in desk.page.url
    assert "start=2033-03-14T09%3A00" in desk.page.url


def of_tomorrow():
    """A booking of tomorrow at five in the afternoon on the busy desk; six are free afterwards."""
    zone = ZoneInfo(Site.current().timezone)
    midnight = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    at_five = Booking.objects.filter(start=midnight + timedelta(days=1, hours=17), state__occupies=True)
    return at_five.select_related("customer").order_by("resource__name")[0]


def shown(counted, booking):
    """The calendar of its day, with it in the middle: near an edge the calendar scrolls along with what is dragged."""
    start = booking.start.astimezone(ZoneInfo(Site.current().timezone))
    with counted.page.expect_response(lambda one: "/calendar/feed/" in one.url):
        counted.begin(f"{reverse('admin:bookings_booking_calendar')}?day={start:%Y-%m-%d}")
    spot = counted.page.locator(f"#calendar .ec-event:has-text('{booking.customer.name}')").first
    spot.evaluate("one => one.scrollIntoView({block: 'center'})")
    return spot


@pytest.mark.parametrize("role", ["desk", "manager"])
def test_on_a_busy_desk_a_booking_is_moved_in_two_interactions_by_hand_and_four_by_keys(counted, role):
    desk = counted(role)
    booking = of_tomorrow()
    desk.drag(shown(desk, booking), down=HOUR_HIGH)
    desk.press_here("button", "Move")
    expect(desk.page.locator("#calendar-said")).to_contain_text(f"{booking.customer.name}: moved to")
    assert Booking.objects.get(continues=booking).start == booking.start + HOUR
    assert desk.count == 2
    booking = of_tomorrow()
    shown(desk, booking).locator("a").focus()
    desk.enter()
    desk.page.get_by_role("link", name="Move", exact=True).focus()
    desk.enter()
    desk.fill("Time", "19:30")
    desk.enter()
    assert Booking.objects.get(continues=booking).start == booking.start + 2.5 * HOUR
    assert desk.count <= 4


@pytest.mark.looks
def test_on_a_phone_one_resource_has_the_whole_width_and_another_is_chosen(desk, live_server, emmett, clara):
    a_booking(emmett, at(9))
    a_booking(clara, at(10), customer=marty(email="clara@example.org"), what="Clara's")
    desk.page.set_viewport_size({"width": 375, "height": 800})
    opened(desk, live_server)
    events = desk.page.locator("#calendar .ec-event:has(.ec-event-time)")
    shown = desk.page.get_by_label("Whose day")
    names = {"Clara": "10:00", "Emmett": "09:00"}
    for name, clock in names.items():
        shown.select_option(label=name)
        expect(events).to_have_count(1)
        expect(events).to_contain_text(clock)
        assert events.bounding_box()["width"] > 200
    desk.page.set_viewport_size({"width": 1280, "height": 800})
    expect(events).to_have_count(2)
    expect(shown).to_be_hidden()
    desk.page.set_viewport_size({"width": 375, "height": 800})
    desk.page.goto(live_server.url + CALENDAR + "&view=week")
    expect(desk.page.locator("#calendar-list")).to_be_visible()
    expect(desk.page.locator("#calendar")).to_be_hidden()


@pytest.mark.looks
@pytest.mark.parametrize("width", [375, 1280])
def test_the_calendar_is_free_of_faults_that_a_machine_can_find(desk, live_server, emmett, clara, width):
    a_booking(emmett, at(9), buffer_after=HOUR / 2)
    a_booking(emmett, at(11), graph="confirm_decline")
    a_booking(clara, at(10), customer=None)
    add_event(Event(calendar=emmett.calendars.get(), start=at(11, 30), end=at(13), what="Dentist"))
    page = desk.page
    page.set_viewport_size({"width": width, "height": 900})
    for query in ("", "&view=week", f"&view=week&resource={emmett.pk}"):
        with page.expect_response(lambda one: "/calendar/feed/" in one.url):
            page.goto(live_server.url + CALENDAR + query)
        is_list = width == 375 and query == "&view=week"
        expect(page.locator("#calendar-list" if is_list else "#calendar .ec-event").first).to_be_visible()
        assert faults_on_screens(page, [width]) == []
    page.goto(live_server.url + CALENDAR + "&list=on")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.looks
def test_a_name_that_is_cut_short_keeps_its_beginning_on_a_page_from_right_to_left(
    context_in_arabic, live_server, emmett
):
    a_booking(emmett, at(9), HOUR / 2)
    page = context_in_arabic.new_page()
    page.goto(f"{live_server.url}{CALENDAR}")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".ec-event-title:has-text('Marty McFly')")).to_have_css("direction", "ltr")
