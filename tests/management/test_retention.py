"""What is removed when: previewed by a command, done by the worker, told by the doctor."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from bookings import housekeeping
from bookings.housekeeping import PEOPLE, RULES, forget_people, preview, sweep
from bookings.lifecycle import Actor, act, delete
from bookings.models import Booking, Customer, HistoryEntry, OutboxMessage, Reservation, Standstill
from tests.situations import a_booking, a_hold, a_resource, aged, at, long_ago

pytestmark = pytest.mark.django_db
STAFF = Actor("staff", "1")


def told(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def a_past_booking(ago: timedelta, *, over: bool = True) -> Booking:
    """A booking that lies so far back, cancelled if ``over``."""
    booking = a_booking(a_resource(), at(9))
    if over:
        booking = act(booking, "cancel", by=STAFF)
    return long_ago(booking, at(9) - timezone.now() + ago)


def test_people_are_kept_for_ever_unless_the_operator_says_for_how_long(settings: Any) -> None:
    booking = a_past_booking(timedelta(days=4000))
    assert forget_people() == 0
    settings.KEEP_PEOPLE_MONTHS = 12
    assert forget_people() == 1
    assert not Customer.objects.filter(booking=booking).exists()
    entry = HistoryEntry.objects.filter(booking_id=booking.pk).last()
    assert entry
    assert (entry.what, entry.actor, entry.actor_id) == ("deleted", "clock", "retention")


def test_who_is_still_to_come_or_came_lately_is_kept(settings: Any) -> None:
    settings.KEEP_PEOPLE_MONTHS = 12
    a_past_booking(timedelta(days=300))
    a_past_booking(timedelta(days=500), over=False)
    a_booking(a_resource(), at(9))
    assert forget_people() == 0
    assert Customer.objects.count() == 3


def test_each_rule_is_previewed_as_it_is_done(settings: Any) -> None:
    settings.KEEP_PEOPLE_MONTHS = 12
    a_past_booking(timedelta(days=500))
    aged(a_hold(a_resource(), at(9), customer={"name": "Typed and left"}), timedelta(days=31))
    aged(a_hold(a_resource(), at(9)), timedelta(days=2))
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))
    attempt = AccessAttempt.objects.create(username="x", ip_address="192.0.2.1", failures_since_start=1)
    AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=timezone.now() - timedelta(days=91))
    OutboxMessage.objects.update(done_at=timezone.now() - timedelta(days=366), outcome="failed")
    found = {rule.what.split(",")[0]: count for rule, count in preview() if count}
    assert found == {
        "times that holds have given back": 2,
        "holds from which no booking came": 1,
        "messages that were given up": OutboxMessage.objects.count(),
        "sessions that have expired": 1,
        "wrong passwords": 1,
        "people of bookings that are over": 1,
    }
    assert f"{sum(found.values())} rows are to go now" in "".join(
        line for line in doctor().splitlines() if "People are erased after 12 months" in line
    )
    told("retention", now=True)
    assert [count for _rule, count in preview() if count] == []
    assert Reservation.objects.count() == 1


def doctor() -> str:
    out = StringIO()
    with suppress(CommandError):
        call_command("doctor", stdout=out)
    return out.getvalue()


def test_looking_removes_nothing() -> None:
    aged(a_hold(a_resource(), at(9)), timedelta(days=31))
    assert (
        "       1 holds from which no booking came, with what was typed: after 30 days (KEEP_HOLDS_DAYS)"
        in told("retention")
    )
    assert "never (KEEP_PEOPLE_MONTHS)" in told("retention")
    assert Reservation.objects.count() == 1


@pytest.mark.parametrize(
    "rule", [rule for rule in (*RULES, PEOPLE) if rule.setting], ids=lambda rule: rule.what
)
def test_nought_means_for_ever(settings: Any, rule: Any) -> None:
    setattr(settings, rule.setting, 0)
    aged(a_hold(a_resource(), at(9)), timedelta(days=9000))
    a_past_booking(timedelta(days=9000))
    assert rule.due.count() == 0


def test_nobody_is_forgotten_while_the_site_stands_still(settings: Any) -> None:
    settings.KEEP_PEOPLE_MONTHS = 12
    a_past_booking(timedelta(days=500))
    Standstill.objects.create(pk=1, reason="Restored")
    assert (forget_people(), sweep()) == (0, 0)
    Standstill.objects.all().delete()
    assert forget_people() == 1


def test_who_was_erased_a_moment_before_keeps_nobody_from_being_forgotten(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEEP_PEOPLE_MONTHS = 12
    first, second = a_past_booking(timedelta(days=600)), a_past_booking(timedelta(days=500))
    over = list(PEOPLE.due.order_by("end"))
    delete(first, by=STAFF)
    monkeypatch.setattr(housekeeping, "PEOPLE", replace(PEOPLE, rows=lambda _age: _Read(over)))
    assert forget_people() == 1
    assert not Customer.objects.filter(booking=second).exists()


class _Read(list[Booking]):
    """Rows as they were read before somebody else was quicker."""

    def order_by(self, *_names: str) -> list[Booking]:
        return self
