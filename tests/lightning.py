"""What pages and assistants book in most of their tests: a doctor with a project, and a time that is offered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Option
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
