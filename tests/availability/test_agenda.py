"""What a window holds, by resource: the pieces that reach into it, and when it is closed."""

from datetime import date, time, timedelta

import pytest

from bookings.availability.agenda import closed, taken
from bookings.lifecycle import add_event
from bookings.models import DatedHours, Event, Site, WeeklyHours
from tests.situations import HOUR, a_booking, a_hold, a_resource, aged, at

pytestmark = pytest.mark.django_db


def busy(resource, start, end):
    return add_event(Event(calendar=resource.calendars.get(), start=start, end=end))


def test_everything_that_reaches_into_the_window_is_found_and_nothing_else():
    one, other, third = a_resource(), a_resource(), a_resource()
    over_midnight = a_booking(one, at(23, days=-1), HOUR * 3)
    inside = a_booking(one, at(10))
    held = a_hold(other, at(20))
    aged(a_hold(other, at(15)))
    for not_wanted in ((one, at(20, days=-1)), (one, at(0, days=1)), (third, at(10))):
        a_booking(*not_wanted)
    busy(one, at(0, days=-40), at(0))
    long_event = busy(one, at(0, days=-30), at(12))
    found = taken([one.pk, other.pk], at(0), at(0, days=1))
    owners = {piece.booking or piece.event or piece.reservation for piece in found}
    assert owners == {over_midnight, inside, long_event, held}


def test_what_is_taken_in_a_window_is_one_query(django_assert_num_queries):
    resource = a_resource()
    for hour in range(5):
        a_booking(resource, at(hour))
    with django_assert_num_queries(1):
        assert len(taken([resource.pk], at(1), at(4))) == 3


def test_without_hours_nothing_is_closed():
    resource = a_resource()
    assert closed([resource], at(0), at(0, days=1)) == {resource.pk: []}


def test_what_lies_between_the_hours_is_closed_day_by_day_with_the_words_of_its_exception():
    resource = a_resource(timezone="Europe/Berlin")
    for weekday in range(7):
        WeeklyHours.objects.create(resource=resource, weekday=weekday, opens=time(9), closes=time(17))
    DatedHours.objects.create(
        site=Site.current(), first=date(2033, 3, 15), last=date(2033, 3, 15), note="Holiday"
    )
    found = closed([resource], at(23, days=-1), at(23, days=1))[resource.pk]
    spans = [((one.start - at(0)) / HOUR, (one.end - at(0)) / HOUR, one.note) for one in found]
    assert spans == [(-1, 8, ""), (16, 23, ""), (23, 47, "Holiday")]


def test_hours_that_last_past_midnight_leave_no_gap():
    resource = a_resource()
    WeeklyHours.objects.create(resource=resource, weekday=0, opens=time(20), closes=time(2))
    found = closed([resource], at(19), at(19) + timedelta(hours=10))[resource.pk]
    assert [(one.start.hour, one.end.hour) for one in found] == [(19, 20), (2, 5)]
