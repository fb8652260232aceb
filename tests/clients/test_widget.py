"""The published booking widget, unmodified, in two versions, on somebody else's page in a real browser."""

import json
from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.clients.live import start_site

pytestmark = [pytest.mark.clients, pytest.mark.browser]

WEEK_OF_SLOTS = {"from": "1 day", "to": "10 days", "length": "1 hour"}


class Widget:
    """The widget on the host's page, and what it asks the site."""

    def __init__(self, page, host, config, query=""):
        self.page = page
        self.asked = []
        page.on("request", self.note)
        page.add_init_script(f"window.widgetConfig = {json.dumps(config)}")
        with page.expect_response(lambda response: "/v2/" in response.url):
            page.goto(f"{host}/{query}")

    def note(self, request):
        """Remember a request of the page (playwright cannot call `list.append` itself)."""
        self.asked.append(request)

    @property
    def calls(self):
        """What was asked of the API so far: method and path without its prefix; no preflights."""
        return [
            (request.method, request.url.split("/v2", 1)[1])
            for request in self.asked
            if "/v2/" in request.url and request.method != "OPTIONS"
        ]

    def pick(self):
        """Click the first free time, wait for its form, and return the form."""
        self.page.locator(".fc-event").first.click()
        form = self.page.locator(".bookingjs-bookpage.show")
        expect(form).to_be_visible()
        return form

    def fill(self, form, **answers):
        """Type the answers into the fields of those names."""
        for name, value in answers.items():
            form.locator(f"[name={name}]").fill(value)

    def submit(self, form, path):
        """Send the form and return the API's answer to the call whose address holds `path`."""
        with self.page.expect_response(
            lambda response: path in response.url and response.request.method == "POST"
        ) as caught:
            form.locator(".bookingjs-form-button").press("Enter")  # where version 2 has it under its footer
        return caught.value

    @property
    def error(self):
        return self.page.locator(".bookingjs-error-text")


@pytest.fixture(params=["3.3.1", "2.9.10"])
def open_widget(request, page, host_page, live_site):
    """Call it with the widget's configuration (the site's address is added) to open the host's page."""
    is_new = request.param == "3.3.1"
    path, address = ("", {}) if is_new else ("version-2", {"sdk": {"apiBaseUrl": live_site.url}})

    def opened(query="", **config):
        return Widget(page, host_page, {"api_base_url": live_site.url, **address, **config}, path + query)

    return opened


@pytest.fixture
def embedded(open_widget, live_site):
    """The widget with the demo's instant project, as its documentation embeds it."""
    project = live_site.project("instant")
    return open_widget(app_key=live_site.widget_key, project_id=project["id"])


def typed(form):
    """Return every field of the form that must be filled in, with something that fits it."""
    fits = {"email": "jennifer@example.com", "tel": "+1 916 555 4385"}
    required = form.locator("input[required]:visible, textarea[required]:visible")
    fields = required.evaluate_all("fields => fields.map(field => [field.name, field.type])")
    return {name: fits.get(kind, "Jennifer Parker") for name, kind in fields}


def test_a_visitor_of_another_site_books(embedded, live_site, server_sdk):
    form = embedded.pick()
    embedded.fill(form, **typed(form))
    answer = embedded.submit(form, "/v2/bookings?")
    assert answer.status == 201
    expect(embedded.page.locator(".bookingjs-form.success")).to_be_visible()
    expect(embedded.page.locator(".booked-email")).to_have_text("jennifer@example.com")

    made = answer.json()["data"]
    kept = server_sdk("getBooking", {"id": made["id"]}, include=["customers", "project", "event"]).data
    sent = json.loads(answer.request.post_data)
    assert kept["state"] == "confirmed"
    assert kept["project"]["id"] == live_site.project("instant")["id"]
    assert kept["customers"][0]["email"] == "jennifer@example.com"
    assert datetime.fromisoformat(kept["event"]["start"]) == datetime.fromisoformat(sent["start"])
    assert kept["event"]["what"]


def test_an_embedded_project_costs_three_calls(embedded, live_site):
    form = embedded.pick()
    embedded.fill(form, **typed(form))
    embedded.submit(form, "/v2/bookings?")
    project = live_site.project("instant")["id"]
    assert embedded.calls == [
        ("GET", f"/projects/embed/{project}"),
        ("POST", "/availability"),
        ("POST", "/bookings?include=attributes,event,user"),
    ]


