"""A customer who takes back a cancellation stands behind whoever booked meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.errors import CapReached, SlotTaken
from bookings.lifecycle import Actor, act, book, undo
from bookings.models import Occupancy, Project
from tests.situations import HOUR, a_draft, a_project, a_resource, marty

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture
def day():
    return (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)


def booked(project, start, email="marty@example.com"):
    draft = a_draft(project.resources.get(), start, project=project, option=project.options.get())
    return book(draft, graph="instant", by=CUSTOMER, customer=marty(email=email))


def cancelled(booking):
    return act(booking, "cancel_by_customer", by=CUSTOMER)


def test_a_day_that_is_full_meanwhile_stays_as_full_as_it_may_be(day):
    doc = a_resource(daily_cap=1)
    project = a_project(doc)
    first = cancelled(booked(project, day))
    second = booked(project, day + 3 * HOUR, "lorraine@example.com")
    with pytest.raises(CapReached):
        undo(first, by=CUSTOMER)
    assert list(Occupancy.objects.values_list("booking_id", flat=True)) == [second.pk]


def test_a_day_with_room_takes_it_back(day):
    project = a_project(a_resource(daily_cap=1))
    assert undo(cancelled(booked(project, day)), by=CUSTOMER).state.occupies


def test_the_distance_to_others_is_kept(day):
    doc = a_resource()
    project = a_project(doc, availability={"buffer": "30 minutes"})
    first = cancelled(booked(project, day))
    near = booked(a_project(doc), day - HOUR, "lorraine@example.com")
    with pytest.raises(SlotTaken):
        undo(first, by=CUSTOMER)
    cancelled(near)
    assert undo(first, by=CUSTOMER).state.occupies


def test_where_a_project_lets_bookings_overlap_a_cancellation_is_taken_back_among_them(day):
    doc = a_resource()
    settings = {"graph": "instant", "settings": {"allow_double_bookings": True}}
    project = a_project(doc, booking=settings)
    mine, _other = (
        book(
            a_draft(doc, day, project=project, option=project.options.get(), allow_double_bookings=True),
            graph="instant",
            by=CUSTOMER,
            customer=marty(email=f"{name}@example.com"),
        )
        for name in ("marty", "lorraine")
    )
    back = undo(cancelled(mine), by=CUSTOMER)
    assert back.state.occupies
    assert back.allow_double_bookings
    Project.objects.filter(pk=project.pk).update(booking={"graph": "instant"})
    with pytest.raises(SlotTaken):
        undo(cancelled(back), by=CUSTOMER)
