"""Signed links: one booking, one purpose, worthless once renewed."""

from __future__ import annotations

import pytest

from bookings.effects.links import (
    LinkInvalid,
    Purpose,
    action_signature,
    is_action_signature,
    manage_token,
    newest,
    owner_token,
    read_token,
    renew,
)
from bookings.lifecycle import Actor, act, delete, reschedule
from bookings.models import Booking
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking():
    return a_booking(a_resource(), at(9))


def test_a_token_names_its_booking_and_purpose(booking):
    assert read_token(manage_token(booking)) == (booking, Purpose.MANAGE)
    assert read_token(owner_token(booking)) == (booking, Purpose.OWNER)


def test_a_customers_token_never_opens_the_owners_page(booking):
    with pytest.raises(LinkInvalid):
        read_token("o" + manage_token(booking)[1:])


def test_another_bookings_signature_is_worth_nothing(booking):
    other = a_booking(a_resource(), at(9))
    token = manage_token(booking)[:23] + manage_token(other)[23:]
    with pytest.raises(LinkInvalid):
        read_token(token)


@pytest.mark.parametrize(
    "token", ["", "b", "x" * 66, "b" * 66, "b" + "ä" * 65, "o....", "b\0", "b" + "\ud800" * 30]
)
def test_what_was_never_a_token_is_refused(token):
    with pytest.raises(LinkInvalid):
        read_token(token)


def test_every_letter_of_the_signature_counts(booking):
    token = manage_token(booking)
    for place in range(23, len(token) - 1):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(LinkInvalid):
            read_token(token[:place] + other + token[place + 1 :])


def test_a_renewed_link_is_worthless_also_that_of_the_booking_it_continues(booking):
    moved = reschedule(booking, start=at(12), end=at(13), by=Actor.customer())
    old, new = manage_token(booking), manage_token(moved)
    assert read_token(old)[0] == booking
    assert newest(booking) == moved
    renew(moved)
    for token in (old, new):
        with pytest.raises(LinkInvalid):
            read_token(token)
    assert read_token(manage_token(moved))[0] == moved


def test_a_deleted_booking_has_no_page(booking):
    token = manage_token(booking)
    cancelled = act(booking, "cancel", by=Actor.owner())
    assert read_token(token)[0] == booking
    delete(cancelled, by=Actor.owner())
    with pytest.raises(LinkInvalid):
        read_token(token)


def test_a_former_secret_key_still_opens_while_it_is_named(booking, settings):
    token = manage_token(booking)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert read_token(token)[0] == booking
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(LinkInvalid):
        read_token(token)


def test_an_action_link_is_for_one_action_of_one_booking(booking):
    signature = action_signature(booking, "cancel_by_customer")
    assert is_action_signature(booking, "cancel_by_customer", signature)
    assert not is_action_signature(booking, "reschedule_by_customer", signature)
    assert not is_action_signature(a_booking(a_resource(), at(9)), "cancel_by_customer", signature)
    for wrong in ("", signature[:-1], signature + "A", "ä", "\ud800", manage_token(booking)):
        assert not is_action_signature(booking, "cancel_by_customer", wrong)


def test_nothing_readable_is_stored(booking):
    token = manage_token(booking)
    row = Booking.objects.values().get(pk=booking.pk)
    assert all(token not in str(value) and token[23:] not in str(value) for value in row.values())


def test_an_old_link_opens_nothing_once_what_continues_it_is_deleted(booking):
    moved = reschedule(booking, by=Actor.owner(), start=at(12), end=at(13))
    old = read_token(manage_token(booking))[0]
    assert newest(old) == moved
    delete(act(moved, "cancel", by=Actor.owner()), by=Actor("key"))
    with pytest.raises(LinkInvalid):
        newest(read_token(manage_token(booking))[0])
