"""The pages offer an option only with who does it, at the length and price of both together."""

from datetime import timedelta

import pytest

from bookings.models import Booking, Option, OptionResource, Project
from tests.situations import a_project, a_resource, own_terms
from tests.views.test_booking_flow import text

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=1)


@pytest.fixture
def clara(project):
    """She does the short option at her own price, and not the usual one."""
    clara = a_resource(name="Clara Clayton", slug="clara", timezone="Europe/Berlin")
    link = project.links.create(resource=clara, position=1)
    usual = project.options.get()
    short = Option.objects.create(project=project, label="Short", length=30 * MINUTES, price=10, position=1)
    OptionResource.objects.create(option=usual, link=link, offered=False)
    OptionResource.objects.create(option=short, link=link, length=45 * MINUTES, price=8)
    return clara


@pytest.fixture
def short(clara):
    return Option.objects.get(label="Short")


def choose(visitor, project, **query):
    return text(visitor.see(f"/book/{project.slug}/", **query))


def test_only_who_does_the_option_can_be_chosen(visitor, project, clara, short):
    assert "Clara Clayton" not in choose(visitor, project)
    assert "Clara Clayton" in choose(visitor, project, option=str(short.pk))


def test_length_and_price_are_those_of_both(visitor, project, short):
    page = choose(visitor, project, option=str(short.pk), **{"with": "clara"})
    assert "45 minutes" in page
    assert "€8" in page
    assert "30 minutes" not in page
    assert "€10" not in page


def test_another_option_that_the_one_chosen_does_not_do_leads_to_anyone(visitor, project, short):
    page = visitor.see(f"/book/{project.slug}/", option=str(short.pk), **{"with": "clara"}).content.decode()
    usual = project.options.first()
    leads = [one for one in page.split('href="') if f"option={usual.pk}" in one.split('"')[0]]
    assert leads
    assert all("with=clara" not in one.split('"')[0] for one in leads)


def test_what_is_booked_is_as_long_and_costs_as_much_as_the_page_said(visitor, project, short, tomorrow):
    Project.objects.update(availability={"timeslot_increments": "15 minutes"})
    visitor.send(visitor.hold(project, tomorrow, option=str(short.pk), **{"with": "clara"}))
    booking = Booking.objects.get()
    assert (booking.length, booking.price) == (45 * MINUTES, 8)


def test_a_time_with_who_does_not_do_it_is_not_held(visitor, project, clara, tomorrow):
    usual = project.options.first()
    visitor.pick(project, tomorrow, option=str(usual.pk), **{"with": "clara"})
    assert not clara.reservations.exists()


def test_an_option_that_nobody_does_is_not_offered(visitor, project, short):
    own_terms(project, offered=False)
    OptionResource.objects.filter(option=short).update(offered=True)
    page = choose(visitor, project)
    assert "Short" in page
    assert "1 hour" not in page


def test_the_list_tells_of_what_somebody_does(visitor, project, short, doc):
    other = a_project(doc, name="Time travel")
    assert Project.objects.count() == 2
    page = text(visitor.see("/with/clara/"))
    assert other.name not in page
