"""A booking that continues another one: what it brings along, and what it has to ask for anew."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from bookings.errors import NotBegun, OverlapNotAllowed, SlotTaken
from bookings.lifecycle import Actor, act, note_attendance, reschedule, undo
from bookings.lifecycle.reschedule import CARRIED
from bookings.models import Booking
from tests.situations import HOUR, SERVER, a_booking, a_resource, aged, at

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()
ANEW = {
    "id",
    "continues",
    "sequence",
    "form_token",
    "state",
    "state_entered_at",
    "due_at",
    "seats_taken",  # what of them goes along is counted by the move
    "attendance",
    "by_agent",
    "allow_double_bookings",
    "overstepped",
    "created_at",
    "updated_at",
    "deleted_at",
}


@pytest.fixture
def without_leave():
    return Actor.staff(User.objects.create_user("desk"))


@pytest.fixture
def with_leave():
    user = User.objects.create_user("manager")
    user.user_permissions.add(Permission.objects.get(codename="override_overlap"))
    return Actor.staff(user)


@pytest.fixture
def over_another(with_leave):
    """A booking that was made over another one, with the permission and a reason; a third is at noon."""
    doc = a_resource()
    a_booking(doc, at(10))
    a_booking(doc, at(12))
    return a_booking(doc, at(10), by=with_leave, allow_double_bookings=True, overstepped="She insists.")


def test_each_column_either_comes_along_or_begins_anew():
    columns = [field.name for field in Booking._meta.concrete_fields]
    assert sorted(columns) == sorted([*CARRIED, *ANEW])


def test_leave_to_overlap_at_one_time_is_none_at_another(over_another, without_leave):
    for by in (without_leave, CUSTOMER, SERVER):
        with pytest.raises(SlotTaken):
            reschedule(over_another, start=at(12, 30), end=at(13, 30), by=by)
    moved = reschedule(over_another, start=at(15), end=at(16), by=without_leave)
    assert (moved.allow_double_bookings, moved.overstepped) == (False, "")


def test_what_moved_to_a_free_time_is_safe_from_strict_newcomers(over_another):
    moved = reschedule(over_another, start=at(15), end=at(16), by=CUSTOMER)
    assert moved.occupancies.get().strict
    with pytest.raises(SlotTaken):
        a_booking(moved.resource, at(15, 30))


def test_staff_ask_for_leave_anew_and_need_the_permission_and_a_reason(
    over_another, without_leave, with_leave
):
    to_noon = {"start": at(12), "end": at(13), "allow_double_bookings": True}
    with pytest.raises(OverlapNotAllowed):
        reschedule(over_another, by=without_leave, overstepped="It is urgent.", **to_noon)
    with pytest.raises(OverlapNotAllowed):
        reschedule(over_another, by=with_leave, **to_noon)
    moved = reschedule(over_another, by=with_leave, overstepped="It is urgent.", **to_noon)
    assert (moved.allow_double_bookings, moved.overstepped) == (True, "It is urgent.")


def test_a_cancellation_is_taken_back_only_where_nobody_is_in_the_way(over_another):
    cancelled = act(over_another, "cancel_by_customer", by=CUSTOMER)
    with pytest.raises(SlotTaken):
        undo(cancelled, by=CUSTOMER)


def test_attendance_is_noted_from_the_start_on_and_can_be_taken_back():
    early = a_booking(a_resource(), timezone.now() + HOUR)
    for noted in ("arrived", "no_show"):
        with pytest.raises(NotBegun):
            note_attendance(early, noted, by=SERVER)
    begun = a_booking(a_resource(), timezone.now() - timedelta(minutes=1))
    assert note_attendance(begun, "no_show", by=SERVER).attendance == "no_show"
    assert note_attendance(begun, "unknown", by=SERVER).attendance == "unknown"


def test_who_did_not_come_begins_anew_at_another_time():
    missed = a_booking(a_resource(), timezone.now() - timedelta(minutes=30))
    note_attendance(missed, "no_show", by=SERVER)
    start = timezone.now() + 24 * HOUR
    moved = reschedule(missed, start=start, end=start + HOUR, by=SERVER)
    assert moved.attendance == Booking.Attendance.UNKNOWN
    assert aged(missed).attendance == Booking.Attendance.NO_SHOW