def test_times_stand_where_the_visitors_clock_says(open_widget, live_site):
    project = live_site.project("instant")
    tokyo = {"timezone": "Asia/Tokyo", "time_date_format": "24h-dmy-mon"}
    widget = open_widget(app_key=live_site.widget_key, project_id=project["id"], ui=tokyo)
    shown = widget.page.locator(".fc-event .fc-event-time, .fc-event .fc-time").first.inner_text()
    answer = next(request for request in widget.asked if request.url.endswith("/availability")).response()
    first = answer.json()["data"][0]["start"]
    assert first.endswith("+09:00")
    assert shown.startswith(datetime.fromisoformat(first).strftime("%H:%M"))


def test_a_hosted_project_brings_its_own_key(open_widget, live_site):
    widget = open_widget(project_slug=live_site.project("instant")["slug"])
    form = widget.pick()
    widget.fill(form, **typed(form))
    assert widget.submit(form, "/v2/bookings?").status == 201


def test_a_page_without_a_project_names_the_resource_itself(open_widget, live_site, server_sdk):
    somebody = live_site.demo["resources"][0]
    widget = open_widget(app_key=live_site.widget_key, resources=[somebody["id"]], availability=WEEK_OF_SLOTS)
    form = widget.pick()
    expect(form.locator(".bookingjs-bookpage-resource")).to_have_text(somebody["name"])
    widget.fill(form, name="Marty McFly", email="marty@example.com")
    answer = widget.submit(form, "/v2/bookings?")
    assert answer.status == 201
    kept = server_sdk("getBooking", {"id": answer.json()["data"]["id"]}, include=["event", "resource"]).data
    assert kept["resource"]["id"] == somebody["id"]
    assert (kept["event"]["what"], kept["event"]["where"]) == ("Meeting with Marty McFly", "TBD")


def test_a_request_waits_for_the_owner(open_widget, live_site, server_sdk):
    project = live_site.project("confirm_decline")
    widget = open_widget(app_key=live_site.widget_key, project_id=project["id"])
    form = widget.pick()
    widget.fill(form, **typed(form))
    answer = widget.submit(form, "/v2/bookings?")
    assert answer.status == 201
    assert server_sdk("getBooking", {"id": answer.json()["data"]["id"]}).data["state"] == "tentative"


def test_further_fields_of_the_page_are_kept(open_widget, live_site, server_sdk):
    fields = {
        "name": {"title": "Name", "required": True, "split_name": True},
        "email": {"title": "E-mail", "required": True},
        "comment": {"title": "Comment"},
        "shoe_size": {"title": "Shoe size", "format": "select", "enum": ["41", "42"]},
        "extras": {"title": "Extras", "format": "checkbox", "enum": ["hat", "scarf"]},
    }
    project = live_site.project("instant")
    widget = open_widget(app_key=live_site.widget_key, project_id=project["id"], customer_fields=fields)
    form = widget.pick()
    names = {
        "first_name": "Lorraine",
        "last_name": "Baines",
        "email": "lorraine@example.com",
        "comment": "Hi",
    }
    widget.fill(form, **typed(form) | names)
    form.locator("[name=shoe_size]").select_option("42")
    form.locator("[name=extras]").first.check()
    answer = widget.submit(form, "/v2/bookings?")
    assert answer.status == 201
    found = server_sdk("getBookings", carry={"params": {"search": "customer.shoe_size:42"}}).data
    assert answer.json()["data"]["id"] in [row["id"] for row in found]


def test_a_visitor_takes_a_seat_in_a_session(open_widget, live_site, server_sdk, coming_session):
    project = live_site.project("group_customer")
    widget = open_widget(app_key=live_site.widget_key, project_id=project["id"])
    form = widget.pick()
    widget.fill(form, **typed(form))
    answer = widget.submit(form, "/v2/bookings?")
    assert answer.status == 201
    assert ("GET", f"/bookings/groups?search=project.id:{project['id']}") in widget.calls
    owner = json.loads(answer.request.post_data)["related"]["owner_booking_id"]
    seats = server_sdk("getBooking", {"id": owner}, include=["attributes"]).data["attributes"][
        "group_booking"
    ]
    assert seats["current_seats"] >= 1


@pytest.fixture
def coming_session(live_site, server_sdk):
    """A session of the demo's group project in some days, with seats left."""
    project = live_site.project("group_customer")
    search = {"resources": project["resources"][:1], "from": "2 days", "to": "9 days", "length": "1 hour"}
    slot = server_sdk("fetchAvailability", search).data[0]
    wish = {"projectId": project["id"], "graph": "group_owner", "settings": {"maxSeats": 5}}
    wish |= {"resourceId": slot["resources"][0]["id"], "start": slot["start"], "end": slot["end"]}
    text = {"what": "Guitar class", "where": "Hall", "description": "Bring your own"}
    return server_sdk("createBooking", wish | text).data


