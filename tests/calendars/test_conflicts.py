"""What a person changes over there is flagged with both versions, and nothing changes by itself."""

import pytest

from bookings.calendars.conflicts import keep_ours, take_theirs
from bookings.errors import SlotTaken
from bookings.lifecycle import Actor, act, reschedule, undo
from bookings.models import Booking, Calendar, CalendarEntry
from tests.calendars.conftest import an_ics, lasting, soon
from tests.calendars.worlds import busy, connected, read_all, write_all
from tests.situations import SERVER, a_booking, a_resource

pytestmark = pytest.mark.django_db
STAFF = Actor("staff", "1")


@pytest.fixture
def anna():
    return a_resource(name="Anna", email="anna@example.com")


@pytest.fixture
def work(anna, account):
    account.make_calendar("work")
    connected(anna, account, "--primary", "work")
    return account


@pytest.fixture
def booked(anna, work):
    booking = a_booking(anna, soon(10))
    write_all()
    return booking


def edit(work, *lines: str) -> None:
    """What a calendar program does: the event as it is, with these lines in the place of its times."""
    entry = CalendarEntry.objects.get()
    work.put("work", an_ics(*lines, f"SEQUENCE:{entry.sequence}", uid=entry.key), f"{entry.key}.ics")


def the_conflict() -> CalendarEntry:
    read_all()
    return CalendarEntry.objects.conflicting().get()


def there(work) -> list[str]:
    return work.texts("work")


def test_one_that_was_moved_over_there_is_flagged_with_both_times(booked, work):
    edit(work, *lasting(soon(15)))
    entry = the_conflict()
    assert (entry.conflict, entry.start, entry.their_start) == ("moved", soon(10), soon(15))
    booked.refresh_from_db()
    assert booked.start == soon(10)
    noticed = entry.noticed_at
    Calendar.objects.update(read_whole_at=None)
    assert the_conflict().noticed_at == noticed


def test_ours_is_put_back(booked, work):
    edit(work, *lasting(soon(15)))
    keep_ours(the_conflict())
    write_all()
    read_all()
    (text,) = there(work)
    assert f"DTSTART:{soon(10):%Y%m%dT%H%M%SZ}" in text
    assert not CalendarEntry.objects.conflicting()


def test_theirs_moves_the_booking(anna, booked, work):
    edit(work, *lasting(soon(15)))
    moved = take_theirs(the_conflict(), by=STAFF)
    write_all()
    read_all()
    (text,) = there(work)
    assert (moved.start, moved.continues) == (soon(15), booked)
    assert f"DTSTART:{soon(15):%Y%m%dT%H%M%SZ}" in text
    assert not CalendarEntry.objects.conflicting()
    assert busy(anna) == []


def test_a_booking_that_was_moved_and_then_an_event_that_follows_it_are_no_conflict(booked, work):
    edit(work, *lasting(soon(15)))
    the_conflict()
    reschedule(booked, by=SERVER, start=soon(20), end=soon(21))
    write_all()
    assert the_conflict().their_start == soon(15)
    edit(work, *lasting(soon(20)))
    read_all()
    assert_settled(work, soon(20))


def test_a_booking_that_is_moved_to_where_they_put_it_is_no_conflict_any_more(booked, work):
    edit(work, *lasting(soon(15)))
    the_conflict()
    reschedule(booked, by=SERVER, start=soon(15), end=soon(16))
    assert_settled(work, soon(15))


def assert_settled(work, start) -> None:
    """The event stands as the booking does, once it was written."""
    write_all()
    read_all()
    entry, (text,) = CalendarEntry.objects.get(), there(work)
    assert (entry.conflict, entry.start, entry.booking.start) == ("", start, start)
    assert f"DTSTART:{start:%Y%m%dT%H%M%SZ}" in text
    assert str(entry.booking.sequence) in text.partition("SEQUENCE:")[2].split()[:1]


