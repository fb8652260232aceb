"""The flow inside another site's frame: no cookies, the form's own proof, and only where staff allow it."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.test import Client, override_settings

from bookings.lifecycle import Actor, act
from bookings.models import Booking, Project
from bookings.views.frames import valid_origins
from tests.views.conftest import MARTY, holds

pytestmark = pytest.mark.django_db


class Framed:
    """A browser that keeps no cookies and checks forgery, as a frame of another origin does."""

    def see(self, url):
        return self._fresh().get(url)

    def send(self, url, page, **answers):
        """Send what the page's forms carry, with these answers."""
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode())
        hidden = {name: unescape(value) for name, value in found}
        return self._fresh().post(url, hidden | answers)

    def _fresh(self):
        return Client(enforce_csrf_checks=True)


@pytest.fixture
def frame():
    return Framed()


@pytest.fixture
def allowed(project):
    Project.objects.update(embed_origins=["https://host.example"])
    return project


def test_the_whole_flow_stays_in_the_frame_and_needs_no_cookie(frame, allowed, tomorrow):
    times = frame.see(f"/embed/lightning/?day={tomorrow.date()}")
    form = frame.send("/embed/lightning/hold/", times, start=tomorrow.isoformat())["Location"]
    assert form.startswith("/embed/lightning/details/")
    page = frame.send(form, frame.see(form), **MARTY)["Location"]
    assert page.startswith("/embed/b/")
    done = frame.see(page).content.decode()
    assert f'data-event="booked" data-reference="{Booking.objects.get().reference}"' in done
    assert "/embed/b/" in done
    assert 'href="/b/' not in done


def test_a_form_without_our_proof_is_refused(allowed, tomorrow):
    answer = Client(enforce_csrf_checks=True).post("/embed/lightning/hold/", {"start": tomorrow.isoformat()})
    assert answer.status_code == 403
    assert not holds().exists()


def test_outside_a_frame_the_cookie_is_still_the_proof(frame, allowed, tomorrow):
    times = frame.see("/embed/lightning/")
    assert frame.send("/book/lightning/hold/", times, start=tomorrow.isoformat()).status_code == 403


def test_picking_another_time_in_a_frame_replaces_the_hold(frame, allowed, tomorrow):
    times = frame.see(f"/embed/lightning/?day={tomorrow.date()}")
    first = frame.send("/embed/lightning/hold/", times, start=tomorrow.isoformat())["Location"]
    again = frame.send(first.replace("/?", "/release/?"), frame.see(first))["Location"]
    assert "visitor=" in again
    frame.send("/embed/lightning/hold/", times, start=tomorrow.replace(hour=15).isoformat())
    frame.send("/embed/lightning/hold/", times, start=tomorrow.replace(hour=16).isoformat())
    assert [held.start.hour for held in holds()] == [16]


