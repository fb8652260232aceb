"""References are drawn, and two bookings may draw the same one."""

import sys
from collections.abc import Iterator

import pytest

from bookings.lifecycle import book
from bookings.models import Booking, HistoryEntry
from tests.situations import SERVER, a_booking, a_draft, a_resource, at, marty

pytestmark = pytest.mark.django_db(transaction=True)


def drawing(monkeypatch: pytest.MonkeyPatch, *references: str) -> Iterator[str]:
    drawn = iter(references)
    monkeypatch.setattr(sys.modules["bookings.lifecycle.book"], "new_reference", lambda: next(drawn))
    return drawn


def test_a_reference_that_another_booking_has_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    doc = a_resource()
    other = a_booking(doc, at(9))
    left = drawing(monkeypatch, other.reference, "NEWYET7")
    made = book(a_draft(doc, at(10)), graph="instant", by=SERVER, customer=marty())
    assert Booking.objects.get(pk=made.pk).reference == made.reference == "NEWYET7"
    assert HistoryEntry.objects.filter(booking_id=made.pk).count() == 1
    assert list(left) == []