def test_theirs_is_refused_where_the_time_is_taken(anna, booked, work):
    a_booking(anna, soon(15))
    edit_of = CalendarEntry.objects.get(booking=booked)
    work.put("work", an_ics(*lasting(soon(15)), uid=edit_of.key), f"{edit_of.key}.ics")
    entry = the_conflict()
    with pytest.raises(SlotTaken):
        take_theirs(entry, by=STAFF)
    assert CalendarEntry.objects.conflicting().get() == entry


def test_one_that_was_deleted_over_there_is_flagged_and_comes_back_or_is_called_off(anna, booked, work):
    work.delete("work", f"{CalendarEntry.objects.get().key}.ics")
    entry = the_conflict()
    booked.refresh_from_db()
    assert (entry.conflict, booked.state.occupies) == ("deleted", True)
    keep_ours(entry)
    write_all()
    (text,) = there(work)
    assert f"UID:booking-{booked.reference.lower()}-2" in text
    work.delete("work", work.names("work")[0])
    ended = take_theirs(the_conflict(), by=STAFF)
    write_all()
    read_all()
    assert not ended.state.occupies
    assert there(work) == []
    assert not CalendarEntry.objects.conflicting()


def test_one_that_lies_further_ahead_than_is_read_is_not_taken_for_deleted(anna, work):
    a_booking(anna, soon(10, days=700))
    write_all()
    Calendar.objects.update(read_whole_at=None)
    read_all()
    assert not CalendarEntry.objects.conflicting()


def test_a_refusal_over_there_is_flagged_once(booked, work):
    edit(work, *lasting(soon(10)), "ATTENDEE;PARTSTAT=DECLINED:mailto:marty@example.com")
    entry = the_conflict()
    assert entry.conflict == "declined"
    keep_ours(entry)
    Calendar.objects.update(read_whole_at=None)
    read_all()
    assert not CalendarEntry.objects.conflicting()
    booked.refresh_from_db()
    assert booked.state.occupies


def test_another_colour_is_no_conflict_and_the_next_move_finds_the_event(booked, work):
    edit(work, *lasting(soon(10)), "COLOR:red")
    read_all()
    assert not CalendarEntry.objects.conflicting()
    reschedule(booked, by=SERVER, start=soon(12), end=soon(13))
    write_all()
    (text,) = there(work)
    assert f"DTSTART:{soon(12):%Y%m%dT%H%M%SZ}" in text


def test_moved_at_both_ends_at_once_it_is_flagged_and_not_written_over(booked, work):
    edit(work, *lasting(soon(15)))
    reschedule(booked, by=SERVER, start=soon(12), end=soon(13))
    write_all()
    entry = the_conflict()
    assert entry.their_start == soon(15)
    assert f"DTSTART:{soon(15):%Y%m%dT%H%M%SZ}" in there(work)[0]
    keep_ours(entry)
    write_all()
    assert f"DTSTART:{soon(12):%Y%m%dT%H%M%SZ}" in there(work)[0]


def test_a_booking_that_is_called_off_goes_whatever_was_changed_over_there(booked, work):
    edit(work, *lasting(soon(15)))
    read_all()
    act(booked, "cancel", by=SERVER)
    write_all()
    read_all()
    assert there(work) == []
    assert not CalendarEntry.objects.conflicting()


def test_an_event_that_only_looks_like_ours_is_busy_and_no_conflict(anna, booked, work):
    work.put("work", an_ics(*lasting(soon(15)), uid="booking-zzzzzzz-1"))
    read_all()
    assert busy(anna) == [(soon(15), soon(16))]
    assert not CalendarEntry.objects.conflicting()
    assert Booking.objects.count() == 1


def test_one_that_was_deleted_while_its_booking_was_called_off_is_flagged_once_that_is_undone(
    anna, booked, work
):
    """When the deletion was read, it was none to speak of; the next writing meets it."""
    cancelled = act(booked, "cancel_by_customer", by=Actor.customer())
    work.delete("work", f"{CalendarEntry.objects.get().key}.ics")
    read_all()
    assert not CalendarEntry.objects.conflicting()
    undo(cancelled, by=Actor.customer())
    write_all()
    assert the_conflict().conflict == "deleted"
