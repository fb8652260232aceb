"""A booking that uses a hold takes all that it needs, also what was not held."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.availability.query import Buffers
from bookings.errors import OptionNotOffered, OutsideHours, SlotTaken
from bookings.lifecycle import Actor, book, reserve
from bookings.models import Occupancy, Option, OptionResource, Reservation
from tests.situations import HOUR, SERVER, a_booking, a_draft, a_hold, a_project, a_resource, at, marty

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


def booked(doc, hold, *companions, start=None, by=SERVER, **fields):
    draft = a_draft(doc, start or at(10), **fields)
    return book(draft, graph="instant", by=by, customer=marty(), companions=companions, reservation=hold)


def test_a_hold_of_one_becomes_a_booking_of_two_which_has_both():
    doc, jules = a_resource(), a_resource()
    made = booked(doc, a_hold(doc, at(10)), jules)
    assert set(made.occupancies.values_list("resource_id", flat=True)) == {doc.pk, jules.pk}
    with pytest.raises(SlotTaken):
        a_booking(jules, at(10))


def test_where_the_other_is_taken_nothing_is_booked_and_the_hold_stays():
    doc, jules = a_resource(), a_resource()
    a_booking(jules, at(10))
    hold = a_hold(doc, at(10))
    with pytest.raises(SlotTaken):
        booked(doc, hold, jules)
    assert Occupancy.objects.get(resource=doc).reservation_id == hold.pk


@pytest.mark.parametrize("gone", [0, 1], ids=["its own", "the other's"])
def test_a_hold_of_two_of_which_one_piece_is_gone_gives_no_half(gone):
    both = doc, jules = a_resource(), a_resource()
    draft = Reservation(resource=doc, start=at(10), end=at(11))
    hold = reserve(draft, hold=timedelta(minutes=10), by=SERVER, companions=[jules])
    Occupancy.objects.filter(resource=both[gone]).delete()
    a_booking(both[gone], at(10))
    with pytest.raises(SlotTaken):
        booked(doc, hold, jules)
    assert Occupancy.objects.get(resource=both[1 - gone]).reservation_id == hold.pk


def test_what_was_held_besides_is_given_back():
    doc, jules = a_resource(), a_resource()
    draft = Reservation(resource=doc, start=at(10), end=at(11))
    hold = reserve(draft, hold=timedelta(minutes=10), by=SERVER, companions=[jules])
    made = booked(doc, hold)
    assert [piece.resource_id for piece in made.occupancies.all()] == [doc.pk]
    a_booking(jules, at(10))


def test_a_hold_moved_by_less_than_its_length_gives_way_to_its_own_booking():
    doc = a_resource()
    made = booked(doc, a_hold(doc, at(10)), start=at(10, 30))
    piece = Occupancy.objects.get()
    assert (piece.booking_id, piece.start, piece.end) == (made.pk, at(10, 30), at(10, 30) + HOUR)


def test_a_hold_that_may_overlap_becomes_no_booking_that_may_not():
    doc = a_resource()
    a_booking(doc, at(10))
    hold = a_hold(doc, at(10), allow_double_bookings=True)
    with pytest.raises(SlotTaken):
        booked(doc, hold)
    assert Occupancy.objects.get(reservation=hold).strict is False
    assert booked(doc, hold, allow_double_bookings=True).occupancies.get().strict is False


def test_a_hold_without_buffers_becomes_a_booking_that_keeps_its_own():
    doc, half = a_resource(), HOUR / 2
    project = a_project(doc, availability={"buffer": "30 minutes"})
    hold = a_hold(doc, at(10))
    made = booked(doc, hold, project=project, buffer_after=half)
    assert made.occupancies.get().end == at(11, 30)
    hold = a_hold(doc, at(13))
    a_booking(doc, at(14))
    with pytest.raises(SlotTaken):
        booked(doc, hold, start=at(13), project=project, buffer_after=half)
    assert Occupancy.objects.get(reservation=hold).end == at(14)


def test_a_hold_of_the_project_itself_is_handed_over_with_its_buffers():
    doc, half = a_resource(), HOUR / 2
    project = a_project(doc)
    hold = a_hold(doc, at(10), project=project, buffers=Buffers(after=half))
    piece = Occupancy.objects.get()
    made = booked(doc, hold, project=project, buffer_after=half)
    assert made.occupancies.get().pk == piece.pk


def tomorrow(hour, minute=0):
    return (timezone.now() + timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0)


def test_what_a_project_does_not_offer_is_refused_to_a_customer_who_holds_it_outside_of_it():
    doc = a_resource()
    project = a_project(doc, length=HOUR)
    hold = a_hold(doc, tomorrow(10, 7))
    with pytest.raises(OutsideHours):
        booked(doc, hold, start=tomorrow(10, 7), by=CUSTOMER, project=project)
    assert Occupancy.objects.get().reservation_id == hold.pk
    assert booked(doc, hold, start=tomorrow(10, 7), project=project)


def test_an_option_that_its_resource_does_not_do_is_refused_to_who_holds_it_for_another():
    doc = a_resource()
    project = a_project(doc, length=HOUR)
    cut = project.options.get()
    colour = Option.objects.create(project=project, label="Colour", length=HOUR)
    OptionResource.objects.create(option=colour, link=project.links.get(), offered=False)
    hold = a_hold(doc, tomorrow(10), by=CUSTOMER, project=project, option=cut)
    with pytest.raises(OptionNotOffered):
        booked(doc, hold, start=tomorrow(10), by=CUSTOMER, project=project, option=colour)
    assert booked(doc, hold, start=tomorrow(10), by=CUSTOMER, project=project, option=cut)
