"""A doctor with a project, and a visitor who picks times."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import Option, Reservation
from tests.situations import a_location, a_project, a_resource


@pytest.fixture
def doc(db):
    place = a_location(name="Courthouse", address="Hill Valley", timezone="Europe/Berlin")
    return a_resource(name="Emmett Brown", slug="emmett", timezone="Europe/Berlin", location=place)


@pytest.fixture
def project(doc):
    """Booked at once; an hour for 18 euros."""
    project = a_project(doc, name="Catch the lightning", slug="lightning")
    Option.objects.filter(project=project).update(price="18.00", currency="EUR")
    return project


@pytest.fixture
def tomorrow():
    """Noon (UTC) of tomorrow, a start that the always-open doctor offers."""
    return (timezone.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


MARTY = {"name": "Marty McFly", "email": "marty@example.com", "phone": ""}


class Visitor:
    """Somebody before the pages, with cookies of their own."""

    def __init__(self) -> None:
        self.client = Client()

    def see(self, url, **query):
        return self.client.get(url, query or None)

    def open(self, url):
        """See the page that the URL leads to."""
        return self.client.get(url, follow=True)

    def pick(self, project, start, **more):
        """Press a time; return the answer to that."""
        return self.client.post(f"/book/{project.slug}/hold/", {"start": start.isoformat(), **more})

    def hold(self, project, start, **more):
        """Press a time and return the URL of the form."""
        answer = self.pick(project, start, **more)
        assert answer.status_code == 302, answer.content
        return answer["Location"]

    def send(self, form_url, **answers):
        return self.client.post(form_url, MARTY | answers)

    def book(self, project, start, **answers):
        """Hold, fill in, send; return the URL of the booking's page."""
        answer = self.send(self.hold(project, start), **answers)
        assert answer.status_code == 302, answer.content
        return answer["Location"]


@pytest.fixture
def visitor(db):
    return Visitor()


@pytest.fixture
def another(db):
    return Visitor()


def holds():
    return Reservation.objects.live()
