"""The sandbox: test keys of a live site see what is for tests and nothing else, and all others never see that."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from bookings import bites, housekeeping, limits
from bookings.api.reference.openapi import description
from bookings.effects.feeds import feed_url
from bookings.effects.link_mail import coming_to
from bookings.effects.links import action_signature, manage_url
from bookings.models import (
    Booking,
    Customer,
    Feed,
    HistoryEntry,
    Location,
    OutboxMessage,
    Project,
    Reservation,
    Resource,
    SandboxRow,
    Site,
    Webhook,
)
from tests.api.conftest import SLOT, Door, hour, outsider, queries
from tests.situations import a_project, a_resource, a_server_key, a_widget_key, at
from tests.worlds import World, a_world, kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(db) -> World:
    return a_world("zebra", is_test=False)


@pytest.fixture
def tests(db) -> World:
    return a_world("okapi", is_test=True)


@pytest.fixture
def tester(db) -> Door:
    """A program with a test key on a live site."""
    return outsider(a_server_key(test=True)[1])


@pytest.fixture
def test_page(db) -> Door:
    """A page with a test key on a live site."""
    return outsider(a_widget_key(test=True)[1])


KINDS = {
    "bookings": "booking",
    "groups": "session",
    "resources": "resource",
    "projects": "project",
    "embed": "project",
    "hosted": "project",
    "calendars": "calendar",
    "events": "event",
    "webhooks": "webhook",
    "locations": "location",
    "services": "project",
}


def addresses() -> dict[str, list[str]]:
    """Every address under ``/v2`` with its methods, as the site describes itself."""
    paths = description()["paths"]
    return {path.removeprefix("/v2"): [method.upper() for method in told] for path, told in paths.items()}


def spelled(address: str, world: World) -> list[str]:
    """The address with that world's rows in it."""
    kind = next(
        (word for word in re.split(r"[/{]", address) if word in KINDS and word != "bookings"), "bookings"
    )
    ids = world.ids
    values = {
        "pk": [ids[KINDS[kind]]],
        "booking_id": [ids["session" if kind == "groups" else "booking"], ids["hold"]],
        "resource_id": [ids["resource"]],
        "slug": [world.project.slug],
        "email": [world.resource.email],
        "action": ["cancel"],
        "name": ["instant"],
    }
    spelt = [address]
    for name in re.findall(r"{(\w+)}", address):
        spelt = [one.replace(f"{{{name}}}", value) for one in spelt for value in values[name]]
    return spelt


def bodies(world: World) -> list[Any]:
    """What names that world's rows, for whichever call."""
    ids = world.ids
    when = {"start": at(10, days=7).isoformat(), "end": at(11, days=7).isoformat()}
    named = {
        "resource_id": ids["resource"],
        "project_id": ids["project"],
        "resources": [ids["resource"]],
        "reservation_id": ids["hold"],
        "calendar_id": ids["calendar"],
        "option_id": ids["option"],
        "related": {"owner_booking_id": ids["session"]},
        "id": ids["booking"],
        "action": "cancel",
    }
    texts = {
        "what": "x",
        "where": "x",
        "description": "x",
        "name": "x",
        "timezone": "UTC",
        "meta": {},
        "graph": "instant",
    }
    customer = {"name": "A", "email": "a@example.com"}
    whole = texts | {"customer": customer} | when
    return [
        *(whole | {name: value} for name, value in named.items()),
        whole | named,
        {"bookings": [whole | {"resource_id": ids["resource"]}, {"id": ids["booking"], "action": "cancel"}]},
        {"project_id": ids["project"], "from": "2033-03-14", "to": "2033-03-16"},
        {"resources": [ids["resource"]], "from": at(0).isoformat(), "to": at(0, days=2).isoformat()},
        [ids["resource"]],
    ]


PUBLIC = "/projects/hosted/{slug}"
"""Asks for no key and reads none: it tells whoever knows the address of a live page what the page tells."""
INCLUDES = "include=resource,customers,project,calendar,event,session,siblings,history,owner_booking,services,resources"


