"""Searches over real rows: who is busy, what buffers, notice, caps and modes make of it, and how many queries
it takes.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.availability.allowance import Allowance, TooMuch
from bookings.availability.modes import Mode
from bookings.availability.query import Query
from bookings.availability.rules import parse_constraints
from bookings.availability.search import count, dates, search, unavailable
from bookings.errors import OutsideHours, SlotTaken
from bookings.lifecycle import Actor, add_event, release
from bookings.models import DatedHours, Event, Occupancy, Site, WeeklyHours
from tests.situations import HOUR, SERVER, a_booking, a_hold, a_project, a_resource, aged, at

pytestmark = pytest.mark.django_db

MINUTES = timedelta(minutes=1)
LONG_AGO = datetime(2033, 1, 1, tzinfo=UTC)


def hours(opens: time, closes: time, weekdays=range(7), **owner) -> None:
    for weekday in weekdays:
        WeeklyHours.objects.create(weekday=weekday, opens=opens, closes=closes, **owner)


def a_room(**fields):
    """A resource that is open from nine to five on every day."""
    resource = a_resource(**fields)
    hours(time(9), time(17), resource=resource)
    return resource


def query(*resources, start=None, end=None, **fields) -> Query:
    return Query(resources=resources, start=start or at(0), end=end or at(0, days=1), **fields)


def starts(*resources, now=LONG_AGO, **fields) -> list[str]:
    return [f"{slot.start:%H:%M}" for slot in search(query(*resources, **fields), now)]


def test_a_day_of_opening_hours_is_offered():
    assert starts(a_room()) == ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]


def test_a_booking_removes_the_slots_it_touches_and_shifts_none():
    room = a_room()
    a_booking(room, at(10, 20), 10 * MINUTES)
    assert starts(room) == ["09:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]


def test_slots_that_touch_a_booking_stay():
    room = a_room()
    a_booking(room, at(10))
    assert starts(room, step=30 * MINUTES)[:3] == ["09:00", "11:00", "11:30"]


def test_a_live_hold_is_busy_and_an_expired_or_released_one_is_not():
    room = a_room()
    a_hold(room, at(9))
    aged(a_hold(room, at(10)))
    release(a_hold(room, at(11)), by=SERVER)
    assert starts(room)[:3] == ["10:00", "11:00", "12:00"]


def test_ones_own_hold_and_booking_count_as_free_where_they_are_ignored():
    room = a_room()
    hold, booking = a_hold(room, at(9)), a_booking(room, at(10))
    a_booking(room, at(11))
    assert starts(room, ignoring=frozenset({hold.pk, booking.pk}))[:3] == ["09:00", "10:00", "12:00"]


def test_a_cancelled_booking_is_free_again():
    room = a_room()
    a_booking(room, at(9), graph="confirm_decline")
    assert starts(room)[0] == "09:00", "a waiting request of that graph does not occupy"


def test_calendar_events_are_busy_and_all_day_ones_can_be_ignored():
    room = a_room()
    calendar = room.calendars.get()
    add_event(Event(calendar=calendar, start=at(0), end=at(0, days=1), all_day=True))
    add_event(Event(calendar=calendar, start=at(9), end=at(10)))
    assert starts(room) == []
    assert starts(room, ignore_all_day_events=True)[0] == "10:00"


def test_a_long_booking_that_began_before_the_window_is_seen():
    room = a_room()
    a_booking(room, at(12, days=-20), timedelta(days=20))
    a_booking(room, at(8, days=-21), HOUR)
    assert starts(room)[0] == "12:00"


def test_a_doubled_booking_that_began_before_another_is_seen():
    room = a_room()
    a_booking(room, at(8, days=-3), timedelta(days=3, hours=3), allow_double_bookings=True)
    a_booking(room, at(8, days=-1), HOUR, allow_double_bookings=True)
    assert starts(room)[0] == "11:00"


class TestBuffers:
    """Booked from ten to eleven with a buffer of 15 minutes: neighbours end at 9:45 and start at 11:15."""

    def test_a_single_buffer_keeps_its_distance_once_on_either_side(self):
        room = a_room()
        a_booking(room, at(10), buffer_after=15 * MINUTES)
        found = search(query(room, step=15 * MINUTES, length=30 * MINUTES, buffer=15 * MINUTES), LONG_AGO)
        assert max(slot.end for slot in found if slot.end <= at(10)) == at(9, 45)
        assert min(slot.start for slot in found if slot.start > at(10)) == at(11, 15)

    def test_a_single_buffer_also_keeps_away_from_time_claimed_without_one(self):
        room = a_room()
        a_booking(room, at(10))
        found = search(query(room, step=15 * MINUTES, length=30 * MINUTES, buffer=15 * MINUTES), LONG_AGO)
        assert max(slot.end for slot in found if slot.end <= at(10)) == at(9, 45)
        assert min(slot.start for slot in found if slot.start > at(10)) == at(11, 15)

    def test_the_longer_buffer_of_a_neighbour_wins(self):
        room = a_room()
        a_booking(room, at(12), buffer_before=30 * MINUTES, buffer_after=45 * MINUTES)
        found = search(query(room, step=15 * MINUTES, length=30 * MINUTES, buffer=15 * MINUTES), LONG_AGO)
        assert max(slot.end for slot in found if slot.end <= at(12)) == at(11, 15), "before: both are claimed"
        assert min(slot.start for slot in found if slot.start > at(12)) == at(13, 45)

    def test_both_claimed_buffers_are_added(self):
        room = a_room()
        a_booking(room, at(12), buffer_before=10 * MINUTES, buffer_after=20 * MINUTES)
        found = search(
            query(
                room,
                step=5 * MINUTES,
                length=30 * MINUTES,
                buffer_before=5 * MINUTES,
                buffer_after=15 * MINUTES,
            ),
            LONG_AGO,
        )
        assert max(slot.end for slot in found if slot.end <= at(12)) == at(11, 35)
        assert min(slot.start for slot in found if slot.start > at(12)) == at(13, 25)

    def test_the_distance_around_holds_where_less_is_claimed(self):
        room = a_room()
        a_booking(room, at(12))
        distances = {"buffer": 30 * MINUTES, "buffer_after": 5 * MINUTES}
        found = search(query(room, step=5 * MINUTES, length=30 * MINUTES, **distances), LONG_AGO)
        assert max(slot.end for slot in found if slot.end <= at(12)) == at(11, 30)
        assert min(slot.start for slot in found if slot.start > at(12)) == at(13, 30)

    def test_bookings_beyond_the_window_keep_their_distance(self):
        room = a_room()
        a_booking(room, at(8))
        a_booking(room, at(12))
        asked = {"start": at(9), "end": at(12), "step": 30 * MINUTES, "length": 30 * MINUTES}
        assert starts(room, **asked, buffer=15 * MINUTES) == ["09:30", "10:00", "10:30", "11:00"]
        assert starts(room, **asked, buffer_before=15 * MINUTES)[0] == "09:30"
        assert starts(room, **asked, buffer_after=15 * MINUTES)[-1] == "11:00"

    def test_buffers_may_lie_outside_opening_hours(self):
        found = starts(a_room(), buffer_before=HOUR, buffer_after=HOUR)
        assert (found[0], found[-1]) == ("09:00", "16:00")

    @pytest.mark.parametrize(
        "buffers",
        [{"buffer": 10}, {"buffer_before": 20, "buffer_after": 5}, {"buffer": 30, "buffer_before": 5}],
    )
    def test_each_offer_can_be_claimed_and_none_between_two_offers_is_lost(self, buffers):
        room = a_room()
        buffers = {name: value * MINUTES for name, value in buffers.items()}
        a_booking(room, at(11), buffer_before=15 * MINUTES, buffer_after=5 * MINUTES)
        asked = query(room, step=30 * MINUTES, **buffers)
        claimed = {"buffer_before": asked.buffer_before, "buffer_after": asked.buffer_after or asked.buffer}
        while found := search(asked, LONG_AGO):
            a_booking(room, found[0].start, **claimed)
        assert room.bookings.count() > 3


class TestWhen:
    def test_nothing_is_offered_in_the_past(self):
        assert starts(a_room(), now=at(11, 1))[0] == "12:00"
        assert starts(a_room(), now=at(11))[0] == "11:00"

    def test_notice_and_horizon_bound_the_start(self):
        room = a_room()
        assert starts(room, now=at(8), notice=4 * HOUR)[0] == "12:00"
        assert starts(room, now=at(8), horizon=4 * HOUR)[-1] == "12:00"

    def test_the_window_bounds_start_and_end_and_does_not_move_the_grid(self):
        assert starts(a_room(), start=at(9, 10), end=at(11, 50)) == ["10:00"]

    def test_what_narrows_a_search_moves_no_grid_either(self):
        noon = parse_constraints([{"allow_hours": {"start": "10:30", "end": "14:15"}}])
        one, two = a_room(), a_room(timezone="Etc/GMT-1")
        assert starts(one, narrowing=noon) == ["11:00", "12:00", "13:00"]
        assert starts(one, constraints=noon)[0] == "10:30"
        assert starts(one, two, narrowing=noon, mode=Mode.MUTUAL) == ["11:00", "12:00"]
        (free,) = search(query(one, narrowing=noon, length=None), LONG_AGO)
        assert (free.start, free.end) == (at(10, 30), at(14, 15))

    def test_an_empty_window_has_no_slots(self):
        assert starts(a_room(), start=at(10), end=at(10)) == []

    def test_times_leave_in_the_zone_asked_for(self):
        found = search(query(a_room(), zone=ZoneInfo("Asia/Kolkata")), LONG_AGO)
        assert found[0].start.isoformat() == "2033-03-14T14:30:00+05:30"

    def test_a_daily_cap_closes_the_rest_of_the_day(self):
        room = a_room(daily_cap=2)
        a_booking(room, at(9))
        assert starts(room)[0] == "10:00"
        hold = a_hold(room, at(13))
        assert starts(room) == []
        assert starts(room, ignoring=frozenset({hold.pk}))[0] == "10:00"
        assert starts(room, start=at(0, days=1), end=at(0, days=2))[0] == "09:00"

    def test_calendar_events_do_not_count_against_the_cap(self):
        room = a_room(daily_cap=1)
        add_event(Event(calendar=room.calendars.get(), start=at(9), end=at(10)))
        assert starts(room)[0] == "10:00"

    def test_a_daily_cap_counts_local_days(self):
        room = a_resource(daily_cap=1, timezone="America/New_York")
        a_booking(room, at(3))
        found = search(query(room, end=at(6)), LONG_AGO)
        assert [slot.start for slot in found] == [at(4), at(5)], (
            "until 04:00 UTC it is still Sunday in New York"
        )


class TestModes:
    def test_lengths_may_differ_per_resource(self):
        one, two = a_room(), a_room()
        found = search(query(one, two, mode=Mode.EXCLUSIVE, lengths={two.pk: 4 * HOUR}, end=at(14)), LONG_AGO)
        assert [(slot.start.hour, slot.end.hour, slot.resources) for slot in found] == [
            (9, 10, (one,)),
            (9, 13, (two,)),
            (10, 11, (one,)),
            (11, 12, (one,)),
            (12, 13, (one,)),
            (13, 14, (one,)),
        ]

    def test_mutual_needs_all(self):
        one, two = a_room(), a_room()
        a_booking(one, at(9))
        a_booking(two, at(16))
        found = search(query(one, two, mode=Mode.MUTUAL), LONG_AGO)
        assert [slot.start.hour for slot in found] == [10, 11, 12, 13, 14, 15]
        assert {slot.resources for slot in found} == {(one, two)}

    def test_mutual_slots_are_as_long_as_the_longest(self):
        one, two = a_room(), a_room()
        found = search(query(one, two, mode=Mode.MUTUAL, lengths={two.pk: 4 * HOUR}), LONG_AGO)
        assert [(slot.start.hour, slot.end.hour) for slot in found] == [(9, 13), (13, 17)]

    def test_mutual_has_no_day_on_which_one_has_its_fill(self):
        one, two = a_room(), a_room(daily_cap=1)
        a_booking(two, at(20))
        assert starts(one, two, mode=Mode.MUTUAL) == []
        assert starts(one, two, mode=Mode.MUTUAL, start=at(0, days=1), end=at(10, days=1)) == ["09:00"]

    def test_prioritized_offers_the_first_that_is_free(self):
        one, two = a_room(), a_room()
        a_booking(one, at(10))
        found = search(query(one, two, mode=Mode.PRIORITIZED, end=at(12)), LONG_AGO)
        assert [slot.resources for slot in found] == [(one,), (two,), (one,)]

    def test_random_stays_with_the_one_it_moved_to(self):
        one, two = a_room(), a_room()
        a_booking(one, at(10))
        a_booking(two, at(9))
        found = search(query(one, two, end=at(12)), LONG_AGO)
        assert [slot.resources for slot in found] == [(one,), (two,), (two,)]

    def test_a_resource_named_twice_counts_once(self):
        room = a_room()
        found = search(query(room, room, mode=Mode.EXCLUSIVE), LONG_AGO)
        assert {slot.resources for slot in found} == {(room,)}


class TestShapes:
    def test_without_a_length_free_stretches_are_given(self):
        room = a_room()
        a_booking(room, at(10, 20), 10 * MINUTES)
        found = search(query(room, length=None), at(9, 30))
        assert [(f"{slot.start:%H:%M}", f"{slot.end:%H:%M}") for slot in found] == [
            ("09:30", "10:20"),
            ("10:30", "17:00"),
        ]

    def test_free_stretches_end_at_the_horizon_and_not_a_second_after_it(self):
        room = a_room()
        found = search(query(room, length=None, horizon=4 * HOUR), at(8))
        assert [(slot.start, slot.end) for slot in found] == [(at(9), at(12))]
        left = unavailable(query(room, length=None, horizon=4 * HOUR), at(8))
        assert [(slot.start, slot.end) for slot in left] == [(at(0), at(9)), (at(12), at(0, days=1))]

    def test_unavailable_is_what_is_left(self):
        room = a_room()
        a_booking(room, at(10, 20), 10 * MINUTES)
        found = unavailable(query(room), LONG_AGO)
        assert [(f"{slot.start:%H:%M}", f"{slot.end:%H:%M}") for slot in found] == [
            ("00:00", "09:00"),
            ("10:20", "10:30"),
            ("17:00", "00:00"),
        ]

    def test_days_are_local_dates_of_the_zone_asked_for(self):
        room = a_room()
        found = dates(query(room, end=at(0, days=2), zone=ZoneInfo("Pacific/Auckland")), LONG_AGO)
        # Nine to five in UTC is ten at night to six in the morning there.
        assert found == {date(2033, 3, day): [room] for day in (14, 15, 16)}

    def test_count_and_dates_agree_with_the_search(self):
        one, two = a_room(), a_room()
        a_booking(two, at(8), 10 * HOUR)
        asked = query(one, two, end=at(0, days=2), mode=Mode.EXCLUSIVE)
        assert count(asked, LONG_AGO) == len(search(asked, LONG_AGO)) == 16
        assert dates(asked, LONG_AGO) == {date(2033, 3, 14): [one], date(2033, 3, 15): [one, two]}
        asked = query(one, two, end=at(0, days=2), mode=Mode.MUTUAL)
        assert dates(asked, LONG_AGO) == {date(2033, 3, 15): [one, two]}

    def test_a_grid_too_long_to_walk_is_refused_in_words(self):
        with pytest.raises(TooMuch, match="larger steps"), Allowance.server() as allowance:
            search(query(a_room(), step=MINUTES, end=at(0, days=2200)), LONG_AGO, allowance)


def test_the_number_of_queries_depends_on_nothing(django_assert_num_queries):
    Site.current()
    rooms = [a_room() for _number in range(3)]
    project = a_project(*rooms)
    hours(time(8), time(18), project=project)
    with django_assert_num_queries(2):
        few = search(query(rooms[0], project=project), LONG_AGO)
    for number in range(5):
        a_booking(rooms[0], at(9 + number))
    with django_assert_num_queries(2):
        more = search(query(*rooms, project=project, end=at(0, days=28), mode=Mode.EXCLUSIVE), LONG_AGO)
    assert len(few) == 8
    assert len(more) == 8 * 28
    rooms[0].daily_cap = 3
    with django_assert_num_queries(3):
        search(query(*rooms, project=project), LONG_AGO)
    rooms[0].daily_cap = None
    DatedHours.objects.create(resource=rooms[0], first=at(0).date(), last=at(0).date())
    with django_assert_num_queries(3):
        search(query(*rooms, project=project), LONG_AGO)


def years_of_work(room):
    """Enough pieces for the planner to care, of the one booking: six a day, half of them doubled."""
    booking = a_booking(room, at(9))
    Occupancy.objects.bulk_create(
        Occupancy(
            resource=room,
            booking=booking,
            start=start,
            end=end,
            busy_start=start,
            busy_end=end,
            strict=hour % 2 == 0,
        )
        for day in range(-500, 0)
        for hour in range(9, 15)
        for start, end in [(at(hour, days=day), at(hour + 1, days=day))]
    )


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="reads a plan of PostgreSQL")
def test_taken_time_is_found_by_the_indexes():
    room = a_room()
    years_of_work(room)
    with CaptureQueriesContext(connection) as captured:
        search(query(room), LONG_AGO)
    (statement,) = [each["sql"] for each in captured if "timestamptz_send" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE bookings_occupancy")
        # What the planner falls back to while a table is young and its pages are not yet known to be visible.
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Only Scan using occupancy_by_resource" in plan
    assert "occupancy_doubled" in plan


def test_fractions_of_a_second_count_as_taken():
    room = a_room()
    a_booking(room, at(10) - timedelta(microseconds=1), HOUR + timedelta(microseconds=2))
    assert starts(room)[:2] == ["12:00", "13:00"]
    for slot in search(query(room, step=timedelta(seconds=1), start=at(8), end=at(12, 1)), LONG_AGO)[-1:]:
        a_booking(room, slot.start)


def test_a_customer_books_each_offer_at_once_and_nothing_between():
    room = a_room(
        timezone="Europe/Berlin", availability_constraints=[{"block_hours": {"start": 12, "end": 13}}]
    )
    project = a_project(room, length=30 * MINUTES)
    a_booking(room, at(9, 20), 10 * MINUTES)
    customer = Actor.customer()
    offered = search(query(room, project=project, length=30 * MINUTES), LONG_AGO)
    assert len(offered) == 13
    for slot in offered:
        a_booking(room, slot.start, slot.end - slot.start, project=project, by=customer)
    assert search(query(room, project=project, length=30 * MINUTES), LONG_AGO) == []
    for slot in offered:
        with pytest.raises(SlotTaken):
            a_booking(room, slot.start + 10 * MINUTES, 10 * MINUTES, by=customer)
        with pytest.raises(OutsideHours):
            a_booking(room, slot.start + 10 * MINUTES, 10 * MINUTES, project=project, by=customer)
