"""A seat is of the option that its session is of, where a page names none."""

from decimal import Decimal

import pytest

from bookings.models import Booking, Option, OptionResource, Project
from tests.situations import HOUR, SERVER, a_project, a_resource, a_seat, a_session, at

pytestmark = pytest.mark.django_db
MARTY = {"name": "Marty McFly", "email": "marty@example.com"}


@pytest.fixture
def bob():
    return a_resource()


@pytest.fixture
def project(bob):
    """Its first option is not done by bob."""
    project = a_project(a_resource(), bob, graph="group_customer")
    project.options.update(price=Decimal(20), currency="EUR")
    Option.objects.create(
        project=project, label="Second", length=HOUR, price=Decimal(5), currency="EUR", position=5
    )
    link = project.links.get(resource=bob)
    OptionResource.objects.create(option=project.options.get(label="Usual"), link=link, offered=False)
    return project


@pytest.mark.parametrize("names_its_option", [True, False])
@pytest.mark.parametrize("path", ["/bookings", "/bookings/reserve"])
def test_a_page_names_no_option(widget, bob, project, names_its_option, path):
    second = project.options.get(label="Second")
    session = a_session(bob, at(10), seats=5, project=project, option=second if names_its_option else None)
    body = {"graph": "group_customer", "related": {"owner_booking_id": str(session.pk)}, "customer": MARTY}
    made = widget.made(path, body)
    if path == "/bookings":
        seat = Booking.objects.get(pk=made["id"])
        assert (seat.option, seat.price) == (second, Decimal(5))


def test_a_seat_that_stands_moves_to_another_session_of_the_same_resource(widget, bob, project):
    first = project.options.get(label="Usual")
    one, other = (a_session(bob, at(hour), seats=5, project=project) for hour in (10, 14))
    seat = a_seat(one, project=project, option=first, by=SERVER)
    wanted = {"related": {"owner_booking_id": str(other.pk)}}
    assert widget.post(f"/bookings/{seat.pk}/reschedule", wanted).status_code == 201


def test_a_seat_moves_within_its_project_when_that_is_for_staff_alone(widget, bob, project):
    one, other = (a_session(bob, at(hour), seats=5, project=project) for hour in (10, 14))
    seat = a_seat(one, project=project, option=project.options.get(label="Second"))
    Project.objects.filter(pk=project.pk).update(visibility=Project.Visibility.STAFF)
    wanted = {"related": {"owner_booking_id": str(other.pk)}}
    assert widget.post(f"/bookings/{seat.pk}/reschedule", wanted).status_code == 201
    assert widget.post("/bookings", {**wanted, "customer": MARTY}).status_code == 422
