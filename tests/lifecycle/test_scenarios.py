"""What the site promises, told as stories; the database is asked behind the verbs' back."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from bookings.errors import (
    ActionNotAvailable,
    GroupFull,
    HoldNotExtendable,
    HoldsExhausted,
    NothingToUndo,
    ReservationGone,
    SessionClosed,
    SlotTaken,
    WindowClosed,
)
from bookings.lifecycle import (
    Actor,
    act,
    add_event,
    book,
    correct,
    delete,
    extend,
    play_due,
    release,
    reschedule,
    reserve_any,
    undo,
)
from bookings.models import (
    Booking,
    Customer,
    Event,
    HistoryEntry,
    Occupancy,
    OutboxMessage,
    Remark,
    Reservation,
)
from tests.situations import (
    HOUR,
    SERVER,
    a_booking,
    a_draft,
    a_hold,
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
def the_invariant_holds(db):
    """A booking owns pieces, or counts as a seat, if and only if its state occupies and its graph claims that."""
    yield
    for booking in Booking.objects.select_related("state", "version").prefetch_related("companions"):
        wanted = {booking.resource_id, *(one.pk for one in booking.companions.all())}
        owned = set(Occupancy.objects.filter(booking=booking).values_list("resource", flat=True))
        assert owned == (wanted if booking.needs_time else set())
    for session in Booking.objects.sessions():
        seats = Booking.objects.filter(session=session, state__occupies=True)
        holds = Reservation.objects.filter(session=session, holds_seat=True)
        assert session.seats_taken == sum(one.places for one in (*seats, *holds))


def test_an_instant_booking_is_confirmed_and_its_time_is_taken():
    doc = a_resource()
    booking = a_booking(doc, at(10))
    assert booking.state.name == "confirmed"
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10, 30))
    assert Booking.objects.count() == 1
    assert Customer.objects.count() == 1


def test_touching_slots_do_not_overlap():
    doc = a_resource()
    for hour in (10, 9, 11):
        a_booking(doc, at(hour))
    assert Occupancy.objects.count() == 3


def test_other_resources_are_not_concerned():
    a_booking(a_resource(), at(10))
    a_booking(a_resource(), at(10))


def test_a_slot_around_and_one_within_a_booking_are_refused():
    doc = a_resource()
    a_booking(doc, at(10))
    for start, length in ((at(9), 3 * HOUR), (at(10, 15), HOUR / 4)):
        with pytest.raises(SlotTaken):
            a_booking(doc, start, length)


def test_confirming_a_request_whose_time_was_taken_meanwhile_is_refused_and_leaves_it_waiting():
    doc = a_resource()
    request = a_booking(doc, at(10), graph="confirm_decline")
    a_booking(doc, at(10))
    with pytest.raises(SlotTaken):
        act(request, "confirm", by=Actor.owner())
    request.refresh_from_db()
    assert request.state.name == "tentative"
    assert act(request, "decline", by=Actor.owner(), message="Sorry").state.name == "declined"
    assert Remark.objects.get().words == "Sorry"


def test_cancelling_frees_the_time():
    doc = a_resource()
    booking = a_booking(doc, at(10))
    act(booking, "cancel", by=Actor.owner())
    a_booking(doc, at(10))


def test_a_booking_that_may_overlap_is_refused_by_none():
    doc = a_resource()
    a_booking(doc, at(10))
    a_booking(doc, at(10), allow_double_bookings=True)
    a_booking(doc, at(10), allow_double_bookings=True)


def test_a_strict_booking_is_refused_by_one_that_may_overlap():
    doc = a_resource()
    a_booking(doc, at(10), allow_double_bookings=True)
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10, 59))
    a_booking(doc, at(11))


def test_busy_time_of_a_calendar_refuses_a_strict_booking_and_is_refused_by_none():
    doc = a_resource()
    a_booking(doc, at(12))
    calendar = doc.calendars.get()
    add_event(Event(calendar=calendar, start=at(10), end=at(13)))
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10))
    a_booking(doc, at(13))


def test_a_claim_that_ignores_all_day_events_does_not_see_them():
    doc = a_resource()
    add_event(Event(calendar=doc.calendars.get(), start=at(0), end=at(0, days=1), all_day=True))
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10))
    a_booking(doc, at(10), ignore_all_day_events=True)


def test_buffers_are_part_of_the_claimed_range():
    doc = a_resource()
    a_booking(doc, at(10), buffer_before=timedelta(minutes=5), buffer_after=timedelta(minutes=15))
    for refused in (at(8, 56), at(11, 14)):
        with pytest.raises(SlotTaken):
            a_booking(doc, refused)
    a_booking(doc, at(8, 55))
    a_booking(doc, at(11, 15))


def test_a_live_hold_refuses_others_and_becomes_a_booking_with_the_same_piece():
    doc = a_resource()
    hold = a_hold(doc, at(10))
    piece = Occupancy.objects.get().pk
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10))
    booking = a_booking(doc, at(10), reservation=hold)
    taken = Occupancy.objects.get()
    assert (taken.pk, taken.booking_id, taken.expires_at) == (piece, booking.pk, None)
    with pytest.raises(ReservationGone):
        a_booking(doc, at(10), reservation=hold)


def test_an_ended_hold_frees_its_time_with_no_job_run():
    doc = a_resource()
    hold = aged(a_hold(doc, at(10)))
    booking = a_booking(doc, at(10, 30))
    assert Occupancy.objects.get().booking_id == booking.pk
    with pytest.raises(ReservationGone):
        a_booking(doc, at(12), reservation=hold)


def test_an_ended_hold_is_claimed_anew_where_the_caller_says_so():
    doc = a_resource()
    hold = aged(a_hold(doc, at(10)))
    booking = book(
        a_draft(doc, at(10)), graph="instant", by=SERVER, customer=marty(), reservation=hold, else_anew=True
    )
    assert booking.state.occupies


def test_converting_at_another_time_claims_anew_and_keeps_the_hold_if_that_fails():
    doc = a_resource()
    a_booking(doc, at(12))
    hold = a_hold(doc, at(10))
    with pytest.raises(SlotTaken):
        a_booking(doc, at(12), reservation=hold)
    assert Reservation.objects.live().get() == hold
    a_booking(doc, at(14), reservation=hold)
    assert Occupancy.objects.filter(start=at(10)).count() == 0


def test_a_hold_that_becomes_a_waiting_request_gives_its_time_back():
    doc = a_resource()
    a_booking(doc, at(10), graph="confirm_decline", reservation=a_hold(doc, at(10)))
    a_booking(doc, at(10))


def test_a_hold_is_extended_from_now_within_the_cap(settings):
    hold = a_hold(a_resource(), at(10), hold=timedelta(seconds=30))
    longer = extend(hold, hold=timedelta(minutes=20), by=SERVER)
    assert longer.expires_at > timezone.now() + timedelta(minutes=19)
    assert Occupancy.objects.get().expires_at == longer.expires_at
    settings.MAX_RESERVATION_SECONDS = 60
    with pytest.raises(HoldNotExtendable):
        extend(hold, hold=timedelta(minutes=2), by=SERVER)


def test_a_customer_extends_a_hold_so_many_times(settings):
    settings.MAX_HOLD_EXTENSIONS = 1
    hold = a_hold(a_resource(), at(10))
    extend(hold, hold=HOUR / 6, by=CUSTOMER)
    with pytest.raises(HoldNotExtendable):
        extend(hold, hold=HOUR / 6, by=CUSTOMER)


def test_a_released_hold_holds_nothing_and_cannot_be_extended():
    doc = a_resource()
    hold = a_hold(doc, at(10))
    release(hold, by=SERVER)
    a_booking(doc, at(10))
    with pytest.raises(ReservationGone):
        extend(hold, hold=HOUR / 6, by=SERVER)


def test_a_hold_whose_time_was_cleared_for_another_cannot_be_extended():
    hold = a_hold(a_resource(), at(10))
    Occupancy.objects.all().delete()
    with pytest.raises(ReservationGone):
        extend(hold, hold=HOUR / 6, by=SERVER)
    before = hold.expires_at
    hold.refresh_from_db()
    assert hold.expires_at == before


def test_a_visitor_has_so_many_live_holds(settings):
    settings.MAX_HOLDS_PER_VISITOR = 2
    doc = a_resource()
    first = a_hold(doc, at(8), visitor="one")
    a_hold(doc, at(9), visitor="one")
    with pytest.raises(HoldsExhausted):
        a_hold(doc, at(10), visitor="one")
    a_hold(doc, at(10), visitor="another")
    release(first, by=SERVER)
    a_hold(doc, at(8), visitor="one")


def test_anyone_gets_the_next_free_resource_until_none_is_left():
    doc, marvin = a_resource(), a_resource()
    drafts = [
        [Reservation(resource=one, start=at(10), end=at(11)) for one in (doc, marvin)] for _ in range(3)
    ]
    taken = [reserve_any(some, hold=HOUR / 6, by=SERVER).resource for some in drafts[:2]]
    assert taken == [doc, marvin]
    with pytest.raises(SlotTaken):
        reserve_any(drafts[2], hold=HOUR / 6, by=SERVER)


def test_a_set_of_resources_is_claimed_all_or_none():
    doc, room = a_resource(), a_resource()
    both = book(a_draft(doc, at(10)), graph="instant", by=SERVER, customer=marty(), companions=[room])
    assert Occupancy.objects.filter(booking=both).count() == 2
    a_booking(room, at(12))
    with pytest.raises(SlotTaken):
        book(a_draft(doc, at(12)), graph="instant", by=SERVER, customer=marty(), companions=[room])
    assert not Occupancy.objects.filter(resource=doc, start=at(12)).exists()
    act(both, "cancel", by=SERVER)
    assert not Occupancy.objects.filter(booking=both).exists()


def test_an_unpaid_booking_times_out_and_a_late_payment_is_refused():
    doc = a_resource()
    booking = a_booking(doc, at(10), graph="instant_payment")
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10))
    aged(booking)
    with pytest.raises(ActionNotAvailable):
        act(booking, "pay", by=SERVER)
    booking.refresh_from_db()
    assert booking.state.name == "unpaid"
    a_booking(doc, at(10))


def test_an_overdue_booking_does_not_stand_in_the_way_with_the_worker_dead():
    doc = a_resource()
    unpaid = aged(a_booking(doc, at(10), graph="instant_payment"))
    a_booking(doc, at(10))
    unpaid.refresh_from_db()
    assert unpaid.state.name == "unpaid"


def test_what_is_paid_stays_paid_and_completes_an_hour_after_its_end():
    booking = a_booking(a_resource(), timezone.now() - 3 * HOUR, graph="instant_payment")
    act(booking, "pay", by=SERVER, payment_id="pi_1")
    booking.refresh_from_db()
    assert play_due() == 0
    aged(booking)
    assert play_due() == 1
    booking.refresh_from_db()
    assert (booking.state.name, booking.payment_id) == ("completed", "pi_1")


def test_the_switch_keeps_a_booking_from_completing_itself():
    booking = a_booking(a_resource(), timezone.now() - 3 * HOUR, auto_complete=False)
    assert aged(booking).due_at is None
    assert play_due() == 0


def test_what_is_recorded_of_the_past_completes_itself_an_hour_later():
    booking = a_booking(a_resource(), at(10) - timedelta(days=5000))
    assert booking.due_at == booking.state_entered_at + HOUR
    aged(booking, HOUR)
    assert play_due() == 1


def test_the_past_is_recorded_once_too():
    doc = a_resource()
    a_booking(doc, at(10) - timedelta(days=5000))
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10, 30) - timedelta(days=5000))


def test_a_request_keeps_its_time_until_it_expires():
    doc = a_resource()
    request = a_booking(doc, at(10), graph="request")
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10))
    aged(request, timedelta(days=3))
    assert play_due() == 1
    with pytest.raises(ActionNotAvailable):
        act(request, "confirm", by=Actor.owner())
    a_booking(doc, at(10))


@pytest.mark.parametrize("graph", ["request", "instant_payment"])
@pytest.mark.parametrize(
    ("ahead", "waits"),
    [(timedelta(minutes=2), timedelta(minutes=2)), (timedelta(days=30), None)],
    ids=["soon", "far ahead"],
)
def test_an_answer_or_a_payment_is_awaited_until_the_start_at_the_latest(graph, ahead, waits):
    booking = a_booking(a_resource(), timezone.now() + ahead, graph=graph)
    usual = {"request": timedelta(days=2), "instant_payment": timedelta(minutes=5)}[graph]
    assert booking.due_at == (booking.start if waits else booking.state_entered_at + usual)


@pytest.mark.parametrize(("graph", "left"), [("confirm_decline", "declined"), ("request", "expired")])
def test_a_request_ends_at_its_start_and_cannot_be_accepted_any_more(graph, left):
    request = a_booking(a_resource(), timezone.now() + HOUR, graph=graph)
    assert request.due_at == request.start
    aged(request, 2 * HOUR)
    with pytest.raises(ActionNotAvailable):
        act(request, "confirm", by=Actor.owner())
    request.refresh_from_db()
    assert request.state.name == left
    assert HistoryEntry.objects.filter(booking_id=request.pk).latest("pk").actor == "clock"


@pytest.mark.parametrize(("graph", "after"), [("confirm_decline", None), ("request", timedelta(days=2))])
def test_a_request_that_is_recorded_after_its_start_waits_as_usual(graph, after):
    request = a_booking(a_resource(), timezone.now() - HOUR, graph=graph)
    assert request.due_at == (request.state_entered_at + after if after else None)
    assert play_due() == 0


def test_a_graphs_own_time_of_an_automatic_action_can_be_overridden():
    own = {"timeout": "PT1H"}
    booking = a_booking(a_resource(), at(10), graph="instant_payment", automatic_times=own)
    assert booking.due_at > timezone.now() + timedelta(minutes=50)


def test_seats_are_taken_until_none_is_left_and_given_back():
    session = a_session(a_resource(), at(18), seats=2)
    first = a_seat(session)
    a_seat(session, allow_double_bookings=True)
    with pytest.raises(GroupFull):
        a_seat(session)
    act(first, "cancel_by_customer", by=CUSTOMER)
    a_seat(session)
    assert Booking.objects.get(pk=session.pk).seats_taken == 2


def test_a_held_seat_counts_becomes_a_seat_and_an_ended_one_is_given_back():
    session = a_session(a_resource(), at(18), seats=1)
    hold = a_seat_hold(session)
    with pytest.raises(GroupFull):
        a_seat(session)
    aged(hold)
    held = a_seat_hold(session)
    draft = Booking(session=session)
    seat = book(draft, graph="group_customer", by=SERVER, customer=marty(), reservation=held)
    assert seat.state.occupies
    with pytest.raises(GroupFull):
        a_seat(session)


def test_cancelling_a_session_cancels_its_seats_and_closes_it():
    session = a_session(a_resource(), at(18), seats=3)
    seats = [a_seat(session), a_seat(session, graph="group_customer_payment")]
    act(session, "cancel", by=Actor.owner())
    assert {Booking.objects.get(pk=seat.pk).state.name for seat in seats} == {"cancelled_by_owner"}
    with pytest.raises(SessionClosed):
        a_seat(session)


def test_an_overdue_unpaid_seat_makes_room():
    session = a_session(a_resource(), at(18), seats=1)
    aged(a_seat(session, graph="group_customer_payment"))
    a_seat(session)


def test_rescheduling_makes_a_booking_that_continues_the_old_one():
    doc = a_resource()
    old = a_booking(doc, at(10), graph="instant_payment")
    act(old, "pay", by=SERVER, payment_id="pi_1")
    new = reschedule(old, start=at(10, 30), end=at(11, 30), by=CUSTOMER)
    old.refresh_from_db()
    assert new.pk != old.pk
    assert (new.state.name, old.state.name) == ("paid", "rescheduled_by_customer")
    assert (new.reference, new.uid, new.nonce, new.payment_id) == (old.reference, old.uid, old.nonce, "pi_1")
    assert new.customer.name == old.customer.name
    assert new.customer.pk != old.customer.pk
    assert old.continued_by == new
    a_booking(doc, at(9, 30))
    with pytest.raises(SlotTaken):
        a_booking(doc, at(11))


def test_a_refused_move_leaves_the_old_time():
    doc = a_resource()
    a_booking(doc, at(12))
    old = a_booking(doc, at(10))
    with pytest.raises(SlotTaken):
        reschedule(old, start=at(11, 30), end=at(12, 30), by=CUSTOMER)
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10))
    assert Booking.objects.count() == 2


def test_a_moved_booking_cannot_be_moved_again_by_its_old_self():
    old = a_booking(a_resource(), at(10))
    reschedule(old, start=at(12), end=at(13), by=CUSTOMER)
    with pytest.raises(ActionNotAvailable):
        reschedule(old, start=at(14), end=at(15), by=CUSTOMER)


def test_moving_a_session_takes_its_seats_along():
    session = a_session(a_resource(), at(18), seats=2)
    seat = a_seat(session)
    new = reschedule(session, start=at(20), end=at(21), by=SERVER)
    sequence = seat.sequence
    seat.refresh_from_db()
    assert (seat.session, seat.start, seat.sequence) == (new, at(20), sequence + 1)
    assert seat.due_at == at(22)
    assert Booking.objects.get(pk=new.pk).seats_taken == 1
    told = OutboxMessage.objects.filter(booking_id=seat.pk, payload__mail="moved")
    assert [message.payload["to"] for message in told.order_by("pk")] == ["customer", "owner"]


def test_a_moved_session_leaves_cancelled_seats_where_they_were():
    session = a_session(a_resource(), at(18), seats=2)
    seat = a_seat(session)
    act(seat, "cancel_by_customer", by=CUSTOMER)
    reschedule(session, start=at(20), end=at(21), by=SERVER)
    seat.refresh_from_db()
    assert (seat.session, seat.start) == (session, at(18))


def test_a_seat_moves_to_another_session():
    doc = a_resource()
    early, late = a_session(doc, at(18), seats=1), a_session(doc, at(20), seats=1)
    seat = a_seat(early)
    new = reschedule(seat, session=late, by=CUSTOMER)
    assert (new.start, new.session) == (at(20), late)
    a_seat(early)
    with pytest.raises(GroupFull):
        a_seat(late)


def test_a_customer_changes_a_booking_until_the_cut_off():
    start = timezone.now() + timedelta(hours=5)
    booking = a_booking(a_resource(), start, min_cancel_time=timedelta(hours=6))
    with pytest.raises(WindowClosed):
        act(booking, "cancel_by_customer", by=CUSTOMER)
    with pytest.raises(WindowClosed):
        act(booking, "cancel_by_customer", by=SERVER)
    with pytest.raises(WindowClosed):
        reschedule(booking, start=at(10), end=at(11), by=CUSTOMER)
    act(booking, "cancel", by=Actor.owner())


def test_a_cancellation_is_undone_within_its_minutes_if_the_time_is_free():
    doc = a_resource()
    booking = a_booking(doc, at(10))
    act(booking, "cancel_by_customer", by=CUSTOMER)
    booking.refresh_from_db()
    back = undo(booking, by=CUSTOMER)
    assert (back.state.name, back.reference, back.continues) == ("confirmed", booking.reference, booking)
    with pytest.raises(NothingToUndo):
        undo(booking, by=CUSTOMER)


def test_a_cancellation_is_not_undone_when_late_or_taken():
    doc = a_resource()
    late, taken = a_booking(doc, at(10)), a_booking(doc, at(12))
    for booking in (late, taken):
        act(booking, "cancel_by_customer", by=CUSTOMER)
        booking.refresh_from_db()
    aged(late)
    with pytest.raises(NothingToUndo):
        undo(late, by=CUSTOMER)
    a_booking(doc, at(12))
    with pytest.raises(SlotTaken):
        undo(taken, by=CUSTOMER)


def test_each_actor_plays_what_the_graph_allows():
    booking = a_booking(a_resource(), at(10))
    with pytest.raises(ActionNotAvailable) as refusal:
        act(booking, "cancel", by=CUSTOMER)
    assert "cancel_by_customer" in refusal.value.data["available_actions"]
    with pytest.raises(ActionNotAvailable):
        act(a_booking(a_resource(), at(10), graph="instant_payment"), "timeout", by=SERVER)


def test_a_customer_moves_a_booking_by_rescheduling_only():
    booking = a_booking(a_resource(), at(10))
    with pytest.raises(ActionNotAvailable):
        act(booking, "reschedule_by_customer", by=CUSTOMER)
    act(booking, "reschedule_by_customer", by=SERVER)


def test_correcting_changes_the_customer_of_this_booking_alone():
    doc = a_resource()
    booking, other = a_booking(doc, at(10)), a_booking(doc, at(12))
    correct(
        booking,
        by=SERVER,
        customer={"email": "m@example.com"},
        changes={"where": "Clock tower", "meta": {"a": 1}},
    )
    booking.refresh_from_db()
    assert (booking.customer.email, booking.where, booking.meta) == ("m@example.com", "Clock tower", {"a": 1})
    assert Customer.objects.get(booking=other).email == "marty@example.com"
    entry = HistoryEntry.objects.filter(booking_id=booking.pk).last()
    assert entry.what == HistoryEntry.What.CORRECTED


def test_deleting_hides_a_finished_booking_and_erases_its_person():
    doc = a_resource()
    hold = a_hold(doc, at(10), customer={"name": "Marty McFly"}, description="For Marty")
    booking = a_booking(doc, at(10), reservation=hold)
    act(booking, "cancel", by=SERVER, message="Marty is ill")
    delete(booking, by=SERVER)
    hold.refresh_from_db()
    assert (hold.customer, hold.description) == ({}, "")
    assert not Booking.objects.visible().exists()
    assert not Customer.objects.exists()
    assert not Remark.objects.exists()
    assert HistoryEntry.objects.filter(booking_id=booking.pk).count() == 3


def test_deleting_erases_the_copies_that_moves_made_of_the_person():
    booking = a_booking(a_resource(), at(10), description="For Marty")
    moved = booking
    for hour in (12, 14):
        moved = reschedule(moved, by=SERVER, start=at(hour), end=at(hour + 1), message="Marty is late")
    delete(act(moved, "cancel", by=SERVER), by=SERVER)
    assert not Booking.objects.visible().exists()
    assert not Customer.objects.exists()
    assert not Remark.objects.exists()
    assert set(Booking.objects.values_list("description", flat=True)) == {""}
    assert HistoryEntry.objects.filter(what=HistoryEntry.What.DELETED).count() == 3


def test_every_transition_is_one_history_row_and_announces_itself():
    booking = a_booking(a_resource(), at(10))
    act(booking, "cancel", by=SERVER)
    rows = HistoryEntry.objects.filter(booking_id=booking.pk)
    assert [(row.action, row.source, row.target) for row in rows] == [
        ("confirm", "", "confirmed"),
        ("cancel", "confirmed", "cancelled"),
    ]
    kinds = OutboxMessage.objects.order_by("pk").values_list("kind", "payload__to", "payload__mail")
    assert list(kinds) == [
        ("mail", "customer", "booked"),
        ("mail", "owner", "booked"),
        ("webhook", None, None),
        ("mail", "customer", "cancelled"),
        ("webhook", None, None),
    ]


@pytest.mark.parametrize("change", ["UPDATE {table} SET action = 'x'", "DELETE FROM {table}"])
def test_history_is_refused_to_be_rewritten_by_the_database(change):
    a_booking(a_resource(), at(10))
    sql = change.format(table=HistoryEntry._meta.db_table)
    with pytest.raises(DatabaseError, match="history_is_append_only"), transaction.atomic():
        connection.cursor().execute(sql)


def test_direct_sql_behind_our_back_is_refused():
    doc = a_resource()
    a_booking(doc, at(10))
    copy = Occupancy.objects.get()
    copy.pk, copy.start, copy.end = None, at(10, 30), at(11, 30)
    copy.busy_start, copy.busy_end = copy.start, copy.end
    with pytest.raises(DatabaseError, match="no_overlap"), transaction.atomic():
        copy.save(force_insert=True)
    later = a_booking(doc, at(14))
    with pytest.raises(DatabaseError, match="no_overlap"), transaction.atomic():
        Occupancy.objects.filter(booking=later).update(start=at(10, 30))


def test_an_undo_after_the_clock_acted_finds_nothing_to_undo():
    unpaid = aged(a_booking(a_resource(), at(10), graph="instant_payment"))
    with pytest.raises(NothingToUndo):
        undo(unpaid, by=Actor.customer())
    unpaid.refresh_from_db()
    assert unpaid.state.final
