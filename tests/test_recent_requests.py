"""The last calls of a key: noted in memory, written in batches, kept to a thousand and a week, naming nobody."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from bookings import recent_requests
from bookings.api.recent import spelled
from bookings.housekeeping import sweep
from bookings.models import ApiKey, RecentRequest
from tests.api.conftest import EXAMPLE, MARTY, hour, outsider
from tests.situations import a_resource, a_server_key, a_widget_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_noted():
    """Other tests call the API, too, and their keys are gone by now."""
    recent_requests._unwritten.take()


@pytest.fixture
def door():
    return outsider(a_server_key()[1])


def written():
    recent_requests.write()
    return list(RecentRequest.objects.order_by("pk"))


def a_call(key, **told):
    usual = {
        "at": timezone.now(),
        "call": "GET /v2/bookings",
        "status": 200,
        "refusal": b"",
        "user_agent": "curl/8",
        "request_id": uuid4(),
    }
    return recent_requests.Call(key=key.pk, **(usual | told))


def test_a_call_is_noted_by_its_route_and_how_it_was_answered(door):
    answer = door.get(f"/bookings/{uuid4()}?search=customer.email:ada@example.com", User_Agent="Till/2.1")
    (row,) = written()
    assert (row.key, row.call, row.status) == (ApiKey.objects.get(), "GET /v2/bookings/:booking_id", 404)
    assert (row.user_agent, str(row.request_id)) == ("Till/2.1", answer["Timekit-Request-Id"])
    assert (row.code, row.fields) == ("", "")


def test_of_a_refused_call_the_names_of_its_fields_are_kept_and_no_value(door):
    doc = a_resource()
    wish = EXAMPLE | {"resource_id": str(doc.pk), "customer": MARTY | {"email": "no address", "phone": ["x"]}}
    door.post("/bookings", wish | {"start": "tomorrow-ish"})
    (row,) = written()
    assert (row.call, row.status, row.code) == ("POST /v2/bookings", 422, "invalid")
    assert set(row.fields.split(", ")) >= {"start", "customer.email"}
    kept = json.dumps([str(getattr(row, field.name)) for field in RecentRequest._meta.fields])
    assert not [word for word in ("no address", "tomorrow", "McFly", "916") if word in kept]


def test_the_code_of_a_conflict_is_kept(door):
    wish = EXAMPLE | {"resource_id": str(a_resource().pk), "graph": "instant", "settings": {}} | hour(days=3)
    assert [door.post("/bookings", wish).status_code for _time in range(2)] == [201, 409]
    assert [(row.status, row.code, row.fields) for row in written()] == [
        (201, "", ""),
        (409, "slot_taken", "start"),
    ]


def test_what_a_key_may_not_do_is_noted_as_its_own(db):
    outsider(a_widget_key()[1]).get("/bookings")
    (row,) = written()
    assert (row.status, row.key.kind) == (403, "widget")


def test_a_call_without_a_key_belongs_to_nobody():
    nobody = outsider(None)
    nobody.get("/bookings")
    nobody.get("/")
    outsider("live_api_key_of_nobody").get("/bookings")
    assert written() == []


@pytest.mark.parametrize("name", ["ada@example.com", "a b", "x" * 90, "<b>"])
def test_what_may_be_more_than_a_name_is_left_out(name):
    key, _value = a_server_key()
    refusal = json.dumps({"errors": {name: ["x"], "start": ["y"]}, "code": "invalid"}).encode()
    recent_requests.note(a_call(key, status=422, refusal=refusal))
    assert written()[0].fields == "…, start"


@pytest.mark.parametrize("refusal", [b"no JSON", b"[]", b'{"errors": []}', b'{"code": 7}', b"{}", b"\xff"])
def test_an_answer_of_another_shape_is_noted_all_the_same(refusal):
    key, _value = a_server_key()
    recent_requests.note(a_call(key, status=500, refusal=refusal))
    assert [(row.status, row.fields) for row in written()] == [(500, "")]


def test_much_is_cut_to_what_the_columns_take():
    key, _value = a_server_key()
    names = {f"field_{number}": ["x"] for number in range(100)}
    refusal = json.dumps({"errors": names, "code": "c" * 100}).encode()
    recent_requests.note(
        a_call(key, status=422, refusal=refusal, user_agent="a\n\x00" * 900, call="GET /" + "x" * 900)
    )
    (row,) = written()
    assert row.fields.startswith("field_0, field_1")
    assert not row.fields.endswith(",")
    assert row.user_agent == "a" * 200


def test_a_call_waits_for_no_statement_of_it(door, settings, django_assert_num_queries):
    settings.REQUESTS_A_MINUTE_PER_KEY = 0  # the count is written once a second, between any two
    door.get("/graphs")
    with connection.execute_wrapper(_refuse_the_table):
        for _time in range(50):
            door.get("/graphs")
    with django_assert_num_queries(3 if connection.in_atomic_block else 4):  # a savepoint and the insert
        assert recent_requests.write() == 51


def _refuse_the_table(execute, sql, params, many, context):
    assert RecentRequest._meta.db_table not in sql
    return execute(sql, params, many, context)


def test_of_a_flood_a_process_keeps_the_newest_thousand():
    key, _value = a_server_key()
    for number in range(recent_requests.OF_ONE_KEY + 5):
        recent_requests.note(a_call(key, status=200 + number % 2, call=f"GET /{number}"))
    rows = written()
    assert len(rows) == recent_requests.OF_ONE_KEY
    assert (rows[0].call, rows[-1].call) == ("GET /5", "GET /1004")


def test_a_database_that_does_not_take_them_disturbs_nobody(caplog):
    gone, _value = a_server_key()
    kept, _value = a_server_key()
    recent_requests.note(a_call(gone, status=1_000_000))  # no status, so that the database refuses the batch
    assert recent_requests.write() == (0 if connection.vendor == "postgresql" else 1)
    recent_requests.note(a_call(kept))
    assert recent_requests.write() == 1


def test_the_sweep_keeps_a_thousand_of_each_key_and_a_week():
    busy, _value = a_server_key()
    quiet, _value = a_server_key()
    for key, number in ((busy, 2300), (quiet, 10)):
        for _time in range(number):
            recent_requests.note(a_call(key))
            if _time % 1000 == 999:
                recent_requests.write()
    recent_requests.write()
    old = RecentRequest.objects.filter(key=quiet).values_list("pk", flat=True)[:3]
    RecentRequest.objects.filter(pk__in=list(old)).update(at=timezone.now() - timedelta(days=7, minutes=1))
    newest = list(RecentRequest.objects.filter(key=busy).values_list("pk", flat=True)[:1000])
    sweep()
    assert list(RecentRequest.objects.filter(key=busy).values_list("pk", flat=True)) == newest
    assert RecentRequest.objects.filter(key=quiet).count() == 7


@pytest.mark.parametrize(
    ("route", "call"),
    [
        (r"v2/^bookings/(?P<pk>[^/]+)/(?P<action>[^/]+)/?$", "/v2/bookings/:pk/:action"),
        (r"v2/^projects/hosted/(?P<slug>[^/]+)/?$", "/v2/projects/hosted/:slug"),
        (r"v2/^external\-action/?$", "/v2/external-action"),
        ("", "/"),
    ],
)
def test_a_route_is_spelled_as_the_documentation_does(route, call):
    assert spelled(route) == call
