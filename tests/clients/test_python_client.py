"""The published Python client books, decides, moves and looks up, unmodified but for the address."""

import pytest

from tests.clients.python_client import client_of

pytestmark = pytest.mark.clients

MARTY = {"name": "Marty McFly", "email": "marty@example.com", "timezone": "America/Los_Angeles"}


@pytest.fixture(scope="module")
def client(live_site):
    return client_of(live_site.url, live_site.server_key)


@pytest.fixture
def wish(live_site, free_hour):
    resource = live_site.demo["resources"][0]["id"]
    texts = {"what": "Catch the lightning", "where": "Courthouse", "description": "At 10:04 PM"}
    return {
        "resource_id": resource,
        "graph": "confirm_decline",
        **free_hour(),
        **texts,
        "customer": MARTY,
    }


@pytest.fixture
def booked(client, wish):
    return client.bookings.create(wish).data["data"]


def test_it_books_and_reads_what_it_booked(client, wish):
    made = client.bookings.create(wish, dynamic_includes=["attributes", "customers"])
    assert made.status == 201
    assert [one["email"] for one in made.data["data"]["customers"]] == [MARTY["email"]]
    read = client.bookings.retrieve(made.data["data"]["id"])
    assert (read.status, read.data["data"]["state"]) == (200, "tentative")


def test_a_taken_time_is_told_as_a_conflict(client, wish):
    wish["graph"] = "instant"
    assert client.bookings.create(wish).status == 201
    refused = client.bookings.create(wish)
    assert (refused.status, refused.data["code"]) == (409, "slot_taken")


def test_it_decides(client, booked):
    confirmed = client.bookings.update_state(booked["id"], "confirm")
    assert (confirmed.status, confirmed.data["data"]["state"]) == (200, "confirmed")


def test_it_moves(client, booked, free_hour):
    client.bookings.update_state(booked["id"], "confirm")
    moved = client.bookings.reschedule(booked["id"], free_hour())
    assert moved.status == 201
    assert moved.data["data"]["id"] != booked["id"]


def test_it_merges_meta(client, booked):
    assert client.bookings.update_meta(booked["id"], {"meta": {"order": "88"}}).status == 200


def test_it_lists_resources_and_projects_by_name(client, live_site):
    resource, project = live_site.demo["resources"][0], live_site.project("instant")
    for component, wanted in ((client.resources, resource), (client.projects, project)):
        page = component.list(limit=5, search=f"id:{wanted['id']}")
        assert (page.status, [row["id"] for row in page.data["data"]]) == (200, [wanted["id"]])
        assert page.data["current_page"] == 1


def test_it_reads_a_projects_resources_and_the_app(client, live_site):
    assert client.projects.get_resources(live_site.project("instant")["id"]).status == 200
    assert client.apps.get().status == 200


def test_it_finds_free_times(client, live_site):
    found = client.availability.list({"project_id": live_site.project("instant")["id"]})
    assert found.status == 200
    assert found.data["data"]


def test_a_wrong_key_is_told(live_site):
    stranger = client_of(live_site.url, "no-such-key")
    assert stranger.resources.list().status == 401
