"""A customer's move keeps what was booked: nobody gets a long time for the price of a short one."""

from decimal import Decimal

import pytest

from bookings.errors import OutsideHours
from bookings.lifecycle import Actor, reschedule
from bookings.models import Option, OptionResource
from tests.situations import HOUR, SERVER, a_booking, a_project, a_resource, at

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture
def project():
    project = a_project(a_resource(), length=3 * HOUR)
    project.options.update(price=Decimal(500), currency="EUR")
    return project


@pytest.fixture
def short(project):
    price = {"price": Decimal(10), "currency": "EUR"}
    return Option.objects.create(project=project, label="Short", length=HOUR, position=5, **price)


@pytest.fixture
def visit(project, short):
    return a_booking(project.resources.get(), at(9), project=project, option=short, price=short.price)


def moved(visit, length, by=CUSTOMER):
    return reschedule(visit, by=by, start=at(12), end=at(12) + length)


def test_a_time_of_the_first_option_s_length_is_as_long_as_what_was_booked(visit, short):
    new = moved(visit, 3 * HOUR)
    assert (new.start, new.length, new.option, new.price) == (at(12), HOUR, short, Decimal(10))
    assert new.occupancies.get().end == at(13)


def test_a_server_says_how_long(visit):
    assert moved(visit, 3 * HOUR, by=SERVER).length == 3 * HOUR


def test_the_length_that_its_own_option_has_with_somebody_else_is_had(visit, short):
    jules = a_resource()
    link = visit.project.links.create(resource=jules, position=1)
    OptionResource.objects.create(option=short, link=link, length=2 * HOUR)
    new = reschedule(visit, by=CUSTOMER, start=at(12), end=at(14), resource=jules)
    assert new.length == 2 * HOUR


def test_a_start_that_no_option_has_is_refused(visit):
    with pytest.raises(OutsideHours):
        reschedule(visit, by=CUSTOMER, start=at(12, 7), end=at(13, 7))
