"""A project that nobody can pay for, at the JSON door: refused to widget keys in words, open to server keys."""

import pytest

from bookings.models import Project
from tests.api.conftest import MARTY, SLOT
from tests.situations import a_project, a_resource

pytestmark = pytest.mark.django_db
WHY = "This cannot be booked online at the moment, since it cannot be paid here. Please phone us."


@pytest.fixture
def unpayable():
    return a_project(
        a_resource(), graph="instant_payment", availability={"timeslot_increments": "30 minutes"}
    )


def wish(project):
    ids = {"project_id": str(project.pk), "resource_id": str(project.resources.get().pk)}
    return ids | SLOT | {"what": "A portrait", "where": "Here", "description": "In oil", "customer": MARTY}


@pytest.mark.parametrize("path", ["/bookings", "/bookings/reserve"])
def test_a_widget_key_neither_books_nor_holds_it(widget, server, unpayable, path):
    answer = widget.call("POST", path, wish(unpayable))
    assert answer.status_code == 409
    assert answer.json() == {"errors": {"project_id": [WHY]}, "code": "not_payable"}
    assert server.call("POST", path, wish(unpayable)).status_code == 201


def test_a_widget_key_is_told_why_no_time_is_offered(widget, server, unpayable):
    asked = {"project_id": str(unpayable.pk)}
    for path in ("/availability", "/availability/dates", "/availability/count"):
        answer = widget.call("POST", path, asked)
        assert answer.status_code == 422
        assert answer.json()["errors"] == {"project_id": [WHY]}
        assert server.call("POST", path, asked).status_code == 200
        Project.objects.update(pay_url="https://pay.example/")
        assert widget.call("POST", path, asked).status_code == 200
        Project.objects.update(pay_url="")
