"""A customer and a widget key book a project's time only as its slots are offered; staff and servers at any minute."""

from datetime import time, timedelta

import pytest

from bookings.availability.asked import read_query
from bookings.availability.search import search
from bookings.errors import OutsideHours
from bookings.lifecycle import Actor, book, reschedule
from bookings.models import Option, Project, WeeklyHours
from tests.situations import (
    HOUR,
    SERVER,
    a_booking,
    a_draft,
    a_hold,
    a_project,
    a_resource,
    at,
    marty,
    own_terms,
)

pytestmark = pytest.mark.django_db

CUSTOMER = Actor.customer()
WIDGET = Actor("widget", "00000000-0000-0000-0000-000000000002")
MINUTES = timedelta(minutes=1)


@pytest.fixture
def doc():
    """Open on Mondays from 9:30 to 17."""
    doc = a_resource()
    WeeklyHours.objects.create(resource=doc, weekday=0, opens=time(9, 30), closes=time(17))
    return doc


def refused(resource, start, length=HOUR, **fields) -> bool:
    """Whether a customer and a widget are refused a booking and a hold, all four alike; no time stays taken."""
    tries = set()
    for make in (a_booking, a_hold):
        for by in (CUSTOMER, WIDGET):
            try:
                made = make(resource, start, length, by=by, **fields)
            except OutsideHours:
                tries.add(True)
            else:
                tries.add(False)
                made.occupancies.all().delete()
    assert len(tries) == 1
    return tries.pop()


def test_slots_begin_where_the_hours_open_and_step_by_their_length(doc):
    project = a_project(doc)
    assert not refused(doc, at(9, 30), project=project)
    assert not refused(doc, at(15, 30), project=project)
    assert refused(doc, at(10), project=project)
    assert refused(doc, at(10, 7), project=project)
    assert refused(doc, at(9, 30) + timedelta(milliseconds=500), project=project)
    assert refused(doc, at(9, 30) - timedelta(milliseconds=500), project=project)


def test_increments_and_full_hours_move_the_starts(doc):
    stepping = a_project(doc, availability={"timeslot_increments": "15 minutes"})
    assert not refused(doc, at(9, 45), project=stepping)
    assert refused(doc, at(9, 50), project=stepping)
    full = a_project(doc, availability={"round_to_nearest_hour": True})
    assert not refused(doc, at(10), project=full)
    assert refused(doc, at(9, 30), project=full)


def test_a_slot_is_as_long_as_the_project_says(doc):
    project = a_project(doc)
    assert refused(doc, at(9, 30), HOUR / 2, project=project)
    assert refused(doc, at(9, 30), 3 * HOUR, project=project)
    short = Option.objects.create(project=project, label="Short", length=HOUR / 2, position=2)
    assert not refused(doc, at(10), HOUR / 2, project=project, option=short)
    assert refused(doc, at(10, 30), HOUR, project=project, option=short)


def test_an_option_is_as_long_as_itself_or_as_the_project_says_for_all(doc):
    project = a_project(doc, availability={"length": "90 minutes"})
    option = project.options.get()
    assert not refused(doc, at(9, 30), HOUR, project=project, option=option)
    assert not refused(doc, at(11), 90 * MINUTES, project=project, option=option)
    assert refused(doc, at(9, 30), 2 * HOUR, project=project, option=option)


def test_a_resources_own_length_in_the_project_wins(doc):
    project = a_project(doc)
    own_terms(project, length=90 * MINUTES)
    option = project.options.get()
    assert refused(doc, at(9, 30), HOUR, project=project, option=option)
    assert not refused(doc, at(11), 90 * MINUTES, project=project, option=option)


def test_the_customers_own_end_where_the_project_allows_it(doc):
    layer = {"customer_chooses_end": True, "max_length": "3 hours", "timeslot_increments": "30 minutes"}
    project = a_project(doc, availability=layer)
    for minutes, offered in ((60, True), (90, True), (180, True), (30, False), (75, False), (210, False)):
        assert refused(doc, at(10), minutes * MINUTES, project=project) is not offered, minutes


def test_free_stretches_of_natural_length_have_no_grid(doc):
    project = a_project(doc, availability={"length": None})
    project.options.all().delete()
    assert not refused(doc, at(10, 7), 23 * MINUTES, project=project)
    assert refused(doc, at(16, 50), 23 * MINUTES, project=project)


