"""The same eight dates wanted by several hands at once: one has all of them, nobody a part."""

from base64 import b64encode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bookings.models import Booking, Occupancy, Series
from tests.situations import a_project, a_resource, a_server_key, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
NEW = "/admin/bookings/booking/new/series/"


@pytest.fixture
def key():
    return {"Authorization": "Basic " + b64encode(f":{a_server_key()[1]}".encode()).decode()}


@pytest.fixture
def session():
    """The cookie of a member of staff who may do everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


def series(session, project, number):
    typed = {
        "resource": project.resources.get().pk,
        "option": project.options.get().pk,
        "start": "2033-03-17T09:00",
        "times": "8",
        "every": "7",
        "customer-name": f"Customer {number}",
    }
    return {"method": "POST", "path": f"{NEW}?project={project.pk}", "form": typed, "headers": session}


def single(key, project, week):
    start, end = at(9, 30, days=3 + 7 * week), at(10, 30, days=3 + 7 * week)
    body = {
        "project_id": str(project.pk),
        "resource_id": str(project.resources.get().pk),
        "start": start.isoformat(),
        "end": end.isoformat(),
        "customer": {"name": "Marty McFly", "email": "marty@example.com"},
    }
    return {"method": "POST", "path": "/v2/bookings", "json": body, "headers": key}


def typed(calls):
    """As a form sends it: texts."""
    for call in calls:
        call["form"] = {name: str(value) for name, value in call["form"].items()}
    return calls


def test_of_four_desks_one_has_the_whole_series_and_the_others_read_what_is_free(all_at_once, session):
    project = a_project(a_resource())
    answers = all_at_once(typed([series(session, project, number) for number in range(4)]))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 302]
    assert Series.objects.count() == 1
    assert Booking.objects.count() == Occupancy.objects.count() == 8
    assert all("This time is taken." in one.text for one in answers if one.status == 200)


def test_a_series_and_single_dates_of_it_leave_all_of_one_and_none_of_the_other(all_at_once, session, key):
    project = a_project(a_resource())
    calls = typed([series(session, project, number) for number in range(2)])
    answers = all_at_once([*calls, single(key, project, 4), single(key, project, 6)])
    assert {answer.status for answer in answers} <= {200, 201, 302, 409}
    singles = sum(answer.status == 201 for answer in answers)
    of_series = Booking.objects.filter(series__isnull=False).count()
    assert (of_series, singles) in {(8, 0), (0, 2)}
    assert Occupancy.objects.count() == of_series + singles