def walked(door: Door, other: World, own: World) -> list[str]:
    """Every call that told something of the other world, or that did something to it, and how."""
    told = []
    for address, methods in addresses().items():
        if address == PUBLIC:
            continue
        for path in {*spelled(address, other), *spelled(address, own)}:
            is_foreign = any(trace in path for trace in other.traces)
            for method in methods:
                if method == "DELETE" and not is_foreign:
                    continue
                sent = bodies(other)[: 1 if is_foreign else None] if method in {"POST", "PUT"} else [None]
                for body in sent:
                    answer = door.call(method, path if body else f"{path}?{INCLUDES}&limit=100", body)
                    text = answer.content.decode().replace(path, "")
                    found = [trace for trace in other.traces if trace in text]
                    if found or (is_foreign and answer.status_code < 300) or answer.status_code >= 500:
                        told.append(f"{method} {path} {body}: {answer.status_code} {found} {text[:300]}")
    return told


def test_the_walk_goes_over_the_whole_api():
    assert len(addresses()) >= 40
    assert {"/bookings/{booking_id}", "/availability", "/webhooks/{pk}"} <= set(addresses())


@pytest.mark.parametrize("kind", ["server", "widget"])
def test_a_test_key_finds_and_changes_nothing_live_at_any_address(kind, live, tests):
    a_widget_key()  # whose value an embedded project would tell
    door = outsider((a_server_key if kind == "server" else a_widget_key)(test=True)[1])
    before = kept(live)
    assert walked(door, live, tests) == []
    assert kept(live) == before


@pytest.mark.parametrize("kind", ["server", "widget"])
def test_a_live_key_finds_and_changes_nothing_of_tests_at_any_address(kind, live, tests):
    a_widget_key(test=True)
    door = outsider((a_server_key if kind == "server" else a_widget_key)()[1])
    before = kept(tests)
    assert walked(door, tests, live) == []
    assert kept(tests) == before


def test_what_is_for_tests_has_no_public_address(nobody, live, tests):
    a_widget_key(test=True)
    assert nobody.get(f"/projects/hosted/{tests.project.slug}").status_code == 404
    live_value = a_widget_key()[1]
    assert nobody.read(f"/projects/hosted/{live.project.slug}")["app_key"] == live_value
    assert nobody.get(f"/projects/hosted/{tests.project.slug}").status_code == 404


def wish(world: World, **more: Any) -> dict[str, Any]:
    customer = {"name": "Marty McFly", "email": f"{world.word}-person@example.com", "phone": "1"}
    texts = {"what": "A visit", "where": "Here", "description": "x"}
    return {
        **SLOT,
        **texts,
        "graph": "instant",
        "resource_id": world.ids["resource"],
        "customer": customer,
    } | more


def test_what_the_walk_sends_works_on_its_own_side(live, tests, tester, server):
    for door, world in ((tester, tests), (server, live)):
        assert door.post("/bookings", bodies(world)[0]).status_code == 201
        assert door.get(f"/bookings/{world.ids['hold']}").status_code == 200
        assert door.put(f"/bookings/{world.ids['booking']}/cancel").status_code == 200


def test_a_test_key_holds_books_moves_and_ends_what_is_for_tests(tests, tester):
    held = tester.made("/bookings/reserve", wish(tests, project_id=tests.ids["project"]))
    made = tester.made("/bookings", wish(tests, reservation_id=held["id"]))
    moved = tester.made(f"/bookings/{made['id']}/reschedule", hour(days=40))
    assert tester.put(f"/bookings/{moved['id']}/cancel").status_code == 200
    assert {made["id"], moved["id"]} <= {one["id"] for one in tester.read("/bookings")}
    rows = Booking.objects.filter(pk__in=[made["id"], moved["id"]])
    assert set(rows.values_list("is_test", "disposable")) == {(True, True)}
    assert Reservation.objects.get(pk=held["id"]).is_test
    assert not HistoryEntry.objects.filter(booking_id__in=rows.values("pk"), disposable=False).exists()


def test_tests_claim_their_time_like_any_booking(tests, tester):
    tester.made("/bookings", wish(tests))
    refused = tester.post("/bookings", wish(tests))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert refused.headers["Timekit-TestMode"] == "true"


