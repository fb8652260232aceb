"""An option is offered only with who does it, as long and at the price that both say together; through every door."""

from datetime import time, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from bookings.availability.asked import read_query
from bookings.availability.explain import explain_offering
from bookings.availability.offering import Catalogue, offering_with
from bookings.availability.permits import Code
from bookings.availability.search import search
from bookings.availability.why_not_offered import NOBODY_DOES_IT, why_not_offered
from bookings.errors import OptionNotOffered
from bookings.forms.bookings import price
from bookings.forms.resolve import companions, resolve
from bookings.forms.scope import Scope
from bookings.lifecycle import Actor, reschedule
from bookings.lifecycle.rules import broken_by
from bookings.models import Booking, Option, OptionResource, Project, WeeklyHours
from tests.situations import HOUR, SERVER, a_booking, a_draft, a_hold, a_project, a_resource, at, own_terms

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()
WIDGET = Actor("widget", "00000000-0000-0000-0000-000000000003")
MINUTES = timedelta(minutes=1)


def open_from_nine(resource):
    WeeklyHours.objects.create(resource=resource, weekday=0, opens=time(9), closes=time(17))
    return resource


@pytest.fixture
def anna():
    return open_from_nine(a_resource(name="Anna"))


@pytest.fixture
def ben():
    return open_from_nine(a_resource(name="Ben"))


@pytest.fixture
def salon(anna, ben):
    """A cut with either; Anna colours in her own time, Ben does not colour at all."""
    project = a_project(anna, ben)
    project.options.update(label="Cut", price=40)
    colour = Option.objects.create(
        project=project, label="Colour", length=120 * MINUTES, price=90, position=1, currency="EUR"
    )
    link = project.links.get(resource=anna)
    OptionResource.objects.create(option=colour, link=link, length=45 * MINUTES, price=38)
    OptionResource.objects.create(option=colour, link=project.links.get(resource=ben), offered=False)
    return project


@pytest.fixture
def colour(salon):
    return salon.options.get(label="Colour")


@pytest.fixture
def cut(salon):
    return salon.options.get(label="Cut")


def found(project, option, mode="exclusive"):
    asked = {"from": at(9), "to": at(17), "mode": mode}
    slots = search(read_query(asked, now=at(0), project=project, option=option), at(0))
    return {(slot.end - slot.start, resource.name) for slot in slots for resource in slot.resources}


def test_a_search_of_an_option_finds_only_who_does_it_and_as_long_as_there(salon, colour, cut):
    assert found(salon, colour) == {(45 * MINUTES, "Anna")}
    assert found(salon, cut) == {(HOUR, "Anna"), (HOUR, "Ben")}


def test_all_together_are_all_who_do_it(salon, colour, anna, ben):
    Project.objects.filter(pk=salon.pk).update(availability={"mode": "mutual"})
    salon.refresh_from_db()
    assert found(salon, colour, "mutual") == {(45 * MINUTES, "Anna")}
    given = {"project_id": salon.pk, "resource_id": anna.pk, "option_id": colour.pk}
    assert companions_of(given) == []
    assert companions_of(given | {"option_id": salon.options.get(label="Cut").pk}) == [ben]


def companions_of(given):
    return companions(resolve(given, Scope.everything()))


@pytest.mark.parametrize("by", [CUSTOMER, WIDGET])
@pytest.mark.parametrize("make", [a_booking, a_hold])
def test_who_does_not_do_an_option_cannot_be_booked_for_it(salon, colour, ben, anna, make, by):
    with pytest.raises(OptionNotOffered):
        make(ben, at(9), 120 * MINUTES, project=salon, option=colour, by=by)
    assert make(anna, at(9), 45 * MINUTES, project=salon, option=colour, by=by)
    assert Booking.objects.count() + anna.reservations.count() == 1


def test_a_server_key_and_staff_may_book_it_all_the_same(salon, colour, ben):
    assert a_booking(ben, at(9), 120 * MINUTES, project=salon, option=colour, by=SERVER)


def test_who_does_not_do_the_first_option_moves_what_he_does(salon, colour, cut, anna):
    OptionResource.objects.create(option=cut, link=salon.links.get(resource=anna), offered=False)
    booking = a_booking(anna, at(9), 45 * MINUTES, project=salon, option=colour)
    moved = reschedule(booking, by=CUSTOMER, start=at(9, 45), end=at(10, 30), now=at(0))
    assert moved.resource == anna


def test_a_search_that_names_a_resource_and_no_option_means_what_it_does(salon, colour, cut, anna, ben):
    OptionResource.objects.create(option=cut, link=salon.links.get(resource=anna), offered=False)
    query = read_query({}, now=at(0), project=salon, resources=[anna])
    assert (query.resources, query.length_of(anna)) == ((anna,), 45 * MINUTES)
    assert read_query({}, now=at(0), project=salon).resources == (ben,)


