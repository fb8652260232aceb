"""Links for one action of one booking: they ask first, do that one thing, and open nothing else."""

import re

import pytest

from bookings.effects.links import action_signature, action_token, manage_token, renew
from bookings.models import Booking
from tests.views.test_booking_page import newest, page, text  # noqa: F401  # the fixture of a booking

pytestmark = pytest.mark.django_db
CANCEL, MOVE = "cancel_by_customer", "reschedule_by_customer"


@pytest.fixture
def booking(page):  # noqa: F811
    return newest()


def link(booking, action):
    """The URL of the page that the API's own link leads to."""
    return f"/a/{action_token(booking, action)}/{action}/"


def leads(answer):
    """Every URL that a page links to or sends a form to."""
    return re.findall(r'(?:href|action)="([^"#]+)"', answer.content.decode())


def test_the_apis_link_leads_to_a_page_that_asks_and_plays_nothing(visitor, booking):
    signature = action_signature(booking, CANCEL)
    answer = visitor.see(f"/v2/bookings/{booking.pk}/external_action/{CANCEL}", signature=signature)
    assert answer["Location"] == link(booking, CANCEL)
    assert "Cancel the booking?" in text(visitor.see(answer["Location"]))
    assert newest().state.name == "confirmed"


def test_it_plays_its_action_and_then_says_how_it_stands(visitor, booking):
    answer = visitor.client.post(link(booking, CANCEL), {"message": "It rains."})
    assert "This booking is cancelled" in text(visitor.see(answer["Location"]))
    assert newest().state.name == "cancelled_by_customer"
    again = visitor.client.post(link(booking, CANCEL))
    assert "This booking is cancelled" in text(visitor.see(again["Location"]))


@pytest.mark.parametrize("action", [CANCEL, MOVE])
def test_whoever_holds_it_never_gets_the_customers_own_link(visitor, booking, action, tomorrow):
    pages = [visitor.see(link(booking, action)), visitor.see(link(booking, action), done="1")]
    if action == MOVE:
        pages.append(visitor.see(f"{link(booking, action)}to/", start=tomorrow.replace(hour=15).isoformat()))
    for answer in pages:
        assert answer.status_code == 200
        assert manage_token(booking) not in answer.content.decode()
        assert not [url for url in leads(answer) if url.startswith(("/b/", "/o/"))]


def test_a_signature_for_one_action_opens_no_other(visitor, booking, tomorrow):
    token = action_token(booking, CANCEL)
    later = tomorrow.replace(hour=15).isoformat()
    for url in (f"/a/{token}/{MOVE}/", f"/a/{token}/{CANCEL}/to/", f"/b/{token}/", f"/o/{token}/"):
        assert visitor.see(url).status_code == 404
        assert visitor.client.post(url, {"start": later}).status_code in {404, 405}
    assert Booking.objects.count() == 1


def test_it_moves_the_booking_and_leads_no_further(visitor, booking, tomorrow):
    url = link(booking, MOVE)
    later = tomorrow.replace(hour=15)
    assert f'action="{url}to/"' in text(visitor.see(url))
    answer = visitor.client.post(f"{url}to/", {"start": later.isoformat()})
    assert newest().start == later
    assert newest().continues == booking
    said = text(visitor.see(answer["Location"]))
    assert "Your booking is moved" in said
    assert "13:00–14:00 → " in said
    assert "/b/" not in said
    assert visitor.client.post(url).status_code == 405


def test_a_new_time_that_is_taken_by_now_is_told_with_the_nearest(
    visitor, another, project, booking, tomorrow
):
    later = tomorrow.replace(hour=15)
    another.book(project, later)
    answer = visitor.client.post(f"{link(booking, MOVE)}to/", {"start": later.isoformat()})
    assert answer.status_code == 409
    assert answer.content.decode().count('class="time"') == 3
    assert f'href="{link(booking, MOVE)}"' in text(answer)


def test_renewed_links_end_it_too(visitor, booking):
    url = link(booking, CANCEL)
    renew(booking)
    assert visitor.see(url).status_code == 404
