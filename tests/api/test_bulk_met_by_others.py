"""A bulk that others are in the way of: what of it was done is told, and what was due comes first."""

import sys
from datetime import timedelta
from typing import Any

import pytest

from bookings.models import Booking
from tests.api.conftest import Door, hour
from tests.situations import a_booking, a_resource, aged, at

ONCE = {"Idempotency_Key": "once"}
ALL = {"delete_all_on_error": True}


@pytest.fixture
def taken_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second booking and its second try draw the reference of another booking."""
    other = a_booking(a_resource(), at(9))
    drawn = iter(["FIRST001", other.reference, other.reference, "THIRD003"])
    monkeypatch.setattr(sys.modules["bookings.lifecycle.book"], "new_reference", lambda: next(drawn))


@pytest.mark.django_db(transaction=True)
def test_what_stands_is_told_where_a_later_one_met_others(
    taken_reference: None, server: Door, wish: dict[str, Any]
) -> None:
    before = Booking.objects.count()
    rows = server.made("/bookings/bulk", {"bookings": [wish | hour(days=day) for day in (1, 2, 3)]})
    assert [row.get("code", row.get("state")) for row in rows] == ["confirmed", "conflict", "confirmed"]
    assert Booking.objects.count() == before + 2


@pytest.mark.django_db(transaction=True)
def test_one_that_met_others_ends_a_bulk_that_stops_at_the_first_error(
    taken_reference: None, server: Door, wish: dict[str, Any]
) -> None:
    rows = [wish | hour(days=day) for day in (1, 2, 3)]
    told = server.made("/bookings/bulk", {"bookings": rows, "stop_on_first_error": True})
    assert [row.get("code", row.get("state")) for row in told] == ["confirmed", "conflict", "not_tried"]


@pytest.fixture
def overdue(db: None) -> list[str]:
    """The ids of ten requests that should have been declined long ago, and then of one that waits."""
    late = [a_booking(a_resource(), at(10), graph="confirm_decline") for _number in range(10)]
    waiting = a_booking(a_resource(), at(10), graph="confirm_decline")
    return [*(str(aged(one, timedelta(days=5000)).pk) for one in late), str(waiting.pk)]


@pytest.mark.parametrize(("flags", "headers"), [({}, {}), ({}, ONCE), (ALL, {}), (ALL, ONCE)], ids=str)
@pytest.mark.django_db(transaction=True)
def test_however_many_are_overdue_each_is_told_what_became_of_it(
    server: Door, overdue: list[str], flags: dict[str, Any], headers: dict[str, str]
) -> None:
    rows = [{"id": one, "action": "confirm"} for one in reversed(overdue)]
    answer = server.put("/bookings/bulk", {"bookings": rows, **flags}, **headers)
    if flags:
        assert (answer.status_code, answer.json()["code"]) == (409, "action_not_available")
    else:
        told = [row.get("code", row.get("state")) for row in answer.json()["data"]]
        assert told == ["confirmed"] + ["action_not_available"] * 10
    states = {str(one.pk): one.state.name for one in Booking.objects.select_related("state")}
    assert {states[one] for one in overdue[:-1]} == {"declined"}
    assert states[overdue[-1]] == ("tentative" if flags else "confirmed")
