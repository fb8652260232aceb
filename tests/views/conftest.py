"""A doctor with a project, and a visitor who picks times."""

import pytest
from django.test import Client

from bookings.models import Reservation
from tests.lightning import doc as doc
from tests.lightning import project as project
from tests.lightning import tomorrow as tomorrow

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