def test_a_test_takes_as_many_statements_as_a_booking(live, tests, tester, server):
    def counted(door: Door, world: World) -> int:
        own = wish(world, project_id=world.ids["project"])
        door.made("/bookings", own)  # what is asked once a process is asked
        own |= hour(days=41)
        return queries(lambda: door.made("/bookings", own))

    assert counted(tester, tests) == counted(server, live)


def test_nobody_is_mailed_or_reminded_of_a_test(tests, tester):
    settings = {"notify_customer_by_email": {"enabled": True}}
    reminder = {
        "type": "email",
        "recipient": "customer",
        "when": {"type": "before", "unit": "hours", "time": 1},
    }
    made = tester.made("/bookings", wish(tests, graph="confirm_decline", reminders=[reminder], **settings))
    tester.put(f"/bookings/{made['id']}/confirm", settings)
    tester.made(f"/bookings/{made['id']}/reschedule", hour(days=40))
    kinds = OutboxMessage.objects.exclude(kind="test_webhook").values_list("kind", flat=True)
    assert list(kinds) == []
    assert OutboxMessage.objects.live().count() == 0


def test_what_a_test_key_makes_is_for_tests_and_it_turns_no_flag(live, tester):
    flags = {"is_test": False, "test": False}
    place = tester.made("/locations", {"name": "Lab"} | flags)
    person = tester.made("/resources", {"name": "zebra resource", "timezone": "UTC"} | flags)
    whole = tester.made("/projects", {"name": "Trial", "resources": [person["id"]]} | flags)
    hook = tester.made("/webhooks", {"url": "https://hooks.example.com/"} | flags)
    for path in (f"/resources/{person['id']}", f"/projects/{whole['id']}", f"/locations/{place['id']}"):
        assert tester.put(path, {"name": "Renamed"} | flags).status_code < 300
    rows = [(Location, place), (Resource, person), (Project, whole), (Webhook, hook)]
    assert [model.objects.get(pk=told["id"]).is_test for model, told in rows] == [True] * 4
    assert (
        person["slug"] if "slug" in person else Resource.objects.get(pk=person["id"]).slug.startswith("test-")
    )
    assert SandboxRow.objects.count() == 4


def test_what_a_live_key_makes_is_not(server):
    person = server.made("/resources", {"name": "Doc", "timezone": "UTC", "is_test": True})
    assert not Resource.objects.get(pk=person["id"]).is_test
    assert not SandboxRow.objects.exists()


@pytest.mark.parametrize("is_test", [True, False])
def test_a_project_that_would_mix_is_refused_at_its_field(live, tests, is_test):
    own, other = (tests, live) if is_test else (live, tests)
    door = outsider(a_server_key(test=is_test)[1])
    both = [own.ids["resource"], other.ids["resource"]]
    project = f"/projects/{own.ids['project']}"
    answers = [
        (door.post("/projects", {"name": "Mixed", "resources": both}), "resources"),
        (door.put(project, {"resources": both}), "resources"),
        (door.put(f"{project}/resources", both), "1"),
        (door.post(f"{project}/resources", {"resource_id": both[1]}), "resource_id"),
    ]
    for answer, field in answers:
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert [str(one.pk) for one in own.project.resources.all()] == both[:1]


def test_an_address_of_a_live_resource_is_free_for_a_test(live, tester):
    said = {"name": "Other", "timezone": "UTC", "email": live.resource.email}
    assert tester.post("/resources", said).status_code == 201
    assert tester.post("/resources", said | {"name": "Third"}).status_code == 422


def test_a_key_limited_to_a_project_for_tests_sees_that_alone(live, tests):
    other = a_project(a_resource(is_test=True), is_test=True)
    door = outsider(a_server_key(tests.project, test=True)[1])
    assert [one["id"] for one in door.read("/projects")] == [tests.ids["project"]]
    assert door.get(f"/projects/{other.pk}").status_code == 404
    lost = outsider(a_server_key(live.project, test=True)[1])
    assert (lost.read("/projects"), lost.read("/resources"), lost.read("/bookings")) == ([], [], [])


