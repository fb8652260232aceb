"""The customer is told that an assistant booked, and undoes it by the link for half an hour."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bookings.effects.links import manage_url
from bookings.lifecycle import Actor, act, undo
from bookings.models import Booking, HistoryEntry
from tests.agents.conftest import MARTY, Agent
from tests.agents.test_conversations import booked
from tests.effects.conftest import work
from tests.situations import HOUR, a_booking, a_project, a_server_key

SAID = "An assistant booked this for you."


@pytest.fixture(autouse=True)
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True


@pytest.fixture
def made(project, tomorrow):
    """Booked by an assistant, past its cut-off already."""
    layer = project.booking | {"settings": {"min_cancel_time": "5 days"}}
    project.booking = layer
    project.save()
    booked(Agent(), project, tomorrow)
    return Booking.objects.get()


def page_of(booking) -> str:
    return Client().get(manage_url(booking).removeprefix("http://testserver")).content.decode()


def long_made(booking, by=timedelta(minutes=31)) -> Booking:
    Booking.objects.filter(pk=booking.pk).update(created_at=timezone.now() - by)
    booking.refresh_from_db()
    return booking


def test_the_mail_says_so_and_until_when_it_is_undone(made, mailoutbox):
    work()
    (mail,) = [one for one in mailoutbox if one.to == ["marty@example.com"]]
    assert SAID in mail.body
    assert "undo it by the link below until" in mail.body


def test_the_owners_mail_says_nothing_of_undoing(made, doc, mailoutbox):
    doc.email = "doc@example.com"
    doc.save()
    work()
    assert all(SAID not in one.body for one in mailoutbox if one.to == ["doc@example.com"])


def test_what_the_person_booked_themselves_is_told_as_ever(project, doc, tomorrow, mailoutbox):
    own = a_booking(doc, tomorrow, project=project, by=Actor.customer())
    work()
    assert all(SAID not in one.body for one in mailoutbox)
    assert SAID not in page_of(own)
    assert own.by_agent is False


def test_the_page_undoes_it_though_the_cut_off_is_past(made):
    page = page_of(made)
    assert SAID in page
    browser = Client()
    asks = re.search(r'href="([^"]+)"[^>]*>\s*Undo the booking', page)[1]
    assert "Catch the lightning" in browser.get(asks).content.decode()
    assert Booking.objects.get().state.occupies
    browser.post(asks)
    assert not Booking.objects.get().state.occupies


def test_after_half_an_hour_the_cut_off_holds_again(made):
    page = page_of(long_made(made))
    assert "Undo the booking" not in page
    assert not made.is_open_to_changes(timezone.now())


def test_nothing_is_undone_once_it_has_begun(made):
    Booking.objects.filter(pk=made.pk).update(start=timezone.now() - HOUR)
    made.refresh_from_db()
    assert made.agent_undo_until == made.start
    assert "Undo the booking" not in page_of(made)


def test_what_an_assistant_moved_can_be_cancelled_for_as_long(project, tomorrow, mailoutbox):
    agent = Agent()
    told = booked(agent, project, tomorrow)
    long_made(Booking.objects.get())
    agent.confirmed("move_booking", link=told["link"], start=(tomorrow + HOUR).isoformat())
    moved = Booking.objects.get(continued_by=None)
    assert "An assistant moved this for you." in page_of(moved)
    work()
    assert any("An assistant moved this for you." in one.body for one in mailoutbox)


def test_what_an_assistant_cancelled_is_taken_back_by_the_person(project, tomorrow):
    agent = Agent()
    told = booked(agent, project, tomorrow)
    agent.confirmed("cancel_booking", link=told["link"])
    ended = Booking.objects.get()
    assert "You can take it back until" in page_of(ended)
    assert undo(ended, by=Actor.customer()).state.occupies


def test_what_an_assistant_with_a_key_declined_is_no_customers_to_take_back(doc, tomorrow):
    project = a_project(doc, graph="request")
    own = a_booking(doc, tomorrow, project=project, graph="request")
    agent = Agent(key=a_server_key()[1])
    agent.confirmed("decide", booking=str(own.pk), action="decline")
    assert "You can take it back until" not in page_of(own)
    assert HistoryEntry.objects.filter(actor="agent").exclude(actor_id="").exists()
    assert own.by_agent is False


def test_the_desk_sees_that_an_assistant_did_it(made, admin_client):
    key, value = a_server_key()
    act(made, "cancel", by=Actor.of_key(key.pk, is_widget=False).through_an_agent())
    page = admin_client.get(f"/admin/bookings/booking/{made.pk}/change/").content.decode()
    assert "assistant" in page
    assert "Assistant with the API key a server key" in page
    assert value not in page
    assert MARTY["name"] in page
