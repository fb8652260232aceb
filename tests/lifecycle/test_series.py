"""Several dates as one: made, moved and called off in one transaction each, all of them or none, with one mail."""

from datetime import timedelta

import pytest

from bookings.effects.mail import letter_of
from bookings.errors import ActionNotAvailable, GroupFull, SlotTaken
from bookings.graphs.flow import Flow
from bookings.lifecycle import (
    Actor,
    Move,
    Pattern,
    SeriesRefused,
    act,
    act_on_series,
    book_series,
    move_series,
    reschedule,
)
from bookings.models import Booking, HistoryEntry, Occupancy, OutboxMessage, Series
from tests.situations import HOUR, SERVER, a_booking, a_draft, a_resource, a_seat, at, marty

pytestmark = pytest.mark.django_db
STAFF = Actor("staff", "1")
WEEK = timedelta(days=7)


def a_series(resource, times=4, *, graph="instant", by=STAFF, companions=(), **fields):
    pattern = Pattern(
        draft=a_draft(resource, at(9), **fields),
        flow=Flow.published(graph),
        customer=None if graph == "group_owner" else marty(),
        companions=companions,
    )
    return book_series(pattern, [at(9) + WEEK * number for number in range(times)], every_days=7, by=by)


def mails(to="customer", mail=None):
    rows = OutboxMessage.objects.waiting().filter(kind="mail", payload__to=to).order_by("pk")
    return [row for row in rows if mail in (None, row.payload["mail"])]


def test_all_dates_are_booked_as_one_series_each_with_a_reference_of_its_own():
    resource = a_resource()
    made = a_series(resource, 8, what="Physiotherapy")
    assert [one.start for one in made] == [at(9, days=7 * week) for week in range(8)]
    assert {one.series_id for one in made} == {Series.objects.get().pk}
    assert len({one.reference for one in made} | {one.nonce for one in made}) == 16
    assert len({one.uid for one in made}) == 8
    assert {one.customer.name for one in Booking.objects.select_related("customer")} == {"Marty McFly"}
    assert Occupancy.objects.filter(resource=resource).count() == 8
    assert HistoryEntry.objects.filter(actor="staff", actor_id="1").count() == 8
    assert [one.pk for one in Booking.objects.of_series(made[0].series_id)] == [one.pk for one in made]


def test_a_date_that_is_taken_is_named_and_none_is_booked():
    resource = a_resource()
    for week in (1, 3):
        a_booking(resource, at(9, 30, days=7 * week))
    with pytest.raises(SeriesRefused) as refused:
        a_series(resource, 4)
    assert {place: type(one) for place, one in refused.value.refusals.items()} == {1: SlotTaken, 3: SlotTaken}
    assert not Series.objects.exists()
    assert Booking.objects.count() == Occupancy.objects.count() == 2


def test_one_mail_lists_all_dates_with_an_entry_for_the_calendar_each():
    made = a_series(a_resource(email="owner@example.org"), 3)
    (mail,), (to_owner,) = mails(), mails("owner")
    letter = letter_of(mail)
    for booking in made:
        assert f"{booking.start:%-d %B %Y}" in letter.body
    assert [name for name, _content, _kind in letter.attachments] == [f"invite-{n}.ics" for n in (1, 2, 3)]
    invited = "".join(str(content) for _name, content, _kind in letter.attachments)
    assert all(str(booking.uid) in invited for booking in made)
    assert "21 March 2033" in letter_of(to_owner).body


def test_what_was_called_off_before_the_mail_went_is_not_in_it():
    first, second, third = a_series(a_resource(), 3)
    (mail,) = mails()
    act(first, "cancel", by=SERVER)
    mail.refresh_from_db()
    body = letter_of(mail).body
    assert "14 March 2033" not in body
    assert "21 March 2033" in body
    assert third.start.date().isoformat() == "2033-03-28"
    assert second.reference in body


