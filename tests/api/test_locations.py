"""Locations, and the services at them: where the site's projects take place."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Location, Project, WeeklyHours
from tests.api.conftest import Door
from tests.situations import a_location, a_project, a_resource, a_server_key, a_widget_key


@pytest.fixture
def hill(db):
    return a_location(name="Hill Valley", address="Courthouse Square 1", timezone="America/Los_Angeles")


@pytest.fixture
def dome(db):
    return a_location(name="Astrodome")


@pytest.fixture
def offered(hill, dome):
    """A project at a location of its own, one where its resource is, one of staff, and one nowhere."""
    doc, marty = a_resource(name="Doc", location=hill), a_resource(name="Marty")
    return {
        "own": a_project(doc, name="Race", slug="race", location=dome),
        "lent": a_project(doc, name="Lightning", slug="lightning"),
        "staff": a_project(doc, name="Inventory", slug="inventory", visibility=Project.Visibility.STAFF),
        "nowhere": a_project(marty, name="Guitar", slug="guitar"),
    }


def names(response):
    assert response.status_code == 200
    return [row["name"] for row in response.json()["data"]]


def door(client, value):
    return Door(client=client, key=value)


def test_locations_are_listed_with_what_is_offered_there(server, offered, hill):
    WeeklyHours.objects.create(location=hill, weekday=0, opens="09:00", closes="17:00")
    told = server.get("/locations?include=services").json()["data"]
    assert [(row["name"], [one["name"] for one in row["services"]]) for row in told] == [
        ("Astrodome", ["Race"]),
        ("Hill Valley", ["Inventory", "Lightning"]),
    ]
    assert [row["use_custom_hours"] for row in told] == [False, True]
    assert (told[1]["address"], told[1]["timezone"]) == ("Courthouse Square 1", "America/Los_Angeles")
    assert "services" not in server.get(f"/locations/{hill.pk}").json()["data"]


def test_services_are_the_projects_with_where_they_take_place(server, offered):
    told = server.get("/location/services?include=locations").json()["data"]
    assert {row["name"]: [one["name"] for one in row["locations"]] for row in told} == {
        "Race": ["Astrodome"],
        "Lightning": ["Hill Valley"],
        "Inventory": ["Hill Valley"],
        "Guitar": [],
    }
    one = server.get(f"/location/services/{offered['own'].pk}").json()["data"]
    assert (one["id"], one["slug"]) == (str(offered["own"].pk), "race")


def test_projects_are_found_by_location_and_service_as_the_picker_asks(server, offered, hill, dome):
    assert names(server.get(f"/projects?search=locations.uuid:{dome.pk}")) == ["Race"]
    assert names(server.get(f"/projects?search=locations.uuid:{hill.pk}")) == ["Inventory", "Lightning"]
    both = f"/projects?search=locations.uuid:{hill.pk}%3Bservices.uuid:{offered['lent'].pk}"
    assert names(server.get(both)) == ["Lightning"]
    assert names(server.get(f"/projects?search=services.uuid:{hill.pk}")) == []
    assert names(server.get(f"/locations?search=services.uuid:{offered['lent'].pk}")) == ["Hill Valley"]
    assert names(server.get(f"/location/services?search=locations.uuid:{dome.pk}")) == ["Race"]
    assert names(server.get("/locations?search=services.uuid:1")) == []


def test_a_page_picks_a_location_and_a_service_and_sees_nothing_else(client, offered, hill):
    page = door(client, a_widget_key()[1])
    a_location(name="Warehouse")
    assert names(page.get("/locations?include=services")) == ["Astrodome", "Hill Valley"]
    services = page.get("/locations?include=services").json()["data"][1]["services"]
    assert [one["name"] for one in services] == ["Lightning"]
    assert names(page.get("/location/services")) == ["Guitar", "Lightning", "Race"]
    found = page.get(f"/projects?search=locations.uuid:{hill.pk}").json()["data"]
    assert [set(row) for row in found] == [{"id", "name", "slug", "created_at", "updated_at"}]
    assert page.get(f"/location/services/{offered['staff'].pk}").status_code == 404
    assert page.get(f"/locations/{Location.objects.get(name='Warehouse').pk}").status_code == 404


def test_an_unlisted_project_is_in_no_list_of_a_page(client, offered):
    Project.objects.filter(pk=offered["own"].pk).update(visibility=Project.Visibility.UNLISTED)
    page = door(client, a_widget_key()[1])
    assert names(page.get("/locations")) == ["Hill Valley"]
    assert "Race" not in names(page.get("/location/services")) + names(page.get("/projects"))


def test_a_key_of_some_projects_sees_their_locations_alone_and_changes_none(client, offered, dome):
    limited = door(client, a_server_key(offered["lent"])[1])
    assert names(limited.get("/locations?include=services")) == ["Hill Valley"]
    assert names(limited.get("/location/services?include=locations")) == ["Lightning"]
    assert limited.get(f"/locations/{dome.pk}").status_code == 404
    assert limited.put(f"/locations/{dome.pk}", {"name": "Mine"}).status_code == 403
    assert limited.post("/locations", {"name": "Mine"}).status_code == 403
    assert limited.call("DELETE", f"/locations/{dome.pk}").status_code == 403


def test_a_location_is_made_changed_and_deleted(server):
    made = server.post("/locations", {"name": "Clock Tower", "meta": {"t_floor": "top"}}).json()["data"]
    assert made["timezone"]
    changed = server.put(f"/locations/{made['id']}", {"description": "Do not climb"}).json()["data"]
    assert (changed["name"], changed["description"]) == ("Clock Tower", "Do not climb")
    assert Location.objects.get().meta == {"t_floor": "top"}
    assert server.call("DELETE", f"/locations/{made['id']}").status_code == 204
    assert not Location.objects.exists()


def test_a_location_where_something_is_stays(server, offered, hill, dome):
    for location in (hill, dome):
        refused = server.call("DELETE", f"/locations/{location.pk}")
        assert (refused.status_code, refused.json()["code"]) == (409, "location_in_use")
    assert Location.objects.count() == 2


def test_a_page_may_change_no_location(client, hill):
    page = door(client, a_widget_key()[1])
    assert page.post("/locations", {"name": "Mine"}).status_code == 403
    assert page.put(f"/locations/{hill.pk}", {"name": "Mine"}).status_code == 403
    assert page.call("DELETE", f"/locations/{hill.pk}").status_code == 403


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": None}, ["name"]),
        ({"name": 7}, ["name"]),
        ({"name": "x" * 121}, ["name"]),
        ({"name": "Tower", "timezone": "Mars/Base"}, ["timezone"]),
        ({"name": "Tower", "meta": ["a"]}, ["meta"]),
        ({"name": "Tower", "latitude": 34.1, "longitude": "east"}, ["latitude", "longitude"]),
        ({"name": "", "timezone": 1, "meta": 1}, ["meta", "name", "timezone"]),
    ],
)
def test_everything_wrong_with_a_location_is_told_at_once(server, body, wrong):
    refused = server.post("/locations", body)
    assert (refused.status_code, sorted(refused.json()["errors"])) == (422, wrong)
    assert not Location.objects.exists()


def test_a_service_is_changed_as_a_project(server, offered):
    for method, path in (("POST", ""), ("PUT", f"/{offered['own'].pk}"), ("DELETE", f"/{offered['own'].pk}")):
        refused = server.call(method, f"/location/services{path}", {})
        assert refused.status_code == 501
        assert "/projects" in json.loads(refused.content)["error"]


@pytest.mark.parametrize("path", ["/locations?include=services", "/location/services?include=locations"])
def test_more_rows_ask_no_further_query(server, offered, path):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            server.get(path)
        return len(seen)

    asked()  # the minute's first call
    before = asked()
    for number in range(5):
        place = a_location(name=f"Place {number}")
        a_project(a_resource(name=f"R{number}", location=place), name=f"P{number}", slug=f"p{number}")
    asked()  # what the key may is read anew
    assert asked() == before
