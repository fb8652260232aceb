"""The published SDK keeps resources, projects, calendars and events, and reads the app."""

import pytest

pytestmark = pytest.mark.clients


@pytest.fixture
def doc(server_sdk):
    """A resource of this test's own."""
    return server_sdk("createResource", {"name": "Doc Brown", "timezone": "America/Los_Angeles"}).data


@pytest.fixture
def project(server_sdk, doc):
    """A project of this test's own, which books that resource."""
    slug = f"project-{doc['id'][:8]}"
    settings = {
        "availability": {"length": "45 minutes"},
        "booking": {"graph": "instant", "what": "Consultation"},
    }
    return server_sdk(
        "createProject", {"name": "Consult", "slug": slug, "resources": [doc["id"]], **settings}
    ).data


def ids(rows):
    """Return the ids of some rows, as a set."""
    return {row["id"] for row in rows}


def test_the_app_tells_its_mode(server_sdk):
    answer = server_sdk("getApp")
    assert answer.status == 200
    assert {"id", "slug", "settings", "test_mode", "created_at", "updated_at"} <= set(answer.data)


def test_a_resource_is_made_with_a_calendar_for_its_bookings(server_sdk):
    answer = server_sdk(
        "createResource", {"name": "Einstein", "timezone": "Europe/Berlin"}, include=["calendars"]
    )
    assert answer.status == 201
    assert (answer.data["name"], answer.data["timezone"]) == ("Einstein", "Europe/Berlin")
    assert [calendar["name"] for calendar in answer.data["calendars"]] == ["Bookings"]


def test_resources_are_listed_read_and_changed(server_sdk, doc):
    assert doc["id"] in ids(server_sdk("getResources").data)
    assert server_sdk("getResource", {"id": doc["id"]}).data["name"] == "Doc Brown"
    changed = server_sdk("updateResource", {"id": doc["id"], "name": "Emmett Brown"}, include=["calendars"])
    assert (changed.status, changed.data["name"]) == (200, "Emmett Brown")
    assert changed.data["timezone"] == "America/Los_Angeles"


def test_a_resource_is_deleted_by_a_delete_with_a_body(server_sdk, doc):
    assert server_sdk("deleteResource", {"id": doc["id"]}).status == 204
    assert server_sdk("getResource", {"id": doc["id"]}).status == 404


def test_a_resources_zone_is_found_by_its_address(server_sdk):
    email = "clara@example.com"
    server_sdk("createResource", {"name": "Clara", "timezone": "America/New_York", "email": email})
    answer = server_sdk("getResourceTimezone", {"email": email})
    assert answer.status == 200
    assert answer.data["timezone"] == "America/New_York"


def test_constraints_of_a_resource_can_be_read_back(server_sdk, doc):
    rules = [{"allow_day_and_time": {"day": "Monday", "start": 9, "end": 12}}]
    server_sdk("updateResource", {"id": doc["id"], "availability_constraints": rules})
    read = server_sdk("getResource", {"id": doc["id"]}, include=["availability_constraints"])
    assert read.data["availability_constraints"] == rules


def test_projects_are_listed_read_changed_and_deleted(server_sdk, project):
    assert project["id"] in ids(server_sdk("getProjects").data)
    read = server_sdk("getProject", {"id": project["id"]}).data
    assert (read["name"], read["availability"]["length"]) == ("Consult", "45 minutes")
    assert server_sdk("updateProject", {"id": project["id"], "booking": {"where": "Lab"}}).status == 204
    assert server_sdk("getProject", {"id": project["id"]}).data["booking"]["where"] == "Lab"
    assert server_sdk("deleteProject", {"id": project["id"]}).status == 204
    assert server_sdk("getProject", {"id": project["id"]}).status == 404


def test_a_projects_resources_are_added_replaced_and_removed(server_sdk, project, doc):
    marty, jennifer = (
        server_sdk("createResource", {"name": name, "timezone": "UTC"}).data["id"]
        for name in ("Marty", "Jennifer")
    )
    about = {"id": project["id"]}
    assert server_sdk("addProjectResource", about | {"resourceId": marty}).ok
    assert set(server_sdk("getProjectResources", about).data) == {doc["id"], marty}
    assert server_sdk("setProjectResources", about | {"resources": [marty, jennifer]}).ok
    assert set(server_sdk("getProjectResources", about).data) == {marty, jennifer}
    assert server_sdk("removeProjectResource", about | {"resourceId": marty}).ok
    assert set(server_sdk("getProjectResources", about).data) == {jennifer}


