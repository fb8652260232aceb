"""Who is booked together moves together, whoever of them the booking is with."""

import pytest

from bookings.errors import OutsideHours
from bookings.lifecycle import Actor, book, reschedule
from bookings.lifecycle.reschedule import reschedule_any
from bookings.models import Booking, DatedHours
from tests.situations import SERVER, a_draft, a_project, a_resource, at, marty

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture
def both():
    return a_resource(), a_resource()


@pytest.fixture
def visit(both):
    return a_visit(both)


def a_visit(both, **fields):
    doc, jules = both
    project = a_project(doc, jules, availability={"mode": "mutual"})
    draft = a_draft(doc, at(10), project=project, option=project.options.get(), **fields)
    return book(draft, graph="instant", by=SERVER, customer=marty(), companions=[jules])


def pieces(booking):
    return sorted(booking.occupancies.values_list("resource_id", flat=True))


@pytest.mark.parametrize("by", [CUSTOMER, SERVER], ids=["customer", "server"])
def test_a_move_to_the_other_one_takes_the_first_along(visit, both, by):
    moved = reschedule(visit, by=by, start=at(14), end=at(15), resource=both[1])
    assert moved.resource == both[1]
    assert pieces(moved) == sorted(one.pk for one in both)
    assert list(moved.companions.all()) == [both[0]]


def test_the_hours_of_the_first_one_count_where_it_moves_to_the_other(both):
    visit = a_visit(both, allow_double_bookings=True)
    DatedHours.objects.create(resource=both[0], first=at(14).date(), last=at(14).date(), opens=None)
    with pytest.raises(OutsideHours):
        reschedule_any(visit, by=CUSTOMER, start=at(14), end=at(15), resources=dict.fromkeys(both, True))
    assert not Booking.objects.filter(continues=visit).exists()


def test_a_customer_s_move_to_somebody_new_leaves_nobody_out(visit, both):
    third = a_resource()
    visit.project.links.create(resource=third, position=9)
    moved = reschedule(visit, by=CUSTOMER, start=at(14), end=at(15), resource=third)
    assert pieces(moved) == sorted(one.pk for one in (*both, third))


def test_staff_put_somebody_else_in_the_place_of_the_first(visit, both):
    third = a_resource()
    moved = reschedule(visit, by=SERVER, start=at(14), end=at(15), resource=third)
    assert pieces(moved) == sorted([third.pk, both[1].pk])
