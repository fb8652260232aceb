"""Who may call what: switches, keys, limits, caps, and the flood."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.availability import allowance
from bookings.effects.links import manage_url
from bookings.models import ApiKey, Booking, HistoryEntry, Project, ProjectResource, Reservation, Site
from tests.agents.conftest import ERAS, MARTY, Agent
from tests.agents.test_bad_input import send
from tests.situations import HOUR, a_booking, a_project, a_resource, a_server_key, a_widget_key

VISITORS = {
    "list_projects", "find_times", "why_not", "hold_time", "book", "get_booking", "move_booking", "cancel_booking",
}  # fmt: skip
KEYS = {"queue", "decide", "day"}
LISTS = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'


def hold_call(project, start) -> str:
    """A call of ``hold_time`` as an older client sends it."""
    arguments = {"project": project.slug, "start": start.isoformat()}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    return json.dumps(call | {"params": {"name": "hold_time", "arguments": arguments}})


def test_visitors_have_their_tools_and_a_server_key_adds_its_own(agent):
    assert agent.tools() == VISITORS
    assert Agent(era=agent.era, key=a_server_key()[1]).tools() == VISITORS | KEYS
    for tool in KEYS:
        assert (
            b"Unknown tool"
            in send(
                b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s"}}' % tool.encode()
            ).content
        )


def test_a_widget_key_a_revoked_one_and_another_scheme_are_refused(project):
    revoked, value = a_server_key()
    ApiKey.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    of_the_trial = a_server_key(test=True)[1]
    for token in (a_widget_key(project)[1], value, of_the_trial, "x", "", "é\u0000"):
        answer = send(LISTS, Authorization=f"Bearer {token}")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert "server key" in answer.json()["error"]["message"]
    assert send(LISTS, Authorization=f"Basic {a_server_key()[1]}").status_code == 401


def test_a_key_limited_to_projects_sees_and_decides_their_bookings_alone(doc, tomorrow):
    mine, other = (a_project(doc, graph="request") for _time in range(2))
    own = a_booking(doc, tomorrow, project=mine, graph="request")
    foreign = a_booking(doc, tomorrow + HOUR, project=other, graph="request")
    agent = Agent(key=a_server_key(mine)[1])
    assert [one["booking"] for one in agent.done("queue")["waiting"]] == [str(own.pk)]
    refused = agent.call("decide", booking=str(foreign.pk), action="confirm")
    assert refused["errors"].keys() == {"booking"}
    assert not HistoryEntry.objects.filter(actor="agent").exists()


def test_switched_off_for_a_project_nothing_of_it_is_found_held_or_changed(agent, project, doc, tomorrow):
    booking = a_booking(doc, tomorrow, project=project)
    Project.objects.update(agents="no")
    assert agent.done("list_projects")["projects"] == []
    assert agent.call("find_times", project="lightning")["errors"].keys() == {"project"}
    for tool in ("get_booking", "move_booking", "cancel_booking"):
        refused = agent.call(tool, link=manage_url(booking))
        assert refused["error"] == "not_for_assistants"
        assert refused["link"] == manage_url(booking)


def test_a_project_that_is_unlisted_or_for_staff_is_open_to_assistants_if_it_says_so_and_never(project):
    agent = Agent()
    for visibility, agents, opened in (
        ("unlisted", "", False),
        ("unlisted", "yes", True),
        ("staff", "yes", False),
        ("public", "", True),
        ("public", "no", False),
    ):
        Project.objects.update(visibility=visibility, agents=agents)
        assert agent.call("find_times", project="lightning").refused is not opened
    assert Project.objects.open_to_agents().count() == 0


def test_switched_off_for_the_site_there_is_no_such_door(project):
    Site.objects.update_or_create(pk=1, defaults={"agents_may_book": False})
    answer = send(LISTS)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"]


def test_by_get_it_says_how_it_is_spoken_to(client, db):
    answer = client.get("/mcp")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "/assistants/" in answer.json()["error"]["message"]


def test_no_sign_in_and_no_metadata_of_one_is_offered(client, db):
    for name in ("oauth-authorization-server", "oauth-protected-resource", "openid-configuration"):
        assert client.get(f"/.well-known/{name}").status_code == 404


def test_requests_are_counted_by_address(db, settings, no_minute_ends):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 2
    answers = [
        Client().post("/mcp", LISTS, content_type="application/json", REMOTE_ADDR="203.0.113.99")
        for _time in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"]
    assert answers[-1].json()["error"]["message"]


def test_a_server_key_has_the_requests_of_a_key_and_its_use_is_noted(db, settings, no_minute_ends):
    settings.REQUESTS_A_MINUTE_PER_ADDRESS = 1
    key, value = a_server_key()
    assert [send(LISTS, Authorization=f"Bearer {value}").status_code for _time in range(3)] == [200] * 3
    key.refresh_from_db()
    assert key.last_used_at is not None
    settings.REQUESTS_A_MINUTE_PER_KEY = 3
    assert send(LISTS, Authorization=f"Bearer {value}").status_code == 429


def test_a_question_about_thousands_of_years_is_refused_before_it_is_looked_at(agent, project, tomorrow):
    until = {"start": tomorrow.isoformat(), "end": "8999-01-01T00:00:00Z"}
    assert agent.call("why_not", project="lightning", **until)["errors"].keys() == {"end"}


def test_a_dear_search_goes_through_the_gate(agent, project, tomorrow, settings):
    settings.DEAR_SEARCH_MILLISECONDS = 1
    a_lot = {
        "project": "lightning",
        "from": tomorrow.isoformat(),
        "to": (tomorrow + 24 * 60 * HOUR).isoformat(),
    }
    for _number in range(20):
        ProjectResource.objects.create(project=project, resource=a_resource())
    leave = allowance.PUBLIC_GATE.enter()
    try:
        refused = agent.call("find_times", **a_lot)
    finally:
        leave()
    assert refused["error"] == "busy"
    assert agent.done("find_times", **a_lot)["times"]


def test_more_than_may_be_looked_at_is_refused(agent, project, tomorrow, settings):
    settings.SEARCH_DAYS_PUBLIC = 10
    refused = agent.call("find_times", project="lightning", to=(tomorrow + 24 * 30 * HOUR).isoformat())
    assert refused["error"] == "too_much"


def test_a_hold_counts_by_address_and_where_the_cap_is_full_the_answer_is_the_filled_in_link(
    agent, project, tomorrow, settings, client
):
    settings.MAX_HOLDS_PER_ADDRESS = 1
    assert agent.done("hold_time", project="lightning", start=tomorrow.isoformat())
    refused = agent.call(
        "hold_time", project="lightning", start=(tomorrow + 2 * HOUR).isoformat(), answers=MARTY
    )
    assert refused["error"] == "proof_needed"
    assert refused["seconds"] > 0
    page = client.get(refused["link"].removeprefix("http://testserver")).content.decode()
    assert 'value="Marty McFly"' in page
    assert Reservation.objects.count() == 1
    elsewhere = Agent(era=agent.era, address="198.51.100.7")
    assert elsewhere.done("hold_time", project="lightning", start=(tomorrow + 2 * HOUR).isoformat())
    with_a_key = Agent(era=agent.era, key=a_server_key()[1])
    assert with_a_key.done("hold_time", project="lightning", start=(tomorrow + 4 * HOUR).isoformat())


def test_who_is_signed_in_at_the_browser_is_nobody_here(admin_client, project, tomorrow, settings):
    settings.MAX_HOLDS_PER_ADDRESS = 1
    told = []
    for hour in range(2):
        answer = admin_client.post(
            "/mcp", hold_call(project, tomorrow + 2 * hour * HOUR), content_type="application/json"
        )
        assert not answer.cookies
        told.append(answer.json()["result"]["isError"])
    assert told == [False, True]


def test_bookings_of_an_address_are_counted(agent, project, tomorrow, settings):
    settings.BOOKINGS_AN_HOUR_PER_ADDRESS = 1
    for hour, refused in ((0, False), (2, True)):
        held = agent.done("hold_time", project="lightning", start=(tomorrow + hour * HOUR).isoformat())
        answer = agent.call("book", hold=held["hold"], answers=MARTY)
        if not agent.asks:
            answer = agent.call("book", hold=held["hold"], answers=MARTY, confirmation=answer["confirmation"])
        assert answer.refused is refused
    assert answer["error"] == "too_many_bookings"


@pytest.fixture
def many_times(db):
    """Ten resources, each with twenty hours in the next days: two hundred times."""
    first = (timezone.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    period = {"start": first.isoformat(), "end": (first + 20 * HOUR).isoformat()}
    rooms = [a_resource(availability_constraints=[{"allow_period": period}]) for _number in range(10)]
    project = a_project(*rooms, availability={"mode": "roundrobin_prioritized"})
    project.first = first
    return project


def test_a_thousand_holds_from_three_addresses_leave_half_of_the_times_and_a_customer_unhindered(many_times):
    cache.clear()
    for number in range(1000):
        start = many_times.first + HOUR * (number % 20)
        address = f"192.0.2.{number % 3}"
        if number % 2:
            call = hold_call(many_times, start)
            answer = Client().post("/mcp", call, content_type="application/json", REMOTE_ADDR=address)
            assert answer.status_code == 200
        else:
            path = f"/book/{many_times.slug}/hold.md"
            answer = Client().post(path, {"start": start.isoformat()}, REMOTE_ADDR=address)
            assert answer.status_code in {201, 409, 429}
    assert 200 / 5 < Reservation.objects.live().count() < 200 / 2
    customer = Agent(era=ERAS[0], address="198.51.100.1")
    start = (many_times.first + 7 * HOUR).isoformat()
    held = customer.done("hold_time", project=many_times.slug, start=start)
    assert customer.confirmed("book", hold=held["hold"], answers=MARTY)["status"] == "booked"
    assert Booking.objects.count() == 1


CALLS = [
    ("list_projects", {}),
    ("find_times", {"project": "lightning"}),
    ("queue", {}),
    ("day", {"zone": "UTC"}),
]


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
def test_a_tool_takes_as_many_queries_for_many_rows_as_for_few(project, doc, tomorrow, tool, arguments):
    agent = Agent(era="legacy", key=a_server_key()[1])
    if tool == "day":
        arguments = arguments | {"date": f"{tomorrow:%Y-%m-%d}"}
    counts = []
    for hour in range(8):
        a_booking(doc, tomorrow + hour * HOUR, project=project, graph="request")
        a_project(doc, a_resource())
        with CaptureQueriesContext(connection) as seen:
            agent.done(tool, **arguments)
        counts.append(len(seen))
    assert max(counts[1:]) - min(counts[1:]) <= 1, counts  # requests are counted once a second
    assert counts[-1] <= 30
