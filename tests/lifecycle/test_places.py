"""A seat for several: a booking or a hold counts for as many seats of its session as it has places, all or none."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bookings.errors import GroupFull, ReservationGone, SessionClosed, SlotTaken, TooManyPlaces
from bookings.invariants import broken
from bookings.lifecycle import Actor, act, book, correct, delete, play_due, release, reschedule, undo
from bookings.models import Booking, Reservation
from tests.situations import (
    HOUR,
    SERVER,
    a_booking,
    a_hold,
    a_project,
    a_resource,
    a_seat,
    a_seat_hold,
    a_session,
    aged,
    at,
    marty,
)

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture(autouse=True)
def every_invariant_holds(db):
    yield
    assert list(broken()) == []


@pytest.fixture
def session():
    return a_session(a_resource(), at(18), seats=5)


def taken(session):
    return Booking.objects.values_list("seats_taken", flat=True).get(pk=session.pk)


def converted(hold, **fields):
    draft = Booking(session=hold.session, **fields)
    return book(draft, graph="group_customer", by=SERVER, customer=marty(), reservation=hold)


def test_a_booking_takes_as_many_seats_as_it_has_places(session):
    assert (a_seat(session).places, taken(session)) == (1, 1)
    a_seat(session, places=3)
    assert taken(session) == 4


def test_all_places_are_taken_or_none_and_the_refusal_tells_how_many_are_left(session):
    a_seat(session, places=3)
    with pytest.raises(GroupFull) as refused:
        a_seat(session, places=3)
    assert refused.value.data == {"places_left": 2}
    assert (taken(session), Booking.objects.filter(session=session).count()) == (3, 1)
    a_seat(session, places=2)
    with pytest.raises(GroupFull) as refused:
        a_seat_hold(session, places=1)
    assert refused.value.data == {"places_left": 0}
    assert taken(session) == 5


def test_a_session_that_takes_nobody_takes_no_two(session):
    act(session, "cancel", by=Actor.owner())
    with pytest.raises(SessionClosed):
        a_seat(session, places=2)


def test_leaving_an_occupying_state_gives_all_places_back(session):
    seat = a_seat(session, places=4)
    act(seat, "cancel_by_customer", by=CUSTOMER)
    assert taken(session) == 0
    delete(seat, by=Actor.owner())
    assert taken(session) == 0


def test_an_overdue_unpaid_seat_gives_all_its_places_to_the_next(session):
    aged(a_seat(session, graph="group_customer_payment", places=4))
    a_seat(session, places=5)
    assert taken(session) == 5


def test_the_clock_gives_back_all_places_of_what_was_never_paid(session):
    aged(a_seat(session, graph="group_customer_payment", places=4))
    play_due()
    assert taken(session) == 0


def test_an_ended_hold_gives_back_all_its_places_before_anybody_is_refused(session):
    aged(a_seat_hold(session, places=4))
    assert taken(session) == 4
    a_seat(session, places=5)
    assert taken(session) == 5


def test_a_released_hold_gives_all_its_places_back(session):
    release(a_seat_hold(session, places=4), by=SERVER)
    assert taken(session) == 0


def test_a_session_that_moves_takes_the_places_of_its_seats_along_and_those_of_holds_are_free(session):
    seat = a_seat(session, places=2)
    a_seat_hold(session, places=3)
    moved = reschedule(session, start=at(20), end=at(21), by=SERVER)
    seat.refresh_from_db()
    assert (taken(moved), taken(session), seat.places) == (2, 0, 2)


def test_a_booking_takes_over_the_places_of_its_hold(session):
    hold = a_seat_hold(session, places=5)
    converted(hold, places=5)
    assert taken(session) == 5


def test_of_a_hold_with_other_places_only_the_difference_is_taken_or_given_back(session):
    converted(a_seat_hold(session, places=4), places=5)
    assert taken(session) == 5


def test_fewer_places_than_are_held_are_to_be_had_in_a_full_session(session):
    hold = a_seat_hold(session, places=5)
    converted(hold, places=2)
    assert taken(session) == 2


def test_more_places_than_are_left_beside_the_hold_leave_the_hold_as_it_is(session):
    a_seat(session, places=2)
    hold = a_seat_hold(session, places=2)
    with pytest.raises(GroupFull) as refused:
        converted(hold, places=4)
    assert refused.value.data == {"places_left": 3}
    assert taken(session) == 4
    converted(hold, places=3)
    assert taken(session) == 5
    with pytest.raises(ReservationGone):
        converted(hold, places=3)


def test_a_hold_that_is_used_for_another_session_gives_all_its_places_back(session):
    hold = a_seat_hold(session, places=4)
    other = a_session(a_resource(), at(18), seats=5)
    draft = Booking(session=other, places=3)
    book(draft, graph="group_customer", by=SERVER, customer=marty(), reservation=hold)
    assert (taken(session), taken(other)) == (0, 3)


def test_a_seat_that_moves_to_another_session_takes_all_its_places_along(session):
    late = a_session(a_resource(), at(20), seats=3)
    seat = a_seat(session, places=3)
    moved = reschedule(seat, session=late, by=CUSTOMER)
    assert (moved.places, taken(session), taken(late)) == (3, 0, 3)


def test_a_move_to_a_session_with_fewer_places_is_refused_and_the_old_ones_stay(session):
    late = a_session(a_resource(), at(20), seats=3)
    a_seat(late)
    seat = a_seat(session, places=3)
    with pytest.raises(GroupFull):
        reschedule(seat, session=late, by=CUSTOMER)
    assert (taken(session), taken(late)) == (3, 1)


def test_an_undone_cancellation_takes_all_places_again(session):
    seat = act(a_seat(session, places=4), "cancel_by_customer", by=CUSTOMER)
    assert undo(seat, by=CUSTOMER).places == 4
    assert taken(session) == 4


def test_a_cancellation_is_not_undone_where_fewer_places_are_left(session):
    seat = act(a_seat(session, places=4), "cancel_by_customer", by=CUSTOMER)
    a_seat(session, places=2)
    with pytest.raises(GroupFull):
        undo(seat, by=CUSTOMER)
    assert taken(session) == 2


def test_a_correction_takes_or_gives_back_the_difference_and_the_price_follows(session):
    seat = a_seat(session, places=2, price=Decimal("25.50"), currency="EUR")
    more = correct(seat, by=SERVER, changes={"places": 5})
    assert (more.price, taken(session)) == (Decimal("63.75"), 5)
    fewer = correct(seat, by=SERVER, changes={"places": 1, "staff_note": "They had a quarrel."})
    assert (fewer.price, fewer.staff_note, taken(session)) == (Decimal("12.75"), "They had a quarrel.", 1)


def test_a_correction_beyond_what_is_left_changes_nothing(session):
    seat = a_seat(session, places=2)
    a_seat(session, places=2)
    with pytest.raises(GroupFull) as refused:
        correct(seat, by=SERVER, changes={"places": 4})
    assert refused.value.data == {"places_left": 3}
    seat.refresh_from_db()
    assert (seat.places, taken(session)) == (2, 4)


def test_correcting_a_seat_that_was_cancelled_takes_none(session):
    seat = act(a_seat(session, places=4), "cancel_by_customer", by=CUSTOMER)
    correct(seat, by=SERVER, changes={"places": 2})
    assert taken(session) == 0


def test_a_customer_books_as_many_places_as_the_project_lets_and_a_server_as_many_as_are_left():
    doc = a_resource()
    project = a_project(doc, graph="group_customer", booking={"settings": {"max_places": 2}})
    session = a_session(doc, at(18), seats=9, project=project)
    for by in (CUSTOMER, Actor("widget", "k")):
        a_seat(session, project=project, by=by, places=2)
        with pytest.raises(TooManyPlaces) as refused:
            a_seat(session, project=project, by=by, places=3)
        assert refused.value.data == {"most_places": 2}
    a_seat(session, project=project, places=5)
    assert taken(session) == 9


@pytest.mark.parametrize("said", [{}, {"settings": {}}, {"settings": {"max_places": "9"}}, {"settings": []}])
def test_a_project_that_says_nothing_readable_lets_a_customer_book_one_place(said):
    doc = a_resource()
    project = a_project(doc, booking=said)
    session = a_session(doc, at(18), seats=9, project=project)
    a_seat(session, project=project, by=CUSTOMER)
    with pytest.raises(TooManyPlaces):
        a_seat(session, project=project, by=CUSTOMER, places=2)
    with pytest.raises(TooManyPlaces):
        a_seat_hold(session, project=project, by=CUSTOMER, places=2)


def test_what_staff_held_for_a_customer_is_theirs_but_no_more_than_that(session):
    hold = a_seat_hold(session, places=3)
    for_more = Booking(session=session, places=4)
    with pytest.raises(TooManyPlaces):
        book(for_more, graph="group_customer", by=CUSTOMER, customer=marty(), reservation=hold)
    as_held = Booking(session=session, places=3)
    book(as_held, graph="group_customer", by=CUSTOMER, customer=marty(), reservation=hold)
    assert taken(session) == 3


def test_only_what_takes_seats_has_several_places():
    doc = a_resource()
    for make, row in ((a_booking, Booking), (a_hold, Reservation)):
        with pytest.raises(IntegrityError, match="places_are_a_sessions"), transaction.atomic():
            make(doc, at(10), places=2)
        assert not row.objects.exists()
    a_booking(doc, at(10))
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10), HOUR / 2)


def test_no_booking_has_no_place_at_all(session):
    with pytest.raises(IntegrityError, match="places_are_a_sessions"), transaction.atomic():
        Booking.objects.filter(pk=session.pk).update(places=0)
