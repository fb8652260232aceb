"""What programs asked lately, at the desk: read by whoever sees keys, and changed by nobody."""

import json

import pytest
from django.urls import reverse

from bookings import recent_requests
from bookings.models import RecentRequest
from tests.admin.conftest import text_of
from tests.situations import a_server_key
from tests.test_recent_requests import a_call, written

pytestmark = pytest.mark.django_db
LIST = reverse("admin:bookings_recentrequest_changelist")


@pytest.fixture(autouse=True)
def nothing_noted():
    """Other tests call the API, too."""
    recent_requests._unwritten.take()


def test_a_manager_reads_the_calls_of_a_key_and_searches_them(manager):
    key, _value = a_server_key()
    other, _value = a_server_key()
    refusal = json.dumps({"errors": {"start": ["x"]}, "code": "slot_taken"}).encode()
    for call in (
        a_call(key, call="GET /v2/projects"),
        a_call(key, call="POST /v2/bookings", status=409, refusal=refusal),
        a_call(key, call="GET /v2/events", status=500),
        a_call(other, call="GET /v2/graphs"),
    ):
        recent_requests.note(call)
    at_the_key = text_of(manager.get(reverse("admin:bookings_apikey_change", args=[key.pk])))
    link = f"{LIST}?key__id__exact={key.pk}"
    assert link in at_the_key
    found = {
        query: [call for call in ("projects", "bookings", "events", "graphs") if f"/v2/{call}<" in page]
        for query in ("", "&q=409", "&q=slot_taken", "&q=404", "&answer=4", "&answer=5", "&answer=x")
        for page in [text_of(manager.get(link + query))]
    }
    assert found == {
        "": ["projects", "bookings", "events"],
        "&q=409": ["bookings"],
        "&q=slot_taken": ["bookings"],
        "&q=404": [],
        "&answer=4": ["bookings"],
        "&answer=5": ["events"],
        "&answer=x": ["projects", "bookings", "events"],
    }


def test_a_hundred_calls_are_shown_by_few_queries(manager, django_assert_max_num_queries):
    key, _value = a_server_key()
    for _time in range(150):
        recent_requests.note(a_call(key))
    manager.get(LIST)
    with django_assert_max_num_queries(10):
        manager.get(f"{LIST}?key__id__exact={key.pk}")


def test_others_at_the_desk_do_not_see_them(desk):
    assert desk.get(LIST).status_code == 403


def test_nobody_changes_or_removes_them(admin):
    key, _value = a_server_key()
    recent_requests.note(a_call(key))
    (row,) = written()
    for name in ("add", "change", "delete"):
        args = [] if name == "add" else [row.pk]
        answer = admin.post(reverse(f"admin:bookings_recentrequest_{name}", args=args), {"post": "yes"})
        assert answer.status_code == 403
    admin.post(LIST, {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert RecentRequest.objects.exists()
