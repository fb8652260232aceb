"""One script in another site's page: the flow in the page, as a pop-up, as a button in the corner."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking, Project
from tests.situations import a_project, a_resource
from tests.views.frames import wait_until_drawn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tomorrow():
    return (timezone.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def site(live_server, settings):
    settings.MAIL_IS_SET_UP = True
    a_project(a_resource(name="Emmett Brown"), name="Catch the lightning", slug="lightning")
    return live_server.url


class HostHandler(BaseHTTPRequestHandler):
    """Whatever is asked for, the page that embeds; its policy lets in our script and our frame, and nothing inline."""

    def do_GET(self):  # the server's own name for it
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        site = self.server.site
        policy = f"default-src 'none'; script-src {site}; frame-src {site}"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(self.server.page.encode())

    def log_message(self, *_words):
        """Nothing on the terminal."""


@pytest.fixture
def host(site):
    """Another site, at another origin; its ``page`` is what the test makes it."""
    server = HTTPServer(("127.0.0.1", 0), HostHandler)
    server.site = site
    server.url = f"http://127.0.0.1:{server.server_port}"
    Project.objects.update(embed_origins=[server.url], return_origins=[server.url])
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 375, "height": 700})
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda one: faults.append(one.text) if "Content Security" in one.text else None)
    yield page
    context.close()
    assert not faults


def script(host, **data):
    given = "".join(f' data-{name.replace("_", "-")}="{value}"' for name, value in data.items())
    return f'<script src="{host.site}/static/embed.js"{given} async></script>'


def html(*parts, lang="en"):
    return f'<!doctype html><html lang="{lang}"><title>Shop</title><main><h1>Shop</h1>{"".join(parts)}</main>'


def choose_in_the_frame(page, start):
    frame = page.frame_locator("iframe")
    time = frame.locator(f'button[value="{start.isoformat()}"]')
    expect(time).to_be_visible()
    wait_until_drawn(page, frame)
    time.click()
    return frame


def book_in_the_frame(page, start):
    frame = choose_in_the_frame(page, start)
    frame.get_by_label("Name").fill("Marty McFly")
    frame.get_by_label("E-mail").fill("marty@example.com")
    wait_until_drawn(page, frame)
    frame.get_by_role("button", name="Book this time").click()
    return frame


def test_in_the_page_the_campaign_of_the_page_around_comes_into_the_booking(page, host, tomorrow):
    host.page = html(script(host, project="lightning", query=f"day={tomorrow.date()}&utm_medium=embed"))
    page.goto(f"{host.url}/shop?utm_source=letter&utm_medium=mail&secret=1")
    frame = book_in_the_frame(page, tomorrow)
    expect(frame.get_by_role("heading", level=1)).to_have_text("Your time is booked")
    assert Booking.objects.get().meta == {"utm_source": "letter", "utm_medium": "embed"}


def test_after_the_booking_the_page_around_goes_where_it_wanted_to(page, host, tomorrow):
    host.page = html(
        script(host, project="lightning", query=f"day={tomorrow.date()}", return_to="/thanks?order=7")
    )
    page.goto(f"{host.url}/shop")
    book_in_the_frame(page, tomorrow)
    page.wait_for_url(f"{host.url}/thanks?**")
    told = parse_qs(urlsplit(page.url).query)
    assert told == {"order": ["7"], "reference": [Booking.objects.get().reference]}


def test_outside_a_frame_the_browser_is_let_go_there_too(page, host, tomorrow):
    host.page = html()
    page.goto(f"{host.site}/book/lightning/?day={tomorrow.date()}&return_to={host.url}/thanks")
    page.locator(f'button[value="{tomorrow.isoformat()}"]').click()
    page.get_by_label("Name").fill("Marty McFly")
    page.get_by_label("E-mail").fill("marty@example.com")
    page.get_by_role("button", name="Book this time").click()
    page.wait_for_url(f"{host.url}/thanks?reference={Booking.objects.get().reference}")


def test_a_link_opens_a_pop_up_with_its_answers_that_escape_shuts(page, host, tomorrow):
    query = f"day={tomorrow.date()}&amp;customer.name=Emmett"
    link = f'<a href="{host.site}/book/lightning/?{query}" data-book>Book with us</a>'
    host.page = html(link, script(host, **{"as": "popup"}))
    page.goto(host.url)
    opener = page.get_by_role("link", name="Book with us")
    opener.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    frame = choose_in_the_frame(page, tomorrow)
    expect(frame.get_by_label("Name")).to_have_value("Emmett")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.get_by_role("button", name="Close").click()
    expect(page.locator("dialog")).to_have_count(0)
    opener.click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


@pytest.mark.looks
def test_a_link_elsewhere_or_with_a_key_held_down_is_an_ordinary_link(page, host):
    host.page = html(
        f'<a href="{host.url}/else" data-book>Else</a>'
        f'<a href="{host.site}/book/lightning/" data-book>Book</a><a href="{host.site}/book/lightning/">Plain</a>',
        script(host, **{"as": "popup"}),
    )
    page.goto(host.url)
    page.get_by_role("link", name="Else").click()
    page.wait_for_url(f"{host.url}/else")
    with page.context.expect_page():
        page.get_by_role("link", name="Book").click(modifiers=["Control"])
    expect(page.locator("dialog")).to_have_count(0)
    page.get_by_role("link", name="Plain").click()
    page.wait_for_url(f"{host.site}/book/lightning/**")


@pytest.mark.looks
@pytest.mark.parametrize(
    ("lang", "data", "words"), [("de-AT", {}, "Termin buchen"), ("en", {"label": "Talk to us"}, "Talk to us")]
)
def test_a_button_in_the_corner_opens_it(page, host, tomorrow, lang, data, words):
    query = f"day={tomorrow.date()}"
    host.page = html(script(host, **{"as": "button"}, project="lightning", query=query, **data), lang=lang)
    page.goto(host.url)
    page.get_by_role("button", name=words).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    frame = book_in_the_frame(page, tomorrow)
    expect(frame.get_by_role("heading", level=1)).to_have_text("Your time is booked")
