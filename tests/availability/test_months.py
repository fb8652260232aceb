"""The months of a page, laid side by side, offer what the search offers, also where a slot ends after midnight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest

from bookings.availability.asked import read_query
from bookings.availability.free_times import free_times, month_bounds
from bookings.availability.offering import Catalogue, Offering
from bookings.availability.search import search
from bookings.graphs.flow import Flow
from bookings.models import Project, WeeklyHours
from tests.situations import a_booking, a_project, a_resource, at

pytestmark = pytest.mark.django_db
NOW = datetime(2032, 11, 1, tzinfo=UTC)
MONTHS = [(2032, 12), (2033, 1), (2033, 2)]
NIGHTS = [{"allow_hours": {"start": 20, "end": 24}}, {"allow_hours": {"start": 0, "end": 2}}]


def an_offering(**availability) -> Offering:
    resource = a_resource(timezone="Europe/Berlin")
    project = a_project(resource, length=timedelta(hours=1), availability=availability)
    project.options.all().delete()
    return Catalogue.of(project).offering(None, Flow.published("instant"))


def of_the_pages(offering, zone):
    found = [free_times(offering, *month_bounds(*month, zone), zone=zone, now=NOW).times for month in MONTHS]
    return [one.start for one in chain.from_iterable(found)]


def of_the_search(offering, zone):
    bounds = [month_bounds(*month, zone) for month in MONTHS]
    start, end = bounds[0][0], bounds[-1][1]
    asked = {"from": start, "to": end + timedelta(days=3)}
    query = read_query(asked, now=NOW, project=Project.objects.get(pk=offering.project.pk))
    return [slot.start for slot in search(query, NOW) if slot.start < end]


@pytest.mark.parametrize(
    ("availability", "zone"),
    [
        (
            {"length": "90 minutes", "timeslot_increments": "90 minutes", "constraints": NIGHTS},
            "Europe/Berlin",
        ),
        ({"length": "90 minutes", "timeslot_increments": "90 minutes"}, "Europe/Berlin"),
        ({"length": "2 days"}, "Europe/Berlin"),
        ({"length": "30 minutes"}, "Asia/Kathmandu"),
    ],
    ids=["nights", "around the clock", "two days", "seen from elsewhere"],
)
def test_no_slot_falls_between_two_months(availability, zone):
    offering, zone = an_offering(**availability), ZoneInfo(zone)
    assert of_the_pages(offering, zone) == of_the_search(offering, zone)


def test_the_last_evening_of_a_year_is_offered_until_midnight():
    offering = an_offering(length="90 minutes")
    WeeklyHours.objects.create(
        resource=offering.offers[0].resource, weekday=4, opens="20:00", closes="02:00"
    )  # 31 December 2032 is a Friday
    zone = ZoneInfo("Europe/Berlin")
    assert datetime(2032, 12, 31, 23, tzinfo=zone) in of_the_pages(offering, zone)


def test_a_full_day_belongs_to_its_own_month_alone():
    offering, zone = an_offering(length="1 hour"), ZoneInfo("Europe/Berlin")
    resource = offering.offers[0].resource
    a_booking(resource, at(0) - timedelta(days=44), timedelta(days=4))  # 29 January to 2 February
    january, february = (
        free_times(offering, *month_bounds(*month, zone), zone=zone, now=NOW).full_days
        for month in MONTHS[1:]
    )
    assert {day.month for day in january} == {1}
    assert {day.month for day in february} == {2}