def test_where_the_project_says_how_long_it_is_whoever_does_something_is_found(salon, cut, anna, ben):
    Project.objects.filter(pk=salon.pk).update(availability={"length": "30 minutes"})
    salon.refresh_from_db()
    OptionResource.objects.create(option=cut, link=salon.links.get(resource=anna), offered=False)
    assert read_query({}, now=at(0), project=salon).resources == (anna, ben)  # she colours
    OptionResource.objects.create(option=cut, link=salon.links.get(resource=ben), offered=False)
    assert read_query({}, now=at(0), project=salon).resources == (anna,)
    assert read_query({}, now=at(0), project=salon, resources=[ben]).resources == ()


def test_it_is_explained_and_staff_are_told(salon, colour, cut, anna, ben):
    def told(resource, option, length):
        offering = offering_with(salon, option, resource.pk)
        undone = [] if offering.only else [resource]
        (time,) = explain_offering(offering, at(9), at(9) + length, at(0), undone=undone).times
        return time.offered, [one.code for one in time.broken]

    assert told(anna, colour, 45 * MINUTES) == (True, [])
    assert told(ben, colour, 120 * MINUTES) == (False, [Code.OPTION])
    assert told(ben, cut, HOUR) == (True, [])
    of_ben = a_draft(ben, at(9), 120 * MINUTES, project=salon, option=colour)
    assert [one.code for one in broken_by(of_ben, now=at(0))] == [Code.OPTION]
    assert broken_by(a_draft(anna, at(9), 45 * MINUTES, project=salon, option=colour), now=at(0)) == []


def test_the_price_is_that_of_the_pair(salon, colour, cut, anna, ben):
    given = {"project_id": salon.pk, "resource_id": anna.pk}
    assert price(resolve(given | {"option_id": colour.pk}, Scope.everything())) == (Decimal(38), "EUR")
    assert price(resolve(given | {"option_id": cut.pk}, Scope.everything())) == (Decimal(40), "EUR")


def test_where_no_option_is_named_one_that_the_resource_does_is_meant(salon, colour, cut, anna, ben):
    own_terms(salon, ben, offered=False)
    OptionResource.objects.filter(option=colour, link__resource=ben).update(offered=True)
    named = {"project_id": salon.pk, "resource_id": ben.pk, "start": at(9), "end": at(10)}
    assert resolve(named, Scope.everything()).option == colour
    of_annas_length = {"project_id": salon.pk, "resource_id": anna.pk, "start": at(9), "end": at(9, 45)}
    assert resolve(of_annas_length, Scope.everything()).option == colour


def test_a_project_whose_options_nobody_does_says_why_it_is_not_offered(salon, colour):
    assert why_not_offered(salon) == []
    own_terms(salon, offered=False)
    assert why_not_offered(Project.objects.get(pk=salon.pk)) == [NOBODY_DOES_IT]
    OptionResource.objects.filter(option=colour).update(offered=True)
    assert why_not_offered(Project.objects.get(pk=salon.pk)) == []


def test_without_options_a_resource_says_its_own_length_and_price(anna):
    project = a_project(anna, availability={"length": "30 minutes"})
    project.options.all().delete()
    project.links.update(length=50 * MINUTES, price=12)
    offering = Catalogue.of(project).offering(None)
    assert (offering.offers[0].length, offering.offers[0].price) == (50 * MINUTES, 12)


def test_what_a_resource_says_for_all_options_does_not_count_and_the_doctor_lists_it(salon, cut, capsys):
    salon.links.update(length=10 * MINUTES)
    assert found(salon, cut) == {(HOUR, "Anna"), (HOUR, "Ben")}
    with pytest.raises(CommandError):
        call_command("doctor")
    told = capsys.readouterr().out
    assert "Anna has a length or price of its own for all options" in told
    salon.links.update(length=None)
    with pytest.raises(CommandError):
        call_command("doctor")
    assert "of its own for all options" not in capsys.readouterr().out


def test_the_migration_moves_what_one_option_says_and_leaves_it_with_several(salon, anna, ben):
    single = a_project(anna, ben)
    for project in (single, salon):
        project.links.filter(resource=anna).update(length=50 * MINUTES, price=12)
    before = set(OptionResource.objects.values_list("pk", flat=True))
    name = "bookings.migrations.0018_what_one_option_says_moves_to_its_row"
    import_module(name).move(apps, None)
    made = OptionResource.objects.exclude(pk__in=before)
    assert [(row.link.project, row.link.resource, row.length, row.price) for row in made] == [
        (single, anna, 50 * MINUTES, 12)
    ]
    assert not single.links.exclude(length=None, price=None).exists()
    assert salon.links.get(resource=anna).length == 50 * MINUTES


def test_a_project_that_knows_its_length_needs_no_option_to_be_booked_by_staff(anna):
    project = a_project(anna, availability={"length": "45 minutes"})
    project.options.all().delete()
    assert Catalogue.of(project).offering(None).usual_length == 45 * MINUTES
