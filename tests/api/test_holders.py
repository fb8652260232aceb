"""Whose holds are counted together: a visitor's by a token or the browser, and everybody's at one address."""

from datetime import datetime
from hashlib import sha256

import pytest
from django.utils import timezone

from bookings.models import Project, ProjectResource, Reservation
from tests.api.conftest import hour

pytestmark = pytest.mark.django_db


def held(door, visit, day, **headers):
    """The code of the answer to a hold on that day, None where it is made."""
    return door.post("/bookings/reserve", visit | hour(days=day), **headers).json().get("code")


@pytest.fixture
def visit(consultation, doc):
    return {"project_id": str(consultation.pk), "resource_id": doc}


def test_visitors_behind_one_address_are_told_apart_by_their_tokens(widget, visit, settings):
    settings.MAX_HOLDS_PER_VISITOR = 1
    one, other = {"Visitor_Token": "marty-1985-10-26"}, {"Visitor_Token": "biff-1955-11-05x"}
    assert [held(widget, visit, 1, **one), held(widget, visit, 2, **other)] == [None, None]
    assert held(widget, visit, 3, **one) == "too_many_holds"
    assert held(widget, visit, 3, **one, User_Agent="Another browser") == "too_many_holds"


def test_without_a_token_the_browser_tells_visitors_behind_one_address_apart(widget, visit, settings):
    settings.MAX_HOLDS_PER_VISITOR = 1
    assert held(widget, visit, 1, User_Agent="Firefox") is None
    assert held(widget, visit, 2, User_Agent="Firefox") == "too_many_holds"
    assert held(widget, visit, 2, User_Agent="Firefox", Visitor_Token="short") == "too_many_holds"
    assert held(widget, visit, 2, User_Agent="Chromium") is None
    assert held(widget, visit, 3, User_Agent="Firefox", Accept_Language="de") is None


def test_a_program_that_is_somebody_else_each_time_is_bound_by_its_address(widget, visit, settings):
    settings.MAX_HOLDS_PER_ADDRESS = 3
    tokens = [f"a-new-visitor-{number:03}" for number in range(4)]
    for day, token in enumerate(tokens[:3], start=1):
        assert held(widget, visit, day, Visitor_Token=token) is None
    answer = widget.post("/bookings/reserve", visit | hour(days=4), Visitor_Token=tokens[3])
    assert answer.status_code == 429
    assert answer["Retry-After"] in answer.json()["error"]
    settings.MAX_HOLDS_PER_ADDRESS = 0
    assert held(widget, visit, 4, Visitor_Token=tokens[3]) is None


def test_a_hold_in_place_of_another_counts_once(widget, visit, settings):
    settings.MAX_HOLDS_PER_VISITOR = 1
    first = widget.made("/bookings/reserve", visit | hour(days=1))
    assert held(widget, visit | {"reservation_id": first["id"]}, 2) is None


def test_what_is_kept_of_a_visitor_tells_neither_address_nor_token(widget, visit):
    token = "marty-1985-10-26"  # a visitor's
    assert held(widget, visit, 1, Visitor_Token=token) is None
    row = Reservation.objects.get()
    assert len(row.visitor) == len(row.address) == 64
    assert token not in row.visitor + row.address
    assert row.address != sha256(b"127.0.0.1").hexdigest()


def test_a_servers_holds_are_not_counted(server, visit, settings):
    settings.MAX_HOLDS_PER_VISITOR = settings.MAX_HOLDS_PER_ADDRESS = 1
    assert [held(server, visit, day) for day in (1, 2)] == [None, None]


def seconds_held(answer):
    """For how long from now an answer says that the time is held, to a few seconds."""
    assert answer.status_code in {200, 201}, answer.content
    left = datetime.fromisoformat(answer.json()["data"]["expires_at"]) - timezone.now()
    return round(left.total_seconds(), -1)


@pytest.mark.parametrize(
    ("layer", "asked", "seconds"),
    [
        ({"reservation_time": "300"}, 900, 300),
        ({"reservation_time": 300}, 60, 60),
        ({"reservation_time": 300}, None, 300),
        ({}, 900, 30),
        ({}, 10, 10),
    ],
    ids=str,
)
def test_a_page_holds_no_longer_than_its_project_says(widget, server, visit, layer, asked, seconds):
    Project.objects.update(booking={"graph": "instant"} | layer)
    wish = visit | hour(days=1) | ({} if asked is None else {"reservation_time": asked})
    answer = widget.post("/bookings/reserve", wish)
    assert seconds_held(answer) == seconds
    again = {"reservation_id": answer.json()["data"]["id"]} | ({"reservation_time": asked} if asked else {})
    assert seconds_held(widget.put("/bookings/reserve/extend", again)) == seconds
    if asked:
        assert seconds_held(server.put("/bookings/reserve/extend", again)) == asked


def test_a_resources_own_time_in_the_project_counts_when_a_page_holds_and_extends(widget, visit):
    ProjectResource.objects.update(booking={"reservation_time": 120})
    answer = widget.post("/bookings/reserve", visit | hour(days=1) | {"reservation_time": 900})
    assert seconds_held(answer) == 120
    again = {"reservation_id": answer.json()["data"]["id"]}
    assert seconds_held(widget.put("/bookings/reserve/extend", again)) == 120