@pytest.mark.parametrize("open_widget", ["3.3.1"], indirect=True)  # the older one moves none
def test_a_visitor_moves_a_booking(open_widget, live_site, server_sdk, free_hour):
    project = live_site.project("instant")
    customer = {"name": "Jennifer", "email": "jennifer@example.com"}
    hour = free_hour()
    wish = {"projectId": project["id"], "resourceId": project["resources"][0], "customer": customer}
    old = server_sdk("createBooking", wish | hour).data
    move = {"uuid": old["id"], "action": "reschedule", "eventStart": hour["start"], "eventEnd": hour["end"]}
    widget = open_widget("?moving=1", app_key=live_site.widget_key, project_id=project["id"], reschedule=move)
    form = widget.pick()
    widget.fill(form, message="Something came up")
    answer = widget.submit(form, "/reschedule")
    assert answer.ok
    assert f"/v2/bookings/{old['id']}/reschedule?include=" in answer.url
    moved = answer.json()["data"]
    assert moved["id"] != old["id"]
    assert server_sdk("getBooking", {"id": old["id"]}).data["state"] == "rescheduled_by_customer"
    widget.page.wait_for_url(lambda url: "?" not in url)


def test_a_time_taken_meanwhile_is_said_on_the_error_screen(embedded, live_site, server_sdk):
    form = embedded.pick()
    embedded.fill(form, **typed(form))
    slots = next(request for request in embedded.asked if request.url.endswith("/availability"))
    first = slots.response().json()["data"][0]
    text = {"what": "Faster", "where": "Here", "description": "Somebody else"}
    times = {"start": first["start"], "end": first["end"]}
    customer = {"name": "Biff", "email": "biff@example.com"}
    wish = {"resourceId": first["resources"][0]["id"], "graph": "instant", "customer": customer}
    assert server_sdk("createBooking", wish | times | text).ok

    answer = embedded.submit(form, "/v2/bookings?")
    assert answer.status == 409
    assert answer.json()["alternatives"]
    expect(embedded.error).to_contain_text("An error with Timekit Create Booking occured")
    shown = json.loads(embedded.page.locator(".bookingjs-error-text-context").inner_text())
    assert shown == answer.json()["errors"]


def test_an_unknown_project_is_said_on_the_error_screen(open_widget, live_site):
    widget = open_widget(app_key=live_site.widget_key, project_id="00000000-0000-4000-8000-000000000000")
    expect(widget.error).to_contain_text('double-check your "project_id" and "app_key"')
    expect(widget.error).to_contain_text("Resource does not exist")


def test_a_wrong_key_is_said_on_the_error_screen(open_widget, live_site):
    widget = open_widget(app_key="test_widget_key_wrong", project_id=live_site.project("instant")["id"])
    expect(widget.error).to_contain_text('double-check your "project_id" and "app_key"')
    context = widget.page.locator(".bookingjs-error-text-context").inner_text()
    assert json.loads(context), "a refusal without CORS headers would show only {}"


def test_an_unknown_slug_is_said_on_the_error_screen(open_widget):
    widget = open_widget(project_slug="no-such-project")
    expect(widget.error).to_contain_text('double-check your "project_slug"')
    expect(widget.error).to_contain_text("Resource does not exist")


def test_an_error_never_carries_markup_of_the_request(open_widget, live_site):
    attack = "<img src=x onerror='window.attacked = true'>"
    somebody = live_site.demo["resources"][0]
    widget = open_widget(
        app_key=live_site.widget_key,
        resources=[somebody["id"]],
        availability=WEEK_OF_SLOTS,
        booking={"graph": attack, "calendar_id": attack, attack: attack},
    )
    form = widget.pick()
    widget.fill(form, name="Biff", email="biff@example.com")
    assert widget.submit(form, "/v2/bookings?").status in {403, 422}
    expect(widget.error).to_be_visible()
    assert widget.error.locator("img").count() == 0
    assert widget.page.evaluate("window.attacked") is None


def test_nothing_but_a_web_font_is_asked_of_anybody_else(embedded):
    form = embedded.pick()
    embedded.fill(form, **typed(form))
    embedded.submit(form, "/v2/bookings?")
    outside = {request.url.split("/")[2] for request in embedded.asked}
    assert {host for host in outside if not host.startswith("127.0.0.1:")} <= {"fonts.googleapis.com"}


def test_a_site_in_test_mode_shows_the_ribbon(page, host_page, tmp_path):
    with start_site(tmp_path, TEST_MODE="1") as site:
        config = {"api_base_url": site.url, "app_key": site.widget_key}
        project = site.project("instant")
        widget = Widget(page, host_page, config | {"project_id": project["id"]})
        expect(widget.page.locator(".bookingjs-ribbon")).to_contain_text("Test Mode")


def test_a_live_site_shows_no_ribbon(embedded):
    embedded.pick()
    assert embedded.page.locator(".bookingjs-ribbon").count() == 0
