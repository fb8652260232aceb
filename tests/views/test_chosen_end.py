"""Where a project lets the customer choose the end: two selects that need no script, and the engine judges."""

import re
from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from bookings.availability import free_times
from bookings.availability.chosen_ends import Room
from bookings.availability.offering import Catalogue
from bookings.models import Booking, Option, Project, Reservation, WeeklyHours
from tests.situations import HOUR, a_booking, a_project, a_resource, own_terms
from tests.views.conftest import holds
from tests.views.test_booking_flow import text

pytestmark = pytest.mark.django_db
LAYER = {"customer_chooses_end": True, "max_length": "3 hours", "timeslot_increments": "30 minutes"}


@pytest.fixture
def open_ended(project, doc):
    """An hour at least, three at most, in steps of half an hour."""
    Project.objects.filter(pk=project.pk).update(availability=LAYER)
    return Project.objects.get(pk=project.pk)


def day(visitor, start):
    return text(visitor.see("/book/lightning/", day=start.date().isoformat(), zone="UTC"))


def pick(visitor, start, end):
    return visitor.client.post(
        "/book/lightning/hold/", {"start": start.isoformat(), "end": end.isoformat(), "zone": "UTC"}
    )


def test_the_day_offers_starts_and_ends_in_two_selects(visitor, open_ended, doc, tomorrow):
    a_booking(doc, tomorrow + timedelta(hours=2))
    page = day(visitor, tomorrow)
    assert '<select class="control" id="id_start" name="start">' in page
    assert '<select class="control" id="id_end" name="end">' in page
    assert 'class="time"' not in page
    option = re.search(
        rf'value="{re.escape(tomorrow.isoformat())}" data-first="(\d+)" data-last="(\d+)"', page
    )
    assert option
    assert int(option[2]) - int(option[1]) == 60  # free until the booking two hours on


def test_until_when_times_are_free_is_found_once_for_a_page(visitor, open_ended, tomorrow, monkeypatch):
    found = []

    def counted(*asked):
        found.append(asked)
        return Room(*asked)

    monkeypatch.setattr(free_times, "Room", counted)
    lost = {"refused": "slot_taken", "at": tomorrow.isoformat()}
    for asked in (lost, {"start": tomorrow.isoformat()}, {"start": tomorrow.replace(minute=7).isoformat()}):
        found.clear()
        assert visitor.see("/book/lightning/", zone="UTC", **asked).status_code == 200
        assert len(found) == 1, asked


def test_the_nearest_are_looked_for_on_the_days_around_alone(open_ended, tomorrow):
    offering = Catalogue.of(open_ended).offerings[0]
    window = tomorrow - timedelta(days=1), tomorrow + timedelta(days=60)
    whole = free_times.free_times(offering, *window, zone=ZoneInfo("UTC"), now=tomorrow)
    asked = []

    def counted(day):
        asked.append(day)
        return whole.on(day)

    found = replace(whole, on=counted)
    around = tomorrow + timedelta(days=30)
    assert [one.start for one in found.nearest(around)] == [
        around + timedelta(minutes=minutes) for minutes in (-30, 0, 30)
    ]
    days = timedelta(days=7)
    assert (min(asked), max(asked)) == ((around - days).date(), (around + days).date())


def test_the_length_is_said_from_the_shortest_to_the_longest(visitor, open_ended, doc, tomorrow):
    assert "1 hour to 3 hours" in day(visitor, tomorrow)
    a_project(doc, name="Time travel")
    assert "1 hour to 3 hours" in text(visitor.see("/"))


def test_the_time_until_the_chosen_end_is_held_and_booked(visitor, open_ended, tomorrow):
    end = tomorrow + timedelta(hours=2, minutes=30)
    form = pick(visitor, tomorrow, end)["Location"]
    assert holds().get().end == end
    visitor.send(form)
    booking = Booking.objects.get()
    assert (booking.start, booking.end) == (tomorrow, end)
    assert booking.option == open_ended.options.get()


@pytest.mark.parametrize("minutes", [-60, 0, 30, 75, 210, 60 * 24 * 400], ids=lambda one: f"{one} minutes")
def test_an_end_that_is_not_offered_is_refused_in_words(visitor, open_ended, tomorrow, minutes):
    answer = pick(visitor, tomorrow, tomorrow + timedelta(minutes=minutes))
    assert "The time is not free for as long as that." in text(visitor.see(answer["Location"]))
    assert not holds().exists()


@pytest.mark.parametrize("end", ["", "never", "2033-03-14T10:00:00"])
def test_an_end_that_is_no_time_is_refused_in_words(visitor, open_ended, tomorrow, end):
    answer = visitor.client.post("/book/lightning/hold/", {"start": tomorrow.isoformat(), "end": end})
    assert "refused=end_not_offered" in answer["Location"]


