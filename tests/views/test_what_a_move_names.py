"""The page that moves a booking reads what the booking can have: a seat a session, a time a start."""

import pytest

from bookings.effects.links import manage_token
from bookings.lifecycle import act
from bookings.models import Booking, Project
from tests.situations import HOUR, SERVER, a_booking, a_project, a_resource, a_seat, a_session, at

pytestmark = pytest.mark.django_db


def sent(client, booking, **fields):
    return client.post(f"/b/{manage_token(booking)}/move/to/", fields)


@pytest.fixture
def project():
    return a_project(a_resource(), graph="group_customer")


@pytest.fixture
def seat(project):
    session = a_session(project.resources.get(), at(10), seats=5, project=project)
    return a_seat(session, project=project, option=project.options.get())


def test_a_seat_moves_to_no_start_without_a_session(client, seat):
    answer = sent(client, seat, start=at(14, 7).isoformat())
    assert answer.status_code == 302
    assert not Booking.objects.filter(continues=seat).exists()
    seat.refresh_from_db()
    assert seat.state.occupies


def test_a_seat_moves_to_another_session(client, project, seat):
    other = a_session(project.resources.get(), at(14), seats=5, project=project)
    sent(client, seat, session=str(other.pk))
    assert Booking.objects.get(continues=seat).session == other


def test_a_time_moves_to_no_session(client):
    doc = a_resource()
    project = a_project(doc)
    booked = a_booking(doc, at(10), project=project, option=project.options.get())
    session = a_session(doc, at(14), HOUR, seats=5, project=project)
    act(session, "cancel", by=SERVER)
    sent(client, booked, session=str(session.pk))
    assert not Booking.objects.filter(continues=booked).exists()


def follows_now(project, graph):
    Project.objects.filter(pk=project.pk).update(booking={"graph": graph})


def test_a_seat_moves_to_a_session_also_where_the_project_has_none_by_now(client, project, seat):
    other = a_session(project.resources.get(), at(14), seats=5, project=project)
    follows_now(project, "instant")
    sent(client, seat, session=str(other.pk))
    assert Booking.objects.get(continues=seat).session == other


def test_a_time_moves_also_where_the_project_has_sessions_by_now(client):
    project = a_project(a_resource())
    booked = a_booking(project.resources.get(), at(10), project=project, option=project.options.get())
    follows_now(project, "group_customer")
    sent(client, booked, start=at(14).isoformat())
    assert Booking.objects.get(continues=booked).start == at(14)
