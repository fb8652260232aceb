"""Any verbs in any order by anybody, time jumping in between: after each step every invariant holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookings.errors import BookingError
from bookings.housekeeping import sweep
from bookings.invariants import broken
from bookings.lifecycle import (
    Actor,
    act,
    book,
    correct,
    delete,
    extend,
    play_due,
    release,
    reschedule,
    undo,
)
from bookings.models import Booking, Occupancy, Reservation, Resource
from tests.situations import a_booking, a_hold, a_resource, a_seat, a_seat_hold, a_session, aged, at, marty

pytestmark = pytest.mark.django_db

ACTORS = [Actor("customer"), Actor("owner"), Actor("staff", "1"), Actor("key", "k"), Actor("clock")]
GRAPHS = ["instant", "confirm_decline", "instant_payment"]
HALF_HOUR = timedelta(minutes=30)
times = st.integers(0, 8).map(lambda number: at(9) + number * HALF_HOUR)
lengths = st.integers(1, 3).map(lambda number: number * HALF_HOUR)
which = st.integers(0, 10**6)


class Site(RuleBasedStateMachine):
    """Two resources and a session; whatever is refused must leave everything as it was."""

    @initialize()
    def open(self) -> None:
        self.point = transaction.atomic()
        self.point.__enter__()
        self.resources = [a_resource(), a_resource()]
        self.session = a_session(a_resource(), at(9), seats=5)
        self.other_session = a_session(a_resource(), at(12), seats=4)

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    def tried(self, verb: Callable[[], object]) -> None:
        """A refusal is an answer, too; anything else that is raised fails the test."""
        before = Occupancy.objects.count()
        try:
            with transaction.atomic():
                verb()
        except BookingError:
            assert Occupancy.objects.count() == before

    def a_resource(self, number: int) -> Resource:
        return self.resources[number % len(self.resources)]

    def one(self, rows: Any, number: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[number % len(found)] if found else None

    @rule(number=which, start=times, length=lengths, graph=st.sampled_from(GRAPHS), doubled=st.booleans())
    def books(self, number: int, start: datetime, length: timedelta, graph: str, doubled: bool) -> None:
        resource = self.a_resource(number)
        self.tried(lambda: a_booking(resource, start, length, graph=graph, allow_double_bookings=doubled))

    @rule(number=which, start=times, length=lengths)
    def holds(self, number: int, start: datetime, length: timedelta) -> None:
        self.tried(lambda: a_hold(self.a_resource(number), start, length))

    @rule(number=which, graph=st.sampled_from(GRAPHS))
    def books_what_is_held(self, number: int, graph: str) -> None:
        hold = self.one(Reservation.objects.filter(session=None), number)
        if hold:
            length = hold.end - hold.start
            self.tried(lambda: a_booking(hold.resource, hold.start, length, graph=graph, reservation=hold))

    @rule(number=which, does=st.sampled_from(["extend", "release", "let it end"]))
    def ends_or_extends(self, number: int, does: str) -> None:
        hold = self.one(Reservation.objects.all(), number)
        if hold is None:
            return
        if does == "let it end":
            aged(hold)
        elif does == "extend":
            self.tried(lambda: extend(hold, hold=timedelta(minutes=5), by=ACTORS[3]))
        else:
            self.tried(lambda: release(hold, by=ACTORS[3]))

    @rule(held=st.booleans(), places=st.integers(1, 3))
    def takes_seats(self, held: bool, places: int) -> None:
        take = a_seat_hold if held else a_seat
        self.tried(lambda: take(self.session, places=places))

    @rule(number=which, places=st.integers(1, 3))
    def books_seats_that_are_held(self, number: int, places: int) -> None:
        hold = self.one(Reservation.objects.exclude(session=None).select_related("session"), number)
        if hold:
            draft = Booking(session=hold.session, places=places)
            self.tried(
                lambda: book(draft, graph="group_customer", by=ACTORS[3], customer=marty(), reservation=hold)
            )

    @rule(number=which, places=st.integers(1, 3))
    def is_corrected(self, number: int, places: int) -> None:
        seat = self.one(Booking.objects.visible().exclude(session=None), number)
        if seat:
            self.tried(lambda: correct(seat, by=ACTORS[2], changes={"places": places}))

    @rule(number=which, actor=st.sampled_from(ACTORS))
    def changes_sessions(self, number: int, actor: Actor) -> None:
        seat = self.one(Booking.objects.visible().exclude(session=None), number)
        if seat:
            other = self.other_session if seat.session_id == self.session.pk else self.session
            self.tried(lambda: reschedule(seat, session=other, by=actor))

    @rule(number=which, actor=st.sampled_from(ACTORS))
    def is_undone(self, number: int, actor: Actor) -> None:
        booking = self.one(Booking.objects.visible(), number)
        if booking:
            self.tried(lambda: undo(booking, by=actor))

    @rule(number=which, choice=which, actor=st.sampled_from(ACTORS))
    def acts(self, number: int, choice: int, actor: Actor) -> None:
        booking = self.one(Booking.objects.visible(), number)
        names = sorted({action.name for action in booking.state.leaving.all()}) if booking else []
        if names:
            self.tried(lambda: act(booking, names[choice % len(names)], by=actor))

    @rule(number=which, start=times, length=lengths, actor=st.sampled_from(ACTORS))
    def moves(self, number: int, start: datetime, length: timedelta, actor: Actor) -> None:
        booking = self.one(Booking.objects.visible().filter(session=None), number)
        if booking:
            self.tried(lambda: reschedule(booking, start=start, end=start + length, by=actor))

    @rule(number=which)
    def is_erased(self, number: int) -> None:
        booking = self.one(Booking.objects.visible(), number)
        if booking:
            self.tried(lambda: delete(booking, by=ACTORS[2]))

    @rule(number=which)
    def time_passes(self, number: int) -> None:
        booking = self.one(Booking.objects.visible(), number)
        if booking:
            aged(booking)
        play_due()

    @rule()
    def is_swept(self) -> None:
        sweep()

    @invariant()
    def everything_holds(self) -> None:
        assert list(broken()) == []


def test_whatever_happens_in_whatever_order_every_invariant_holds() -> None:
    chosen = hypothesis_settings(max_examples=25, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(Site, settings=chosen)


def test_each_invariant_is_seen_to_be_broken() -> None:
    booking, other = a_booking(a_resource(), at(9)), a_booking(a_resource(), at(9))
    session = a_session(a_resource(), at(9), seats=2)
    assert list(broken()) == []
    Occupancy.objects.filter(booking=booking).delete()
    Booking.objects.filter(pk=session.pk).update(seats_taken=1)
    cancelled = act(other, "cancel", by=ACTORS[2])
    Booking.objects.filter(pk=other.pk).update(state=other.state)
    assert sorted(broken()) == [
        "1 bookings are in another state than their history says",
        "1 sessions count other seats than are taken",
        "2 bookings have no time, though their state takes one",
    ]
    Booking.objects.filter(pk__in=[booking.pk, session.pk]).update(state=cancelled.state)
    assert "1 pieces of time belong to a booking whose state takes none" in list(broken())


def test_a_session_that_moves_leaves_no_seat_behind_that_a_hold_had() -> None:
    session = a_session(a_resource(), at(9), seats=2)
    a_seat(session)
    hold = a_seat_hold(session)
    moved = reschedule(session, start=at(14), end=at(15), by=ACTORS[2])
    assert moved.seats_taken == 1
    assert not Reservation.objects.live().filter(pk=hold.pk).exists()
    assert list(broken()) == []
    a_seat(moved)
