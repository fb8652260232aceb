"""The distance around whatever is busy is kept by the claim of whoever is bound by rules, as the search keeps it."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability.asked import read_query
from bookings.availability.search import search
from bookings.availability.terms import terms_of
from bookings.errors import SlotTaken
from bookings.lifecycle import Actor, add_event, reschedule
from bookings.models import Calendar, Event
from tests.situations import SERVER, a_booking, a_hold, a_project, a_resource, aged, at

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()
WIDGET = Actor("widget", "00000000-0000-0000-0000-000000000004")
MINUTES = timedelta(minutes=1)
HALF = {"buffer": "30 minutes", "timeslot_increments": "15 minutes"}
APART = HALF | {"buffer_after": "0 minutes"}


def an_event(resource, start, end, **fields):
    calendar = Calendar.objects.get(resource=resource)
    Calendar.objects.filter(pk=calendar.pk).update(provider_sync=True)
    calendar.refresh_from_db()
    return add_event(Event(calendar=calendar, start=start, end=end, busy=True, what="Elsewhere", **fields))


@pytest.fixture
def doc():
    return a_resource()


def offered(doc, project, start) -> bool:
    asked = {"from": at(0), "to": at(0, days=1)}
    return start in {slot.start for slot in search(read_query(asked, now=at(0), project=project), at(0))}


def accepted(doc, project, start, make, by) -> bool:
    """With the buffers that the forms read."""
    buffers = terms_of(project)[0].buffers
    own = {"buffer_before": buffers.before, "buffer_after": buffers.after}
    claimed = own if make is a_booking else {"buffers": buffers}
    try:
        made = make(doc, start, project=project, option=project.options.get(), by=by, **claimed)
    except SlotTaken:
        return False
    made.occupancies.all().delete()
    return True


NEAR = [at(8, 15), at(8, 30), at(8, 45), at(9), at(11), at(11, 15), at(11, 30), at(11, 45)]


@pytest.mark.parametrize("layer", [HALF, APART, HALF | {"buffer_before": "10 minutes"}])
@pytest.mark.parametrize("busy", ["event", "booking", "booking with buffers", "doubled booking"])
@pytest.mark.parametrize("make", [a_booking, a_hold])
@pytest.mark.parametrize("by", [CUSTOMER, WIDGET])
def test_what_is_offered_beside_something_busy_is_accepted_and_nothing_else_is(doc, layer, busy, make, by):
    project = a_project(doc, availability=layer)
    if busy == "event":
        an_event(doc, at(10), at(11))
    elif busy == "booking with buffers":
        a_booking(doc, at(10), buffer_before=5 * MINUTES, buffer_after=20 * MINUTES)
    else:
        a_booking(doc, at(10), allow_double_bookings=busy == "doubled booking")
    told = {start.time(): offered(doc, project, start) for start in NEAR}
    assert {start.time(): accepted(doc, project, start, make, by) for start in NEAR} == told
    assert set(told.values()) == {True, False}


minutes = st.integers(0, 12).map(lambda number: 5 * number * MINUTES)
durations = minutes.map(lambda length: f"{length.seconds // 60} minutes")


@settings(max_examples=60)
@given(
    layer=st.fixed_dictionaries(
        {"buffer": durations}, optional={"buffer_before": durations, "buffer_after": durations}
    ),
    busy=st.sampled_from(["event", "booking", "doubled booking"]),
    length=minutes.filter(bool),
    own=st.tuples(minutes, minutes),
    start=st.integers(-24, 24).map(lambda number: at(10) + 5 * number * MINUTES),
    make=st.sampled_from([a_booking, a_hold]),
)
def test_whatever_is_busy_and_whatever_is_kept_free_offered_is_accepted(
    layer, busy, length, own, start, make
):
    with transaction.atomic():
        doc = a_resource()
        project = a_project(doc, availability=layer | {"timeslot_increments": "5 minutes"})
        if busy == "event":
            an_event(doc, at(10), at(10) + length)
        else:
            before, after = own
            doubled = busy == "doubled booking"
            kept = {"buffer_before": before, "buffer_after": after, "allow_double_bookings": doubled}
            a_booking(doc, at(10), length, **kept)
        assert accepted(doc, project, start, make, CUSTOMER) == offered(doc, project, start)
        transaction.set_rollback(True)


def test_the_last_two_pieces_are_looked_at_where_the_last_begins_with_a_buffer(doc):
    project = a_project(doc, availability=APART)
    a_booking(doc, at(10), 10 * MINUTES)
    a_booking(doc, at(12), buffer_before=110 * MINUTES)  # it claims from 10:10, and is busy from 12
    assert not offered(doc, project, at(8, 45))
    buffers = {"project": project, "option": project.options.get(), "by": CUSTOMER}
    with pytest.raises(SlotTaken):
        a_booking(doc, at(8, 45), **buffers)
    assert offered(doc, project, at(8, 30))
    assert a_booking(doc, at(8, 30), **buffers)


def test_staff_and_server_keys_are_bound_by_what_is_claimed_alone(doc):
    project = a_project(doc, availability=HALF)
    an_event(doc, at(10), at(11))
    assert a_booking(doc, at(11), project=project, by=SERVER)


def test_an_ended_hold_within_the_distance_is_cleared_away(doc):
    project = a_project(doc, availability=HALF)
    hold = a_hold(doc, at(10))
    usual = {"project": project, "option": project.options.get(), "by": CUSTOMER}
    with pytest.raises(SlotTaken):
        a_booking(doc, at(11), **usual)
    aged(hold)
    assert a_booking(doc, at(11), **usual)


def test_a_customer_who_moves_keeps_the_distance_too(doc):
    project = a_project(doc, availability=HALF)
    an_event(doc, at(10), at(11))
    booking = a_booking(doc, at(14), project=project, option=project.options.get())
    with pytest.raises(SlotTaken):
        reschedule(booking, by=CUSTOMER, start=at(11), end=at(12), now=at(0))
    assert reschedule(booking, by=CUSTOMER, start=at(11, 30), end=at(12, 30), now=at(0))


def test_a_hold_sees_no_all_day_events_where_the_search_sees_none(doc):
    project = a_project(doc, availability={"ignore_all_day_events": True})
    an_event(doc, at(0), at(0, days=1), all_day=True)
    assert offered(doc, project, at(10))
    assert a_hold(doc, at(10), project=project, option=project.options.get(), by=CUSTOMER)
