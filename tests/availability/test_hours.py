"""Which level's hours hold on a day, and what a project's hours make of them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bookings.availability.hours import bounds
from bookings.availability.query import Query
from bookings.availability.search import search
from bookings.models import DatedHours, Site, WeeklyHours
from tests.situations import a_location, a_project, a_resource

pytestmark = pytest.mark.django_db

NOW = datetime(2033, 1, 1, tzinfo=UTC)
MONDAY = date(2033, 3, 14)
TUESDAY = MONDAY + timedelta(days=1)


def opened(resource, day=MONDAY, until=None, project=None) -> str:
    """The open stretches between two midnights, as text; the end of the last day is 00:00."""
    start = datetime.combine(day, time(), UTC)
    end = datetime.combine(until or day, time(), UTC) + timedelta(days=1)
    query = Query(resources=(resource,), project=project, start=start, end=end, length=None)
    return ", ".join(f"{slot.start:%a %H:%M}-{slot.end:%H:%M}" for slot in search(query, NOW))


def week(opens: int, closes: int, weekdays=range(7), **owner) -> None:
    for weekday in weekdays:
        WeeklyHours.objects.create(weekday=weekday, opens=time(opens), closes=time(closes), **owner)


def on(
    day: date, opens: int | None = None, closes: int | None = None, last: date | None = None, **owner
) -> None:
    times = {"opens": opens and time(opens), "closes": closes and time(closes)}
    DatedHours.objects.create(first=day, last=last or day, **times, **owner)


@pytest.fixture
def room():
    Site.current()
    return a_resource(location=a_location())


def test_without_hours_anywhere_it_is_always_open(room):
    assert opened(room, until=TUESDAY) == "Mon 00:00-00:00"


def test_the_nearest_week_holds(room):
    week(8, 20, site_id=1)
    assert opened(room) == "Mon 08:00-20:00"
    week(9, 18, location=room.location)
    assert opened(room) == "Mon 09:00-18:00"
    week(10, 16, [0], resource=room)
    assert opened(room, until=TUESDAY) == "Mon 10:00-16:00", "the week is its own, also where it is closed"


def test_christmas_is_entered_once_for_all(room):
    week(10, 16, resource=room)
    on(MONDAY, site_id=1)
    assert opened(room, until=TUESDAY) == "Tue 10:00-16:00"


def test_the_nearest_exception_replaces_the_day(room):
    week(10, 16, resource=room)
    on(MONDAY, site_id=1)
    on(MONDAY, 12, 14, location=room.location)
    assert opened(room) == "Mon 12:00-14:00"
    on(MONDAY, 7, 8, resource=room)
    assert opened(room) == "Mon 07:00-08:00"


def test_several_exceptions_of_one_level_add_up(room):
    week(10, 16, resource=room)
    on(MONDAY, last=TUESDAY, resource=room)
    on(TUESDAY, 9, 10, resource=room)
    on(TUESDAY, 11, 12, resource=room)
    assert opened(room, until=TUESDAY) == "Tue 09:00-10:00, Tue 11:00-12:00"


def test_an_exception_without_a_week_leaves_other_days_open(room):
    on(MONDAY, site_id=1)
    assert opened(room, until=TUESDAY) == "Tue 00:00-00:00"


def test_hours_may_pass_midnight_and_belong_to_the_day_on_which_they_begin(room):
    week(22, 2, resource=room)
    assert opened(room) == "Mon 00:00-02:00, Mon 22:00-00:00"
    on(TUESDAY, resource=room)
    assert opened(room, until=TUESDAY) == "Mon 00:00-02:00, Mon 22:00-02:00"


def test_two_rows_of_a_day_leave_a_break(room):
    week(9, 12, resource=room)
    week(13, 17, resource=room)
    assert opened(room) == "Mon 09:00-12:00, Mon 13:00-17:00"


def test_a_project_only_narrows(room):
    week(9, 17, resource=room)
    project = a_project(room)
    assert opened(room, project=project) == "Mon 09:00-17:00"
    week(12, 20, project=project)
    assert opened(room, project=project) == "Mon 12:00-17:00"
    on(MONDAY, project=project)
    assert opened(room, project=project) == ""
    on(TUESDAY, 6, 23, project=project)
    assert opened(room, day=TUESDAY, project=project) == "Tue 09:00-17:00"


def test_another_projects_hours_do_not_matter(room):
    week(12, 13, project=a_project(room))
    assert opened(room, project=a_project(room)) == "Mon 00:00-00:00"


def test_a_closing_at_or_before_the_opening_is_on_the_next_day():
    assert bounds(time(9), time(17)) == (9 * 3600, 17 * 3600)
    assert bounds(time(9), time(0)) == (9 * 3600, 24 * 3600)
    assert bounds(time(22), time(2)) == (22 * 3600, 26 * 3600)
    assert bounds(time(9), time(9)) == (9 * 3600, 33 * 3600)
