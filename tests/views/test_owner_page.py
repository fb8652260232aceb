"""The owner's page of a request: what it asks before, what can be taken back, and when nothing is left to decide."""

import re
from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.utils import timezone

from bookings.effects import packed_ids
from bookings.effects.links import manage_token, owner_token
from bookings.errors import TimePassed
from bookings.lifecycle import Actor, act
from bookings.models import Booking, HistoryEntry, Occupancy, OutboxMessage, Project, Resource
from tests.situations import a_booking, long_ago
from tests.views.test_booking_page import newest, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(project, tomorrow, visitor):
    """A request for tomorrow that keeps its time."""
    Project.objects.update(booking={"graph": "request"})
    visitor.book(project, tomorrow)
    return newest()


def page_of(booking):
    return f"/o/{owner_token(booking)}/"


def decline(another, booking, **more):
    return another.client.post(page_of(booking), {"action": "decline", "sure": "1"} | more)


def test_declining_asks_first_and_keeps_the_words(another, asked):
    answer = another.client.post(page_of(asked), {"action": "decline", "message": "We are away."})
    said = text(answer)
    assert answer.status_code == 200
    assert re.search(
        r"<h1>Decline the request\?</h1>.*We are away\..*>Decline the request</button>.*>Keep it</a>", said
    )
    assert newest().state.name == "tentative"
    sure = dict(re.findall(r'type="hidden" name="(sure)" value="(\w+)"', said))
    assert decline(another, asked, **sure)["Location"] == page_of(asked)
    assert newest().state.name == "declined"


def test_whoever_is_the_owner_no_longer_decides_nothing_by_an_old_link(another, asked):
    old = page_of(asked)
    assert another.see(old).status_code == 200
    Resource.objects.filter(pk=asked.resource_id).update(email="successor@example.com")
    assert another.client.get(old).status_code == 404
    assert another.client.post(old, {"action": "decline", "sure": "1"}).status_code == 404
    assert newest().state.name == "tentative"
    assert another.see(page_of(newest())).status_code == 200


def test_a_link_that_release_0_1_mailed_to_the_owner_still_opens(another, asked):
    signer = Signer(salt="bookings.links.o", sep=".")
    token = owner_token(asked)[: 1 + packed_ids.LENGTH] + signer.signature(f"{asked.pk}.{asked.nonce}")
    assert token != owner_token(asked)
    assert another.see(f"/o/{token}/").status_code == 200
    assert another.client.get(f"/b/{token}/").status_code == 404


def test_the_time_of_a_request_is_struck_once_it_is_declined_and_not_before(
    project, tomorrow, visitor, another
):
    """Also where a request keeps no time while it waits."""
    Project.objects.update(booking={"graph": "confirm_decline"})
    visitor.book(project, tomorrow)
    asked = newest()
    said = another.see(page_of(asked)).content.decode()
    assert "split--pencil" in said
    assert "split--over" not in said
    decline(another, asked)
    assert "split--over" in another.see(page_of(asked)).content.decode()


def test_accepting_is_one_press_and_mailed_at_once(another, asked):
    another.client.post(page_of(asked), {"action": "confirm"})
    assert newest().state.name == "confirmed"
    mails = OutboxMessage.objects.filter(kind="mail", payload__mail="booked")
    assert mails
    assert all(mail.run_after <= timezone.now() for mail in mails)


def test_a_decline_can_be_taken_back_while_nobody_was_told(another, asked, tomorrow):
    decline(another, asked)
    mail = OutboxMessage.objects.get(kind="mail", payload__mail="declined")
    assert mail.run_after > timezone.now() + timedelta(minutes=1)
    page = page_of(asked)
    assert "You can take it back until" in text(another.see(page))
    assert another.client.get(f"{page}undo/")["Location"] == page  # opening it takes nothing back
    assert newest().state.name == "declined"
    another.client.post(f"{page}undo/")
    stands = newest()
    assert (stands.continues, stands.state.name, stands.start) == (asked, "tentative", tomorrow)
    assert Occupancy.objects.filter(booking=stands).exists()
    assert "asks for this time" in text(another.see(page))
    assert not OutboxMessage.objects.filter(kind="mail", booking_id=stands.pk).exists()
    another.client.post(f"{page}undo/")  # sent twice
    assert Booking.objects.count() == 2
    another.client.post(page, {"action": "confirm"})
    assert newest().state.name == "confirmed"


def test_a_decline_that_was_told_is_not_taken_back(another, asked):
    decline(another, asked)
    Booking.objects.update(state_entered_at=timezone.now() - timedelta(minutes=3))
    assert "You can take it back" not in text(another.see(page_of(asked)))
    assert another.client.post(f"{page_of(asked)}undo/").status_code == 409
    assert newest().state.name == "declined"


def test_a_decline_is_not_taken_back_once_the_time_is_somebody_elses(
    another, visitor, project, asked, tomorrow
):
    decline(another, asked)
    Project.objects.update(booking={"graph": "instant"})
    visitor.book(project, tomorrow)
    answer = another.client.post(f"{page_of(asked)}undo/")
    assert answer.status_code == 409
    assert "This time is taken." in text(answer)


def test_a_decline_is_not_taken_back_after_the_start(another, asked):
    decline(another, asked)
    just_begun = timezone.now() - timedelta(seconds=1)
    Booking.objects.update(start=just_begun, end=just_begun + timedelta(hours=1))
    assert "You can take it back" not in text(another.see(page_of(asked)))
    assert another.client.post(f"{page_of(asked)}undo/").status_code == 409


def test_the_customer_does_not_take_back_what_the_owner_decided(another, visitor, asked):
    decline(another, asked)
    url = f"/b/{manage_token(asked)}/"
    assert "You can take it back" not in text(visitor.see(url))
    assert visitor.client.post(f"{url}undo/").status_code == 409


def test_a_request_is_mailed_at_once_also_one_that_keeps_no_time(project, tomorrow, visitor):
    Project.objects.update(booking={"graph": "confirm_decline"})
    visitor.book(project, tomorrow)
    mails = OutboxMessage.objects.filter(kind="mail")
    assert mails.count() == 2
    assert all(mail.run_after <= timezone.now() for mail in mails)


def test_a_request_whose_start_is_past_says_so_and_has_nothing_to_press(another, project, tomorrow, visitor):
    Project.objects.update(booking={"graph": "confirm_decline"})
    visitor.book(project, tomorrow)
    asked = long_ago(newest(), tomorrow - timezone.now() + timedelta(minutes=5))
    said = text(another.see(page_of(asked)))
    assert "Its time has passed." in said
    assert newest().state.name == "declined"
    assert HistoryEntry.objects.filter(action="decline", actor="clock").exists()
    assert 'name="action"' not in said
    for action in ("confirm", "decline"):
        assert another.client.post(page_of(asked), {"action": action, "sure": "1"}).status_code == 409
    assert newest().state.name == "declined"


def test_a_request_that_no_clock_ends_is_not_answered_by_its_owner_after_its_start(another, project):
    past = timezone.now() - timedelta(minutes=10)
    asked = a_booking(project.resources.get(), past, graph="confirm_decline", project=project)
    said = text(another.see(page_of(asked)))
    assert "The time of this request has passed" in said
    assert 'name="action"' not in said
    answer = another.client.post(page_of(asked), {"action": "confirm"})
    assert answer.status_code == 409
    assert "The time of this request has passed." in text(answer)
    with pytest.raises(TimePassed):
        act(asked, "confirm", by=Actor.owner())
    assert act(asked, "confirm", by=Actor("staff")).state.name == "confirmed"  # staff note what happened