def test_only_allowed_pages_may_frame_it_and_the_site_itself_is_in_no_frame(frame, allowed, visitor):
    header = frame.see("/embed/lightning/")["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://host.example" in header
    assert "X-Frame-Options" not in frame.see("/embed/lightning/")
    outside = visitor.see("/book/lightning/")
    assert "host.example" not in outside["Content-Security-Policy"]
    assert outside["X-Frame-Options"] == "DENY"


def framed_by(url, referer, **headers):
    """Ask as a browser does for a frame of that page."""
    told = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site", "Referer": referer, **headers}
    return Client().get(url, headers={name: value for name, value in told.items() if value})


@pytest.mark.parametrize(
    "referer", ["https://other.example/", "http://host.example/", "https://host.example.evil.example/"]
)
def test_where_it_may_not_be_embedded_the_frame_says_so_and_leads_outside(allowed, referer):
    answer = framed_by("/embed/lightning/", referer)
    page = answer.content.decode()
    assert_shown_in_any_frame(answer, status=403)
    assert "The page around this one may not embed it." in page
    assert '<a class="btn" href="/book/lightning/" target="_blank" rel="noopener">' in page
    assert "<form" not in page
    assert "Catch the lightning" not in page


@pytest.mark.parametrize(
    ("referer", "headers"),
    [
        ("https://host.example/", {}),
        ("http://testserver/embed/lightning/", {"Sec-Fetch-Site": "same-origin"}),
        ("https://other.example/", {"Sec-Fetch-Dest": "document"}),
        ("", {}),  # the browser does not say; the header of the answer holds
    ],
)
def test_where_it_may_be_embedded_it_is(allowed, referer, headers):
    answer = framed_by("/embed/lightning/", referer, **headers)
    assert answer.status_code == 200
    assert "frame-ancestors 'self' https://host.example;" in answer["Content-Security-Policy"] + ";"


@pytest.mark.parametrize("referer", ["https://other.example/", "http://host.example/"])
def test_a_browser_that_names_only_the_page_around_is_told_so_too(allowed, referer):
    """Safari before 16.4, and every browser where the site has no https."""
    silent = {"Sec-Fetch-Dest": "", "Sec-Fetch-Site": ""}
    answer = framed_by("/embed/lightning/?lang=de", referer, **silent)
    assert_shown_in_any_frame(answer, status=403)
    assert 'href="/book/lightning/"' in answer.content.decode()
    for welcome in ("https://host.example/", "http://testserver/embed/lightning/"):
        assert framed_by("/embed/lightning/", welcome, **silent).status_code == 200


def test_whoever_comes_back_from_elsewhere_to_a_booking_is_let_in(frame, allowed, tomorrow):
    times = frame.see(f"/embed/lightning/?day={tomorrow.date()}")
    form = frame.send("/embed/lightning/hold/", times, start=tomorrow.isoformat())["Location"]
    booking = frame.send(form, frame.see(form), **MARTY)["Location"]
    silent = {"Sec-Fetch-Dest": "", "Sec-Fetch-Site": ""}
    assert framed_by(booking, "https://pay.example/", **silent).status_code == 200


@pytest.mark.parametrize("referer", ["http://[", "https://", "//", "no address"])
def test_an_address_around_that_cannot_be_read_is_no_address(allowed, referer):
    assert framed_by("/embed/lightning/", referer).status_code == 200


def test_where_nobody_may_embed_it_a_page_that_hides_its_address_is_told_so_too(project):
    assert_shown_in_any_frame(framed_by("/embed/lightning/", ""), status=403)


@pytest.mark.parametrize("url", ["/embed/b/cut-off/", "/embed/lightning/details/cut-off/"])
def test_a_link_that_was_cut_off_says_so_in_its_frame(frame, allowed, url):
    assert_shown_in_any_frame(frame.see(url), status=404)


def test_a_form_that_was_open_for_too_long_says_so_in_its_frame(frame, allowed, tomorrow):
    answer = Client(enforce_csrf_checks=True).post("/embed/lightning/hold/", {"start": tomorrow.isoformat()})
    assert_shown_in_any_frame(answer, status=403)


@override_settings(REQUESTS_A_MINUTE_PER_ADDRESS=1)
def test_whoever_asks_too_often_is_told_so_in_the_frame(visitor, allowed, no_minute_ends):
    answers = [visitor.client.get("/embed/lightning/", REMOTE_ADDR="192.0.2.79") for _time in range(2)]
    assert_shown_in_any_frame(answers[-1], status=429)


def assert_shown_in_any_frame(answer, status):
    assert answer.status_code == status
    assert "frame-ancestors 'self' *;" in answer["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in answer
    assert 'class="embedded"' in answer.content.decode()
    assert 'href="/"' not in answer.content.decode()  # nothing that leads out of the frame


def test_the_language_goes_along_in_the_frame(frame, allowed, tomorrow):
    times = frame.see(f"/embed/lightning/?lang=de&day={tomorrow.date()}")
    assert '<html lang="de"' in times.content.decode()
    assert "lang=de" in frame.send("/embed/lightning/hold/", times, start=tomorrow.isoformat())["Location"]


def test_the_language_stays_beyond_the_booking(frame, allowed, tomorrow):
    times = frame.see(f"/embed/lightning/?lang=de&day={tomorrow.date()}")
    form = frame.send("/embed/lightning/hold/", times, start=tomorrow.isoformat())["Location"]
    page = frame.send(form, frame.see(form), **MARTY)["Location"]
    booked = frame.see(page).content.decode()
    ways = re.findall(r'href="(/embed/b/[^"]+/(?:move|do)/[^"]*)"', booked)
    assert len(ways) == 2
    assert all('<html lang="de"' in frame.see(way.replace("&amp;", "&")).content.decode() for way in ways)
    cancel = next(way for way in ways if "/do/" in way).replace("&amp;", "&")
    over = frame.send(cancel, frame.see(cancel))["Location"]
    assert "Diese Buchung ist storniert" in frame.see(over).content.decode()


@override_settings(MAIL_IS_SET_UP=False)
def test_what_leads_out_of_the_frame_opens_beside_it(frame, allowed, tomorrow):
    """Neither the site's own pages nor other sites' may stand in that frame."""
    Project.objects.update(booking={"graph": "instant_payment"}, pay_url="https://pay.example/")
    times = frame.see(f"/embed/lightning/?day={tomorrow.date()}")
    form = frame.send("/embed/lightning/hold/", times, start=tomorrow.isoformat())["Location"]
    url = frame.send(form, frame.see(form), **MARTY)["Location"]
    unpaid = frame.see(url).content.decode()
    act(Booking.objects.get(), "pay", by=Actor("key"), payment_id="1")
    for page in (unpaid, frame.see(url).content.decode()):
        ways = re.findall(r'<a [^>]*href="(?!/embed/|#)[^>]*>', page)
        assert ways
        assert all('target="_blank"' in way for way in ways)


@override_settings(TEST_MODE=True)
def test_a_payment_that_is_played_through_stays_in_the_frame(frame, allowed, tomorrow):
    Project.objects.update(booking={"graph": "instant_payment"})
    times = frame.see(f"/embed/lightning/?day={tomorrow.date()}")
    form = frame.send("/embed/lightning/hold/", times, start=tomorrow.isoformat())["Location"]
    page = frame.send(form, frame.see(form), **MARTY)["Location"]
    unpaid = frame.see(page).content.decode()
    way = next(re.finditer(r'<a [^>]*href="(/embed/b/[^"]*/pay/[^"]*)"[^>]*>', unpaid))
    assert "_blank" not in way[0]
    url = way[1].replace("&amp;", "&")
    paid = frame.send(url, frame.see(url), action="paid")["Location"]
    assert paid.startswith("/embed/b/")
    assert "Your time is booked" in frame.see(paid).content.decode()


def test_the_language_stays_when_a_booking_moves(frame, allowed, tomorrow):
    times = frame.see(f"/embed/lightning/?lang=de&day={tomorrow.date()}")
    form = frame.send("/embed/lightning/hold/", times, start=tomorrow.isoformat())["Location"]
    booked = frame.see(frame.send(form, frame.see(form), **MARTY)["Location"]).content.decode()
    move = re.search(r'href="(/embed/b/[^"]+/move/[^"]*)"', booked)[1].replace("&amp;", "&")
    confirm = re.search(r'action="(/embed/b/[^"]+/move/to/[^"]*)"', frame.see(move).content.decode())[1]
    later = tomorrow.replace(hour=15).isoformat().replace("+", "%2B")
    side_by_side = frame.see(f"{confirm.partition('?')[0]}?lang=de&start={later}")
    sent_to = re.search(r'id="move" method="post" action="([^"]+)"', side_by_side.content.decode())[1]
    moved = frame.send(sent_to, side_by_side)["Location"]
    assert '<html lang="de"' in frame.see(moved).content.decode()


@pytest.mark.parametrize(
    "entry",
    [
        "*",
        "example.org",
        "https://example.org/",
        "https://a.example; script-src *",
        "javascript://x",
        7,
        None,
        "https://",
    ],
)
def test_what_is_no_origin_never_reaches_the_header(entry):
    assert valid_origins([entry, "https://ok.example:8443"]) == ["https://ok.example:8443"]


def test_the_loader_script_is_four_kilobytes_at_most():
    assert len((settings.BASE_DIR / "static/embed.js").read_bytes()) <= 4000