def test_who_left_no_address_has_a_message_for_each_date():
    pattern = Pattern(
        draft=a_draft(a_resource(), at(9)), flow=Flow.published("instant"), customer=marty(email="")
    )
    book_series(pattern, [at(9), at(9, days=7)], every_days=7, by=STAFF)
    assert len(mails()) == 2


def test_a_series_moves_to_where_it_stands_itself():
    resource = a_resource()
    made = a_series(resource, 4)
    for shift in (WEEK, -WEEK):
        now_at = list(Booking.objects.of_series(made[0].series_id))
        moved = move_series([Move(booking=one, start=one.start + shift) for one in now_at], by=STAFF)
        assert [one.start for one in moved] == [one.start + shift for one in now_at]
        assert [one.reference for one in moved] == [one.reference for one in made]
    assert [one.start for one in Booking.objects.of_series(made[0].series_id)] == [one.start for one in made]
    assert Occupancy.objects.count() == 4


def test_a_move_that_meets_somebody_leaves_every_date_where_it_was_and_names_it():
    resource = a_resource()
    made = a_series(resource, 3)
    a_booking(resource, at(11, days=7))
    with pytest.raises(SeriesRefused) as refused:
        move_series([Move(booking=one, start=one.start + 2 * HOUR) for one in made], by=STAFF)
    assert list(refused.value.refusals) == [1]
    assert [one.start for one in Booking.objects.of_series(made[0].series_id)] == [one.start for one in made]


def test_a_moved_series_goes_to_another_resource_with_one_mail_to_each_reader():
    old, new = a_resource(email="old@example.org"), a_resource(email="new@example.org")
    made = a_series(old, 3)
    OutboxMessage.objects.all().delete()
    move_series([Move(booking=one, start=one.start, resource=new) for one in made], by=STAFF)
    assert [len(mails(mail="moved")), len(mails("owner", "moved")), len(mails("owner", "left"))] == [1, 1, 1]
    assert Booking.objects.of_series(made[0].series_id).filter(resource=new).count() == 3


def test_it_is_called_off_from_one_date_on_with_one_mail():
    made = a_series(a_resource(), 4)
    OutboxMessage.objects.all().delete()
    ended = act_on_series(made[1:], "cancel", by=STAFF, message="Ill")
    assert all(one.state.final for one in ended)
    made[0].refresh_from_db()
    assert not made[0].state.final
    (mail,) = mails()
    body = letter_of(mail).body
    assert "14 March" not in body
    assert "28 March 2033" in body
    assert "Ill" in body


def test_an_action_that_the_first_date_does_not_know_changes_none():
    made = a_series(a_resource(), 3)
    act(made[0], "cancel", by=STAFF)
    with pytest.raises(ActionNotAvailable):
        act_on_series(made, "cancel", by=STAFF)
    assert Booking.objects.filter(state__occupies=True).count() == 2


def test_a_date_that_is_moved_by_itself_still_belongs_to_it():
    made = a_series(a_resource(), 3)
    reschedule(made[1], by=STAFF, start=at(15, days=8), end=at(16, days=8))
    starts = [one.start for one in Booking.objects.of_series(made[0].series_id)]
    assert starts == [at(9), at(15, days=8), at(9, days=14)]


def test_ten_mondays_of_a_class_have_seats_each_and_who_sits_in_all_of_them_reads_one_mail():
    mondays = a_series(a_resource(), 10, graph="group_owner", max_seats=1)
    for monday in mondays:
        a_seat(monday)
    with pytest.raises(GroupFull):
        a_seat(mondays[9])
    OutboxMessage.objects.all().delete()
    act_on_series(mondays, "cancel", by=STAFF)
    assert not Booking.objects.filter(state__occupies=True).exists()
    seats = set(Booking.objects.filter(session__in=mondays).values_list("pk", flat=True))
    (mail,) = [row for row in mails() if row.booking_id in seats]
    assert "16 May 2033" in letter_of(mail).body


def test_no_booking_belongs_to_the_series_of_nothing():
    a_booking(a_resource(), at(9))
    assert not Booking.objects.of_series(None).exists()