def test_a_start_off_the_grid_and_an_end_after_closing_are_refused(visitor, open_ended, doc, tomorrow):
    for weekday in range(7):
        WeeklyHours.objects.create(resource=doc, weekday=weekday, opens=time(9), closes=time(18))
    assert (
        "end_not_offered"
        in pick(visitor, tomorrow.replace(minute=7), tomorrow.replace(hour=14, minute=7))["Location"]
    )
    assert (
        "end_not_offered" in pick(visitor, tomorrow.replace(hour=16), tomorrow.replace(hour=19))["Location"]
    )


def test_an_end_that_reaches_into_taken_time_goes_to_whoever_is_free(visitor, open_ended, doc, tomorrow):
    second = a_resource(name="Clara Clayton", slug="clara")
    open_ended.links.create(resource=second, position=1)
    a_booking(doc, tomorrow + timedelta(hours=2))
    pick(visitor, tomorrow, tomorrow + timedelta(hours=3))
    assert holds().get().resource == second
    pick(visitor, tomorrow, tomorrow + timedelta(hours=2))
    assert holds().get().resource == doc


def test_ones_own_hold_is_not_in_the_way_of_a_longer_one(visitor, open_ended, tomorrow):
    pick(visitor, tomorrow, tomorrow + timedelta(hours=1))
    pick(visitor, tomorrow, tomorrow + timedelta(hours=3))
    assert holds().get().end == tomorrow + timedelta(hours=3)


def test_a_sent_end_counts_for_nothing_where_the_project_fixes_the_length(visitor, project, tomorrow):
    pick(visitor, tomorrow, tomorrow + timedelta(hours=3))
    assert holds().get().end == tomorrow + timedelta(hours=1)


def test_a_booking_of_a_chosen_length_keeps_it_when_it_moves(visitor, open_ended, tomorrow):
    form = pick(visitor, tomorrow, tomorrow + timedelta(hours=3))["Location"]
    page = visitor.send(form)["Location"]
    times = text(visitor.see(f"{page}move/", day=tomorrow.date().isoformat()))
    assert f'value="{tomorrow.replace(hour=15, minute=30).isoformat()}"' in times
    assert 'name="end"' not in times
    visitor.client.post(f"{page}move/to/", {"start": tomorrow.replace(hour=15, minute=30).isoformat()})
    moved = Booking.objects.order_by("created_at").last()
    assert moved.end - moved.start == timedelta(hours=3)


def test_without_an_option_the_projects_length_is_the_shortest(visitor, open_ended, tomorrow):
    Option.objects.all().delete()
    Project.objects.update(availability=LAYER | {"length": "90 minutes", "max_length": "nonsense"})
    assert day(visitor, tomorrow).count("<option") > 48
    assert "end_not_offered" in pick(visitor, tomorrow, tomorrow + timedelta(hours=1))["Location"]
    pick(visitor, tomorrow, tomorrow + timedelta(hours=8))
    assert holds().get().end == tomorrow + timedelta(hours=8)


QUARTER = HOUR / 4


@pytest.fixture
def of_their_own(open_ended, doc):
    """Two take half an hour and three quarters, a third an hour and a half; the first two are busy at times."""
    clara = a_resource(name="Clara Clayton", slug="clara")
    marty = a_resource(name="Marty", slug="marty")
    for position, (resource, quarters) in enumerate([(doc, 2), (clara, 3), (marty, 6)]):
        open_ended.links.update_or_create(resource=resource, defaults={"position": position})
        own_terms(open_ended, resource, length=quarters * QUARTER)
    return doc, clara, marty


def offered_ends(project, start):
    """The ends that the page offers for a start."""
    offering = Catalogue.of(project).offerings[0]
    found = free_times.free_times(
        offering, start, start + HOUR / 60, zone=ZoneInfo("UTC"), now=timezone.now()
    )
    return [
        time.end + number * found.step
        for time in found.times
        for number in range((time.latest - time.end) // found.step + 1)
    ]


@pytest.mark.parametrize("mode", ["roundrobin_prioritized", "mutual"])
@pytest.mark.parametrize("busy", [[], [2], [0], [2, 3], [0, 3], [0, 0]], ids=str)
def test_each_end_that_is_offered_can_be_held_whoever_is_free_and_however_long_they_take(
    visitor, open_ended, of_their_own, tomorrow, mode, busy
):
    Project.objects.update(availability=LAYER | {"mode": mode})
    for resource, quarters in zip(of_their_own, busy, strict=False):
        a_booking(resource, tomorrow + quarters * QUARTER)
    ends = offered_ends(Project.objects.get(), tomorrow)
    assert ends or (mode == "mutual" and busy)
    for number in range(-1, 14):
        end = tomorrow + number * QUARTER
        answer = pick(visitor, tomorrow, end)["Location"]
        if end in ends:
            assert "end_not_offered" not in answer, number
            assert {held.end for held in holds()} == {end}
        elif mode == "mutual":
            assert "end_not_offered" in answer, number
    Reservation.objects.all().delete()
