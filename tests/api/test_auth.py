"""Who calls: keys are looked up by their digest, noted at most once a minute, and see what they may see."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import ApiKey, Resource
from tests.api.conftest import EXAMPLE, MARTY, hour, outsider, queries
from tests.situations import a_project, a_resource, a_server_key, a_widget_key

AUTO_COMPLETE = "auto_complete_one_hour_after_booking_ends"


def basic(text):
    return "Basic " + b64encode(text).decode()


@pytest.fixture
def key(db):
    """A server key and its value."""
    return a_server_key()


def test_a_key_costs_two_queries_and_then_one_and_its_use_is_noted_once_a_minute(key, settings):
    settings.REQUESTS_A_MINUTE_PER_KEY = 0  # its count is written once a second
    row, value = key
    door = outsider(value)
    assert (
        queries(lambda: door.get("/bookings")) == 5
    )  # the version, the key, its note, the rows, their count
    row.refresh_from_db()
    assert timezone.now() - row.last_used_at < timedelta(minutes=1)
    assert queries(lambda: door.get("/bookings")) == 3


def test_an_older_note_is_written_anew(key):
    row, value = key
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    outsider(value).get("/bookings")
    row.refresh_from_db()
    assert timezone.now() - row.last_used_at < timedelta(minutes=1)


def test_a_refused_booking_leaves_the_note_standing(key, wish):
    row, value = key
    outsider(a_server_key()[1]).post("/bookings", wish)
    assert outsider(value).post("/bookings", wish).status_code == 409
    row.refresh_from_db()
    assert row.last_used_at


@pytest.mark.parametrize(
    "header",
    [
        b"%s",
        b"%s:",
        b":%s ",
        b":",
    ],
)
def test_only_the_key_itself_as_password_opens(key, nobody, header):
    _row, value = key
    sent = header % value.encode() if b"%s" in header else header
    assert nobody.get("/bookings", Authorization=basic(sent)).status_code == 401


def test_the_scheme_may_be_written_in_small_letters(key, nobody):
    sent = basic(f":{key[1]}".encode()).replace("Basic", "basic")
    assert nobody.get("/bookings", Authorization=sent).status_code == 200


def test_a_key_limited_to_projects_sees_the_bookings_made_in_them(db, server):
    resource = a_resource()
    mine, other = a_project(resource), a_project(resource)
    limited = outsider(a_server_key(mine)[1])
    wish = EXAMPLE | {"resource_id": str(resource.pk), "graph": "instant"}
    inside = server.made("/bookings", wish | {"project_id": str(mine.pk)} | hour(days=1))
    for row in (
        server.made("/bookings", wish | {"project_id": str(other.pk)} | hour(days=2)),
        server.made("/bookings", wish | hour(days=3)),
        server.made("/bookings/reserve", wish | {"project_id": str(other.pk)} | hour(days=4)),
    ):
        assert limited.get(f"/bookings/{row['id']}").status_code == 404
        assert limited.delete(f"/bookings/{row['id']}").status_code == 404
    assert [row["id"] for row in limited.read("/bookings")] == [inside["id"]]


def test_a_key_limited_to_one_project_means_that_one(db, soon):
    resource = a_resource()
    mine = a_project(resource, name="Repairs")
    limited = outsider(a_server_key(mine)[1])
    wish = {"resource_id": str(resource.pk), "customer": MARTY, **soon}
    made = limited.made("/bookings?include=project", wish)
    assert made["project"]["id"] == str(mine.pk)


def test_a_key_limited_to_several_projects_must_name_one(db, soon):
    resource = a_resource()
    limited = outsider(a_server_key(a_project(resource), a_project(resource))[1])
    wish = EXAMPLE | {"resource_id": str(resource.pk), **soon}
    refusal = limited.post("/bookings", wish)
    assert (refusal.status_code, list(refusal.json()["errors"])) == (422, ["project_id"])


@pytest.fixture
def page(consultation):
    """A public page of the project."""
    return outsider(a_widget_key(consultation)[1])


@pytest.fixture
def visit(consultation, doc, soon):
    return {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY, **soon}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"settings": {"min_booking_time": "0 minutes"}}, "settings.min_booking_time"),
        ({"settings": {"max_seats": 99}}, "settings.max_seats"),
        ({"notify_owner_by_email": {"enabled": False}}, "notify_owner_by_email"),
        (
            {"auto_complete_one_hour_after_booking_ends": {"enabled": False}},
            "auto_complete_one_hour_after_booking_ends",
        ),
        ({"calendar_id": "00000000-0000-4000-8000-000000000000"}, "calendar_id"),
        ({"event": {"invite": True}}, "invite"),
    ],
)
def test_a_page_loosens_nothing_by_other_ways(page, visit, sent, field):
    refusal = page.post("/bookings", visit | sent)
    assert (refusal.status_code, refusal.json()["field"]) == (403, field)


def test_a_page_may_send_what_holds_anyway(page, visit):
    same = {
        "invite": False,
        "participants": [],
        "settings": {"allow_double_bookings": False},
        "graph": "instant",
    }
    assert page.post("/bookings", visit | same).status_code == 201


def test_a_page_books_only_the_projects_own_resources(page, visit, jules):
    refusal = page.post("/bookings", visit | {"resource_id": jules})
    assert refusal.status_code == 422
    assert list(refusal.json()["errors"]) == ["resource_id"]


def test_a_project_for_staff_does_not_exist_for_a_page(widget, doc, soon):
    hidden = a_project(Resource.objects.get(pk=doc), visibility="staff")
    wish = {"project_id": str(hidden.pk), "resource_id": doc, "customer": MARTY, **soon}
    refusal = widget.post("/bookings", wish)
    assert (refusal.status_code, "project_id" in refusal.json()["errors"]) == (422, True)


def test_a_page_plays_nothing_on_a_session(server, widget, doc, soon):
    wish = EXAMPLE | {"resource_id": doc, "graph": "group_owner", "settings": {"max_seats": 2}, **soon}
    session = server.made("/bookings", wish)
    assert widget.put(f"/bookings/{session['id']}/cancel_by_customer").status_code == 404
    assert widget.post(f"/bookings/{session['id']}/reschedule", soon).status_code == 404


def test_the_holds_of_one_page_visitor_are_counted(page, visit, settings):
    settings.MAX_HOLDS_PER_VISITOR = 2
    held = [page.post("/bookings/reserve", visit | hour(days=days)) for days in (1, 2, 3)]
    assert [answer.status_code for answer in held] == [201, 201, 409]
    assert held[2].json()["code"] == "too_many_holds"


def test_a_page_learns_no_address_of_a_resource(page, visit):
    user = page.made("/bookings?include=user,resource,calendar", visit)
    assert set(user["user"]) == {"id", "name", "first_name", "last_name", "timezone", "image"}
    assert user["calendar"] is None
