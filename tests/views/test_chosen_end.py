"""Where a project lets the customer choose the end: two selects that need no script, and the engine judges."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.availability import free_times
from bookings.availability.chosen_ends import Room
from bookings.availability.offering import Catalogue
from bookings.errors import OutsideHours
from bookings.lifecycle import Actor
from bookings.models import Booking, Option, Project, Reservation, WeeklyHours
from bookings.views.hold import offered as offered_times
from tests.situations import a_booking, a_hold, a_project, a_resource, own_terms
from tests.views.conftest import holds
from tests.views.test_booking_flow import text

pytestmark = pytest.mark.django_db
WIDGET = Actor("widget", "00000000-0000-0000-0000-000000000002")
MINUTES = timedelta(minutes=1)
EVERY_LENGTH = [number * 15 * MINUTES for number in range(1, 14)]
HIS = [30 * MINUTES, 60 * MINUTES, 90 * MINUTES, 120 * MINUTES]
HERS = [45 * MINUTES, 75 * MINUTES, 105 * MINUTES]
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

    def counted(*asked, **bounds):
        found.append(asked)
        return Room(*asked, **bounds)

    monkeypatch.setattr(free_times, "Room", counted)
    lost = {"refused": "slot_taken", "at": tomorrow.isoformat()}
    for asked in (lost, {"start": tomorrow.isoformat()}, {"start": tomorrow.replace(minute=7).isoformat()}):
        found.clear()
        assert visitor.see("/book/lightning/", zone="UTC", **asked).status_code == 200
        assert len(found) == 1, asked


def test_who_is_free_until_a_named_end_is_found_once(visitor, open_ended, tomorrow, monkeypatch):
    found = []

    def counted(*asked, **bounds):
        found.append(asked)
        return free_times.takers(*asked, **bounds)

    monkeypatch.setattr(offered_times, "takers", counted)
    named = {"start": tomorrow.isoformat(), "end": (tomorrow + timedelta(hours=2)).isoformat()}
    assert "Book this time" in text(visitor.see("/book/lightning/", zone="UTC", **named))
    assert len(found) == 1


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


@pytest.fixture
def clara(open_ended, doc):
    """Each has a length of their own: his half an hour, hers three quarters; two hours at most, in half hours."""
    clara = a_resource(name="Clara Clayton", slug="clara")
    open_ended.links.create(resource=clara, position=1)
    own_terms(open_ended, doc, length=30 * MINUTES)
    own_terms(open_ended, clara, length=45 * MINUTES)
    Project.objects.update(availability=LAYER | {"max_length": "2 hours"})
    return clara


def shown(visitor, start, **query):
    """The lengths that the page offers from a start."""
    page = text(visitor.see("/book/lightning/", day=start.date().isoformat(), zone="UTC", **query))
    option = re.search(rf'<option value="{re.escape(start.isoformat())}"([^>]*)>', page)[1]
    told = dict(re.findall(r'data-(\w+)="([^"]*)"', option))
    step = int(re.search(r'data-span="(\d+)"', page)[1])
    begin = int(start.timestamp()) // 60
    ends = told.get("ends", "").split() or range(int(told["first"]), int(told["last"]) + 1, step)
    chosen = set(re.findall(r'data-at="(\d+)"', page))
    assert {str(end) for end in ends} <= chosen
    return [(int(end) - begin) * MINUTES for end in ends]


def held(visitor, start, **more):
    """The lengths that a visitor may hold from a start, each with whom."""
    found = {}
    for length in EVERY_LENGTH:
        end = (start + length).isoformat()
        visitor.client.post(
            "/book/lightning/hold/", {"start": start.isoformat(), "end": end, "zone": "UTC"} | more
        )
        if (hold := holds().first()) is not None:
            found[hold.end - hold.start] = hold.resource.slug
            hold.occupancies.all().delete()
            hold.delete()
    return found


def claimed(start, project, resource):
    """The lengths that a widget may hold of a resource from a start."""
    found = []
    for length in EVERY_LENGTH:
        with suppress(OutsideHours):
            hold = a_hold(resource, start, length, by=WIDGET, project=project, option=project.options.get())
            found.append(hold.end - hold.start)
            hold.occupancies.all().delete()
            hold.delete()
    return found


def test_each_ends_as_many_steps_after_their_own_length(visitor, open_ended, clara, doc, tomorrow):
    project = Project.objects.get(pk=open_ended.pk)
    assert shown(visitor, tomorrow) == sorted(HIS + HERS)
    assert held(visitor, tomorrow) == dict.fromkeys(HIS, "emmett") | dict.fromkeys(HERS, "clara")
    for resource, lengths in ((doc, HIS), (clara, HERS)):
        assert shown(visitor, tomorrow, **{"with": resource.slug}) == lengths
        assert list(held(visitor, tomorrow, **{"with": resource.slug})) == lengths
        assert claimed(tomorrow, project, resource) == lengths


def test_an_end_is_offered_only_where_somebody_with_such_a_length_is_free(
    visitor, open_ended, clara, doc, tomorrow
):
    a_booking(doc, tomorrow + 60 * MINUTES)
    assert shown(visitor, tomorrow) == sorted(HIS[:2] + HERS)
    assert list(held(visitor, tomorrow)) == sorted(HIS[:2] + HERS)
    assert shown(visitor, tomorrow + 60 * MINUTES) == HERS
    assert held(visitor, tomorrow + 60 * MINUTES) == dict.fromkeys(HERS, "clara")


def test_all_together_end_as_many_steps_after_the_longest_length(visitor, open_ended, clara, doc, tomorrow):
    Project.objects.update(availability=LAYER | {"max_length": "2 hours", "mode": "mutual"})
    assert shown(visitor, tomorrow) == HERS
    assert list(held(visitor, tomorrow)) == HERS
    a_booking(clara, tomorrow + 105 * MINUTES)
    assert shown(visitor, tomorrow) == HERS
    a_booking(doc, tomorrow + 75 * MINUTES)
    assert shown(visitor, tomorrow) == HERS[:2]
    assert list(held(visitor, tomorrow)) == HERS[:2]


def test_whose_own_length_is_longer_than_the_longest_is_offered_with_that_alone(
    visitor, open_ended, clara, doc, tomorrow
):
    own_terms(open_ended, clara, length=150 * MINUTES)
    project = Project.objects.get(pk=open_ended.pk)
    assert shown(visitor, tomorrow) == [*HIS, 150 * MINUTES]
    assert list(held(visitor, tomorrow)) == [*HIS, 150 * MINUTES]
    assert claimed(tomorrow, project, doc) == HIS
    assert claimed(tomorrow, project, clara) == [150 * MINUTES]


def test_a_link_names_an_end_that_somebody_free_can_have(visitor, open_ended, clara, doc, tomorrow):
    def offered(length):
        query = {"start": tomorrow.isoformat(), "end": (tomorrow + length).isoformat()}
        return "Book this time" in text(visitor.see("/book/lightning/", **query))

    a_booking(doc, tomorrow + 30 * MINUTES)
    assert [length for length in EVERY_LENGTH if offered(length)] == sorted([HIS[0], *HERS])


def test_other_times_in_place_of_one_that_is_lost_are_of_those_who_can_last_so_long(
    visitor, another, open_ended, clara, doc, tomorrow
):
    form = pick(visitor, tomorrow, tomorrow + 90 * MINUTES)["Location"]
    holds().get().occupancies.all().delete()
    Reservation.objects.update(expires_at=tomorrow - timedelta(days=2))
    a_booking(doc, tomorrow - timedelta(days=7), timedelta(days=14))
    page = text(visitor.send(form))
    assert "Nothing is free in the days around it." in page


def test_free_stretches_of_natural_length_ask_for_no_end(visitor, open_ended, doc, tomorrow):
    Option.objects.all().delete()
    Project.objects.update(availability=LAYER | {"length": None})
    page = day(visitor, tomorrow)
    assert 'name="end"' not in page