def test_an_embedded_project_brings_what_the_widget_needs(widget_sdk, live_site):
    about = live_site.project("instant")
    data = widget_sdk("getEmbedProject", {"id": about["id"]}).data
    assert data["id"] == about["id"]
    assert data["app_key"] == live_site.widget_key
    assert isinstance(data["ui"]["localization"]["success_message"], str)
    assert {"name", "email"} <= set(data["customer_fields"])
    assert data["booking"]["graph"] == "instant"
    assert data["resources"] == about["resources"]


def test_a_hosted_project_is_public_and_brings_its_key(server_sdk, live_site):
    nobody = server_sdk.configured(appKey=None)
    about = live_site.project("instant")
    answer = nobody("getHostedProject", {"slug": about["slug"]})
    assert answer.status == 200
    assert (answer.data["id"], answer.data["slug"]) == (about["id"], about["slug"])
    visitor = server_sdk.configured(appKey=answer.data["app_key"])
    assert visitor("getEmbedProject", {"id": about["id"]}).ok


def test_projects_are_searched_by_place_and_service(server_sdk):
    place, service = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
    for answer in (
        server_sdk("getLocationProjects", place),
        server_sdk("getServiceProjects", service),
        server_sdk("getLocationServiceProjects", place, service),
    ):
        assert answer.status == 200
        assert answer.data == []


def test_calendars_are_made_read_changed_and_deleted(server_sdk, doc):
    made = server_sdk(
        "createCalendar", {"resourceId": doc["id"], "name": "House calls", "description": "Away"}
    )
    assert made.status == 201
    about = {"id": made.data["id"]}
    assert made.data["provider"] == "timekit"
    assert about["id"] in ids(server_sdk("getCalendars").data)
    assert server_sdk("getCalendar", dict(about)).data["name"] == "House calls"
    assert server_sdk("updateCalendar", about | {"name": "Visits"}).data["name"] == "Visits"
    assert server_sdk("deleteCalendar", dict(about)).status == 204
    assert server_sdk("getCalendar", dict(about)).status == 404


def test_an_event_blocks_time_until_it_is_gone(server_sdk, doc, free_hour):
    hour = free_hour()
    text = {"what": "Repairs", "where": "Garage", "description": "Flux"}
    event = server_sdk("createEvent", {"resourceId": doc["id"], **hour, **text})
    assert event.status == 201
    wish = {"resourceId": doc["id"], "graph": "instant", **hour, **text}
    wish["customer"] = {"name": "Biff", "email": "biff@example.com"}
    assert server_sdk("createBooking", wish).status == 409
    assert server_sdk("deleteEvent", {"id": event.data["id"]}).status == 204
    assert server_sdk("createBooking", wish).status == 201


def test_events_are_listed_read_and_moved(server_sdk, doc, free_hour):
    hour, later = free_hour(), free_hour()
    event = server_sdk("createEvent", {"resourceId": doc["id"], "what": "Repairs", **hour}).data
    listed = server_sdk("getEvents", {"start": hour["start"], "end": hour["end"]})
    assert event["id"] in ids(listed.data)
    assert server_sdk("getEvent", {"id": event["id"]}).data["what"] == "Repairs"
    moved = server_sdk("updateEvent", {"id": event["id"], **later})
    assert moved.status == 200
    assert event["id"] not in ids(server_sdk("getEvents", {"start": hour["start"], "end": hour["end"]}).data)


def test_graphs_can_be_looked_at(server_sdk):
    listed = server_sdk("makeRequest", {"url": "/graphs", "method": "get"}).data
    names = {
        "instant",
        "confirm_decline",
        "instant_payment",
        "group_owner",
        "group_customer",
        "group_customer_payment",
    }
    assert names <= {graph["name"] for graph in listed}
    assert server_sdk("makeRequest", {"url": "/graphs/instant", "method": "get"}).data["name"] == "instant"


def test_locations_are_made_listed_read_changed_and_deleted(server_sdk):
    made = server_sdk("createLocation", {"name": "Clock Tower"}).data
    assert made["id"] in ids(server_sdk("getLocations").data)
    server_sdk("updateLocation", {"id": made["id"], "description": "Do not climb"})
    assert server_sdk("getLocation", {"id": made["id"]}).data["description"] == "Do not climb"
    assert server_sdk("deleteLocation", {"id": made["id"]}).status == 204


def test_services_are_listed_with_their_locations(server_sdk, project):
    services = {row["id"]: row for row in server_sdk("getServices", include=["locations"]).data}
    assert services[project["id"]]["locations"] == []
