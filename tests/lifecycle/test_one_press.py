"""What staff do by one press: done at once, its mails wait, and it can be taken back while they do."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from bookings import invariants
from bookings.errors import ActionNotAvailable, NothingToUndo, SlotTaken
from bookings.lifecycle import Actor, act, press, press_window, take_back
from bookings.models import Booking, HistoryEntry, Occupancy, OutboxMessage, State
from tests.situations import a_booking, a_resource, a_session, aged, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena():
    return Actor.staff(User.objects.create_user("lena", is_staff=True))


def mails(booking):
    """The mails of the last thing that happened to a booking."""
    last = HistoryEntry.objects.filter(booking_id=booking.pk).last()
    return OutboxMessage.objects.filter(booking_id=booking.pk, kind="mail", payload__history=last.pk)


def test_its_mails_wait_as_long_as_it_can_be_taken_back_and_those_of_a_page_that_asked_do_not(lena):
    resource = a_resource()
    pressed = press(a_booking(resource, at(9), graph="request"), "confirm", by=lena)
    asked = act(a_booking(resource, at(11), graph="request"), "confirm", by=lena)
    assert (pressed.state.name, asked.state.name) == ("confirmed", "confirmed")
    for mail in mails(pressed):
        assert mail.run_after >= pressed.state_entered_at + press_window()
    for mail in mails(asked):
        assert mail.run_after < asked.state_entered_at + press_window()
    assert mails(pressed).count() == mails(asked).count() > 0
    waits = OutboxMessage.objects.get(booking_id=pressed.pk, kind="webhook", payload__state="confirmed")
    assert waits.run_after < pressed.state_entered_at + press_window()


def test_what_was_accepted_waits_again_and_nobody_hears_of_it(lena):
    booking = a_booking(a_resource(), at(9), graph="request")
    told = mails(press(booking, "confirm", by=lena))
    assert told.exists()
    back = take_back(booking, by=lena)
    assert (back.pk, back.state.name) == (booking.pk, "tentative")
    assert set(told.values_list("outcome", flat=True)) == {"dropped"}
    assert not mails(back).exists()
    assert HistoryEntry.objects.last().reason == "undone"
    assert back.due_at is not None
    assert list(invariants.broken()) == []


def test_it_can_be_accepted_again_and_is_told_once(lena):
    booking = a_booking(a_resource(), at(9), graph="request")
    press(booking, "confirm", by=lena)
    take_back(booking, by=lena)
    again = press(Booking.objects.get(pk=booking.pk), "confirm", by=lena)
    to_customer = OutboxMessage.objects.filter(payload__mail="booked", payload__to="customer")
    assert again.state.name == "confirmed"
    assert to_customer.count() == 2
    assert to_customer.waiting().count() == 1


def test_what_accepting_took_is_given_back(lena):
    resource = a_resource()
    booking = a_booking(resource, at(9), graph="confirm_decline")
    press(booking, "confirm", by=lena)
    assert Occupancy.objects.filter(booking=booking).exists()
    take_back(booking, by=lena)
    assert not Occupancy.objects.filter(booking=booking).exists()
    assert a_booking(resource, at(9)).state.name == "confirmed"
    assert list(invariants.broken()) == []


def test_what_was_declined_stands_again_under_its_reference(lena):
    booking = a_booking(a_resource(), at(9), graph="request")
    told = mails(press(booking, "decline", by=lena))
    back = take_back(booking, by=lena)
    assert (back.continues_id, back.reference, back.state.name) == (
        booking.pk,
        booking.reference,
        "tentative",
    )
    assert set(told.values_list("outcome", flat=True)) == {"dropped"}
    assert list(invariants.broken()) == []


def test_what_went_to_another_meanwhile_is_refused_and_stays_declined(lena):
    resource = a_resource()
    booking = a_booking(resource, at(9), graph="request")
    told = mails(press(booking, "decline", by=lena))
    a_booking(resource, at(9))
    with pytest.raises(SlotTaken):
        take_back(booking, by=lena)
    booking.refresh_from_db()
    assert booking.state.name == "declined"
    assert told.waiting().exists()


def test_it_is_not_taken_back_once_the_minutes_are_over_by_others_or_twice(lena):
    resource = a_resource()
    booking = a_booking(resource, at(9), graph="request")
    press(booking, "decline", by=lena)
    anna = Actor.staff(User.objects.create_user("anna", is_staff=True))
    with pytest.raises(NothingToUndo):
        take_back(booking, by=anna)
    take_back(booking, by=lena)
    with pytest.raises(NothingToUndo):
        take_back(booking, by=lena)
    late = a_booking(resource, at(11), graph="request")
    press(late, "decline", by=lena)
    with pytest.raises(NothingToUndo):
        take_back(aged(Booking.objects.get(pk=late.pk), timedelta(minutes=3)), by=lena)


def test_what_a_page_asked_about_is_not_taken_back(lena):
    booking = act(a_booking(a_resource(), at(9), graph="request"), "decline", by=lena)
    with pytest.raises(NothingToUndo):
        take_back(booking, by=lena)


def test_what_asks_for_more_than_a_press_or_ends_others_is_refused(lena):
    unpaid = a_booking(a_resource(), at(9), graph="instant_payment")
    session = a_session(a_resource(), at(9), seats=3)
    moved = a_booking(a_resource(), at(9))
    for booking, name in ((unpaid, "pay"), (session, "cancel"), (moved, "reschedule_by_customer")):
        with pytest.raises(ActionNotAvailable):
            press(booking, name, by=lena)
    assert State.objects.filter(bookings__in=[unpaid, session, moved], occupies=True).count() == 3
