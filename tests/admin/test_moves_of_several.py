"""What the desk says and does where a move concerns more than one: owners, companions, dates, seats that wait."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.graphs import versions
from bookings.graphs.versions import _as_new
from bookings.lifecycle import book, reschedule
from bookings.models import Booking, Graph, GraphVersion, OutboxMessage
from tests.admin.conftest import values_of
from tests.admin.test_calendar import DAY
from tests.situations import SERVER, a_booking, a_draft, a_project, a_resource, a_seat, a_session, at, marty

pytestmark = pytest.mark.django_db


def test_the_owner_who_loses_a_booking_is_named_before_it_is_moved(desk):
    emmett, clara = (a_resource(name=name, email=f"{name}@example.org") for name in ("emmett", "clara"))
    project = a_project(emmett, clara)
    booking = a_booking(emmett, at(9), project=project, option=project.options.get())
    sent = {"resource": str(clara.pk), "day": "2033-03-14", "clock": "13:00", "zone": "UTC"}
    url = reverse("admin:bookings_booking_drag", args=[booking.pk])
    told = desk.post(url, sent).json()["told"]
    OutboxMessage.objects.all().delete()
    desk.post(url, sent | {"go": "on"})
    mailed = OutboxMessage.objects.filter(kind="mail")
    assert len(told) == mailed.count() == 3
    assert "emmett@example.org" in told[-1]


def test_who_is_booked_together_is_dragged_in_the_column_of_whose_it_is(desk):
    emmett, clara = a_resource(), a_resource()
    project = a_project(emmett, clara, availability={"mode": "mutual"})
    draft = a_draft(emmett, at(9), project=project, option=project.options.get())
    book(draft, graph="instant", by=SERVER, customer=marty(), companions=[clara])
    url = reverse("admin:bookings_booking_calendar_feed")
    shown = desk.get(url, DAY).json()["events"]
    columns = {one["resourceIds"][0]: one for one in shown}
    assert columns[str(emmett.pk)]["editable"]
    assert not columns[str(clara.pk)].get("editable")


def test_each_date_of_a_row_moves_by_the_clocks_of_whose_it_is(desk):
    berlin, london = a_resource(timezone="Europe/Berlin"), a_resource(timezone="UTC")
    project = a_project(berlin, london)
    new = reverse("admin:bookings_booking_new_series") + f"?project={project.pk}"
    dates = {"start": "2033-03-14T10:00", "times": "3", "every": "7", "customer-name": "Anna"}
    desk.post(new, values_of(desk.get(new)) | dates | {"resource": str(berlin.pk)})
    first, second, _third = Booking.objects.order_by("start")
    other = reschedule(second, by=SERVER, resource=london)
    sent = {"do": "move", "move-start": "2033-03-14T11:00", "move-resource": str(berlin.pk)}
    url = reverse("admin:bookings_booking_series", args=[first.pk])
    desk.post(url, sent | {"move-scope": "onward", "move-message": ""})
    assert other.continued_by.start == other.start + timedelta(hours=1)


def test_a_seat_that_waits_for_an_answer_goes_along_with_its_session():
    seats_wait_for_an_answer()
    session = a_session(a_resource(), at(10), seats=5)
    seat = a_seat(session)
    assert not seat.state.occupies
    moved = reschedule(session, start=at(15), end=at(16), by=SERVER)
    seat.refresh_from_db()
    assert (seat.session, seat.start) == (moved, at(15))


def seats_wait_for_an_answer():
    """Publish a version of the graph of seats that begins as a request does."""
    draft = versions.new_draft(Graph.objects.get(name="group_customer"))
    asks = GraphVersion.objects.published().get(graph__name="confirm_decline")
    waits, declined = (
        _as_new(asks.states.get(name=name), version=draft) for name in ("tentative", "declined")
    )
    for action in asks.actions.filter(source__name="tentative"):
        target = draft.states.filter(name=action.target.name).first() or declined
        _as_new(action, version=draft, source=waits, target=target)
    create = draft.actions.get(source=None)
    create.target = waits
    create.save()
    versions.publish(draft)
