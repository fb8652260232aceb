"""A site that stands still sends nothing, plays nothing and sweeps nothing, on whichever machine its worker runs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.effects.outbox import Sender
from bookings.housekeeping import sweep
from bookings.lifecycle import play_due
from bookings.models import Booking, Occupancy, OutboxMessage, Standstill
from tests.effects.conftest import let_wait_end, work
from tests.situations import a_booking, a_hold, a_resource, aged, at

pytestmark = pytest.mark.django_db


def test_nothing_is_sent_until_it_ends(mailoutbox: list[object], sender: Sender) -> None:
    a_booking(a_resource(), at(9))
    Standstill.objects.create(pk=1, reason="restored")
    work(sender)
    assert mailoutbox == []
    assert OutboxMessage.objects.waiting().exists()
    Standstill.objects.all().delete()
    work(sender)
    assert mailoutbox


def test_the_clock_plays_nothing_until_it_ends() -> None:
    booking = aged(a_booking(a_resource(), at(9), graph="instant_payment"))
    Standstill.objects.create(pk=1, reason="restored")
    assert play_due() == 0
    Standstill.objects.all().delete()
    assert play_due() == 1
    assert Booking.objects.get(pk=booking.pk).state.name == "unpaid"


def test_nothing_is_swept_until_it_ends() -> None:
    let_wait_end()
    aged(a_hold(a_resource(), at(9)), timedelta(hours=1))
    Standstill.objects.create(pk=1, reason="restored")
    assert sweep() == 0
    assert Occupancy.objects.exists()
    Standstill.objects.all().delete()
    assert sweep() == 1