def test_a_page_with_a_test_key_books_what_is_for_tests_and_counts_for_no_address(tests, test_page):
    told = test_page.read(f"/projects/embed/{tests.ids['project']}")
    assert told["app_key"] == test_page.key
    search = {"project_id": tests.ids["project"], "from": "2 days", "to": "4 days"}
    slot = test_page.post("/availability", search).json()["data"][0]
    named = {"project_id": tests.ids["project"], "resource_id": tests.ids["resource"]}
    own = wish(tests, **named, start=slot["start"], end=slot["end"])
    held = test_page.made("/bookings/reserve", own)
    test_page.made("/bookings", own | {"reservation_id": held["id"]})
    assert Reservation.objects.get(pk=held["id"]).address == ""


def test_the_secret_of_live_webhooks_is_told_to_no_test_key(tester, server):
    site = Site.current()
    told, live = tester.read("/app"), server.read("/app")
    assert (told["webhook_secret"], told["test_mode"]) == (site.test_webhook_secret, True)
    assert (live["webhook_secret"], live["test_mode"]) == (site.webhook_secret, False)
    assert site.test_webhook_secret != site.webhook_secret


def test_tests_count_for_no_person(tests, settings):
    settings.MAIL_IS_SET_UP = True
    setattr(settings, limits.BOOKINGS_PER_EMAIL.setting, 1)
    live = a_resource()
    project = a_project(live)
    email = {"name": "Marty", "email": f"{tests.word}-person@example.com", "phone": "1"}
    page = outsider(a_widget_key()[1])
    own = {"project_id": str(project.pk), "resource_id": str(live.pk), "customer": email}
    texts = {"what": "A visit", "where": "Here", "description": "x"}
    assert page.post("/bookings", hour(days=3) | own | texts).status_code == 201
    again = page.post("/bookings", hour(days=4) | own | texts)
    assert (again.status_code, again.json()["code"]) == (409, "please_phone")


def test_a_limit_that_refused_a_test_is_in_no_figure(tester, tests, settings):
    setattr(settings, limits.REQUESTS_PER_KEY.setting, 1)
    answers = [tester.get("/app").status_code for _time in range(3)]
    assert 429 in answers
    assert bites.lately() == []


def test_retention_leaves_tests_out(tests, settings):
    settings.KEEP_PEOPLE_MONTHS = 1
    assert housekeeping.PEOPLE.due.count() == 0
    Booking.objects.update(state=tests.booking.version.states.get(name="cancelled"))
    over = housekeeping.PEOPLE.rows(-housekeeping.MONTH * 12 * 20)
    assert not over.exists()
    Booking.objects.update(is_test=False)
    assert over.count() > 0


def test_no_page_of_the_site_knows_what_is_for_tests(tests, client):
    links = [
        manage_url(tests.booking).partition("/b/")[2],
        f"{tests.booking.pk}",
    ]
    pages = [
        reverse("pages:choose", args=[tests.project.slug]),
        f"/book/{tests.project.slug}.md",
        f"/with/{tests.resource.slug}/",
        f"/b/{links[0]}",
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code in {404, 410}, page
        assert tests.word not in answer.content.decode().replace(tests.project.slug, "")
    for page in ("/", f"/?q={tests.word}", "/llms.txt"):
        shown = client.get(page, follow=True).content.decode()
        assert tests.project.name not in shown
        assert tests.resource.name not in shown
    signature = action_signature(tests.booking, "cancel")
    led = client.get(f"/v2/bookings/{tests.booking.pk}/external_action/cancel?signature={signature}")
    assert led["Location"].endswith("/b/-/")


def test_no_feed_and_no_mailed_link_tells_of_a_test(tests, client):
    Resource.objects.filter(pk=tests.resource.pk).update(feed=Feed.NAMES, feed_nonce="x")
    tests.resource.refresh_from_db()
    assert client.get(feed_url(tests.resource)).status_code == 404
    person = Customer.objects.get(booking=tests.booking)
    assert list(coming_to(person.email)) == []