def test_settings_that_no_search_could_read_offer_nothing(doc):
    project = a_project(doc, availability={"timeslot_increments": "soon"})
    assert refused(doc, at(9, 30), project=project)


def test_without_a_project_nothing_says_how_long_a_slot_is(doc):
    assert not refused(doc, at(10, 7), 23 * MINUTES)


def test_several_resources_together_have_the_grid_of_the_time_that_they_share(doc):
    early = a_resource()
    WeeklyHours.objects.create(resource=early, weekday=0, opens=time(9), closes=time(17))
    project = a_project(early, doc, availability={"mode": "mutual"})

    def booked(start):
        draft = a_draft(early, start, project=project)
        return book(draft, graph="instant", by=CUSTOMER, customer=marty(), companions=[doc])

    assert booked(at(9, 30))
    assert booked(at(11, 30))
    with pytest.raises(OutsideHours):
        booked(at(13))


def test_staff_and_server_keys_book_at_any_minute(doc, django_user_model):
    project = a_project(doc)
    assert a_booking(doc, at(10, 7), 23 * MINUTES, project=project, by=SERVER)
    staff = Actor.staff(django_user_model.objects.create_user("strickland"))
    assert a_booking(doc, at(11, 7), 23 * MINUTES, project=project, by=staff)


def test_a_hold_becomes_a_booking_also_where_the_project_changed_meanwhile(doc):
    project = a_project(doc)
    hold = a_hold(doc, at(9, 30), by=CUSTOMER, project=project)
    Project.objects.filter(pk=project.pk).update(availability={"round_to_nearest_hour": True})
    changed = Project.objects.get(pk=project.pk)
    assert refused(doc, at(12, 30), project=changed)
    assert a_booking(doc, at(9, 30), by=CUSTOMER, project=changed, reservation=hold).start == at(9, 30)


def test_a_booking_moves_to_what_is_offered_and_may_keep_its_length(doc):
    project = a_project(doc)
    booking = a_booking(doc, at(10, 7), 45 * MINUTES, project=project, option=project.options.get())
    for start, end in ((at(12), at(12, 45)), (at(12, 30), at(13)), (at(12, 7), at(13, 7))):
        with pytest.raises(OutsideHours):
            reschedule(booking, start=start, end=end, by=CUSTOMER)
    moved = reschedule(booking, start=at(12, 30), end=at(13, 15), by=CUSTOMER)
    assert reschedule(moved, start=at(13, 30), end=at(14, 30), by=WIDGET).end == at(14, 30)


LAYERS = [
    {},
    {"timeslot_increments": "20 minutes"},
    {"round_to_nearest_hour": True, "length": "45 minutes"},
    {"buffer": "10 minutes", "timeslot_increments": "25 minutes"},
]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_what_a_search_offers_is_what_a_customer_may_hold(layer, zone):
    """Every fifth minute of a day is tried."""
    doc, now = a_resource(timezone=zone), at(0, days=-1)
    WeeklyHours.objects.create(resource=doc, weekday=0, opens=time(9, 10), closes=time(12))
    WeeklyHours.objects.create(resource=doc, weekday=0, opens=time(13), closes=time(14, 5))
    project = a_project(doc, availability=layer)
    asked = {"from": at(0).isoformat(), "to": at(0, days=1).isoformat()}
    offered = [(slot.start, slot.end) for slot in search(read_query(asked, now=now, project=project), now)]
    length = offered[0][1] - offered[0][0]
    held = []
    for number in range(23 * 12):
        start = at(0) + number * 5 * MINUTES
        try:
            hold = a_hold(doc, start, length, by=CUSTOMER, project=project)
        except OutsideHours:
            continue
        hold.occupancies.all().delete()
        held.append((hold.start, hold.end))
    assert held == offered


def test_a_booking_of_one_option_moves_to_what_a_search_without_an_option_offers(doc):
    project = a_project(doc)
    long = Option.objects.create(project=project, label="Long", length=2 * HOUR, position=2)
    booking = a_booking(doc, at(9, 30), 2 * HOUR, project=project, option=long)
    moved = reschedule(booking, start=at(12, 30), end=at(13, 30), by=WIDGET)
    with pytest.raises(OutsideHours):
        reschedule(moved, start=at(12), end=at(13), by=WIDGET)
    assert reschedule(moved, start=at(13, 30), end=at(15, 30), by=CUSTOMER).option == long
