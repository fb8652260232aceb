"""What is offered is a list of parts, each of one resource's time: a claim takes all of them, or none."""

from datetime import timedelta

import pytest

from bookings.availability.offering import Catalogue
from bookings.availability.parts import Part
from bookings.availability.query import Buffers
from bookings.errors import SlotTaken
from bookings.lifecycle.claims import Claim, pieces_of
from bookings.lifecycle.retries import verb
from bookings.lifecycle.transitions import claim_time
from bookings.models import Occupancy, Reservation, Resource
from tests.situations import HOUR, a_booking, a_hold, a_project, a_resource, aged, at, own_terms

pytestmark = pytest.mark.django_db
HALF_HOUR = HOUR / 2
TEN = timedelta(minutes=10)
AFTER = Buffers(after=TEN)
BEFORE = Buffers(before=TEN)


@pytest.fixture
def stylist():
    return a_resource(name="Stylist")


@pytest.fixture
def colourist():
    return a_resource(name="Colourist")


@pytest.fixture
def visit(stylist, colourist):
    """An hour with the one, and then half an hour with the other."""
    return (
        Part(resource=stylist.pk, length=HOUR),
        Part(resource=colourist.pk, offset=HOUR, length=HALF_HOUR),
    )


@verb
def claimed(parts, start):
    """Hold the parts of what begins at ``start``."""
    first = parts[0]
    held = Reservation(resource_id=first.resource, start=start, end=start + first.length)
    wanted = Claim(pieces=pieces_of(parts, start), hold=TEN)
    held.expires_at = claim_time(wanted, reservation=held.pk)
    held.save(force_insert=True)
    return held


def taken():
    pieces = Occupancy.objects.order_by("start").values_list("resource__name", "start", "end")
    return [(name, start, end) for name, start, end in pieces]


def test_each_part_takes_its_own_resource_for_its_own_time(visit):
    claimed(visit, at(10))
    assert taken() == [("Stylist", at(10), at(11)), ("Colourist", at(11), at(11, 30))]


def test_around_a_visit_both_are_free(visit, stylist, colourist):
    claimed(visit, at(10))
    for resource, start, length in (
        (stylist, at(9), HOUR),
        (stylist, at(11), HALF_HOUR),
        (colourist, at(10), HOUR),
        (colourist, at(11, 30), HOUR),
    ):
        a_booking(resource, start, length)


@pytest.mark.parametrize("which", [0, 1], ids=["first", "second"])
def test_where_one_part_is_taken_none_is(visit, which):
    part = visit[which]
    a_hold(Resource.objects.get(pk=part.resource), at(10) + part.offset, HALF_HOUR)
    with pytest.raises(SlotTaken):
        claimed(visit, at(10))
    assert Occupancy.objects.count() == Reservation.objects.count() == 1


def test_visits_follow_each_other_as_closely_as_their_parts_do(visit):
    claimed(visit, at(10))
    claimed(visit, at(11))
    with pytest.raises(SlotTaken):
        claimed(visit, at(10, 30))
    assert Occupancy.objects.count() == 4


def test_two_parts_of_one_resource_leave_the_time_between_them_free(stylist, colourist):
    colour = (
        Part(resource=stylist.pk, length=HALF_HOUR),
        Part(resource=stylist.pk, offset=HOUR, length=HALF_HOUR),
    )
    claimed(colour, at(10))
    a_booking(stylist, at(10, 30), HALF_HOUR)
    for start in (at(10), at(11)):
        with pytest.raises(SlotTaken):
            a_booking(stylist, start, HALF_HOUR)


def test_each_part_has_its_own_buffers(stylist, colourist):
    parts = (
        Part(resource=stylist.pk, length=HOUR, buffers=AFTER),
        Part(resource=colourist.pk, offset=HOUR, length=HALF_HOUR, buffers=BEFORE),
    )
    claimed(parts, at(10))
    assert taken() == [("Stylist", at(10), at(11, 10)), ("Colourist", at(10, 50), at(11, 30))]


def test_what_has_ended_in_the_way_of_the_second_part_gives_way(visit, colourist):
    aged(a_hold(colourist, at(11)))
    claimed(visit, at(10))
    assert Occupancy.objects.filter(reservation__isnull=False).count() == 2


def test_what_a_project_offers_is_one_part_with_whom_it_is(stylist, colourist):
    project = a_project(stylist, colourist, availability={"buffer_after": "10 minutes"})
    own_terms(project, colourist, length=HALF_HOUR)
    (offering,) = Catalogue.of(project).offerings
    assert [offering.parts(offer) for offer in offering.offers] == [
        (Part(resource=stylist.pk, length=HOUR, buffers=AFTER),),
        (Part(resource=colourist.pk, length=HALF_HOUR, buffers=AFTER),),
    ]


def test_where_all_come_together_it_is_a_part_of_each_as_long_as_the_longest(stylist, colourist):
    project = a_project(stylist, colourist, availability={"mode": "mutual"})
    own_terms(project, colourist, length=2 * HOUR)
    (offering,) = Catalogue.of(project).offerings
    both = tuple(Part(resource=each.pk, length=2 * HOUR) for each in (stylist, colourist))
    assert offering.parts() == offering.parts(offering.offers[1]) == both
