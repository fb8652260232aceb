"""A walk through every call: each answers as the description says, and what is described is told somewhere."""

import json
from dataclasses import dataclass, field

import pytest
from django.http import HttpResponse

from bookings.models import Booking, Series
from tests.api import described
from tests.api.conftest import EXAMPLE, MARTY, NOTHING, Door, hour
from tests.api.test_contract_lists import EVERYTHING
from tests.calendars.conftest import google as google
from tests.calendars.worlds import let_in, write_all
from tests.situations import a_booking, a_project, a_resource, a_widget_key, at
from tests.views.conftest import visitor as visitor

WHOLE = "availability_constraints,calendars.events,meeting_url"
MORNINGS = [{"allow_hours": {"start": 0, "end": 24}}]


@dataclass
class Walk:
    """Calls whose answers are remembered; every answer is checked by the door that it comes through."""

    calls: set[tuple[str, str]] = field(default_factory=set)
    """Those that were answered with success, as `(method, template)`."""
    fields: set[tuple[str, str]] = field(default_factory=set)

    def call(self, door: Door, method: str, path: str, body=None, status: int | None = None):
        """Return what is answered; it must be a success, or `status`."""
        response = door.call(method, path, body)
        assert response.status_code == status if status else response.status_code < 400, response.content
        operation = described.operation_of(method, path)
        if status is None:
            self.calls.add(operation)
        schema = described.schema_of(*operation, str(response.status_code))
        if schema is None:
            return None
        self.fields |= set(described.fields_in(schema, response.json()))
        return response.json().get("data")


@pytest.fixture
def walk() -> Walk:
    return Walk()


def through_a_kind(walk, server, kind, wish, change, include=""):
    """Make, list, read and change one; return its path."""
    path = f"/{kind}/{walk.call(server, 'POST', f'/{kind}?include={include}', wish)['id']}"
    walk.call(server, "GET", f"/{kind}?include={include}")
    walk.call(server, "GET", f"{path}?include={include}")
    walk.call(server, "PUT", path, change)
    return path


def through_the_catalogue(walk, server, soon):
    wish = {
        "name": "Doc",
        "email": "doc@example.com",
        "timezone": "UTC",
        "availability_constraints": MORNINGS,
    }
    resource = through_a_kind(walk, server, "resources", wish, {"tags": ["a"]}, WHOLE)
    resource_id = resource.rpartition("/")[2]
    entry = {"resource_id": resource_id, "what": "Holiday", "participants": ["marty@example.com"], **soon}
    event = through_a_kind(walk, server, "events", entry, {"what": "Sick"})
    calendar = through_a_kind(
        walk, server, "calendars", {"resource_id": resource_id, "name": "Other"}, {"name": "Others"}, "events"
    )
    walk.call(server, "GET", f"/resources?include={WHOLE}")
    walk.call(server, "GET", "/calendars?include=events")
    project = through_a_kind(
        walk,
        server,
        "projects",
        {"name": "Repairs", "slug": "repairs", "resources": [resource_id]},
        {"meta": {"a": 1}},
        f"resources,resources.{WHOLE}",
    )
    through_members(walk, server, project, resource_id)
    webhook = through_a_kind(
        walk, server, "webhooks", {"url": "https://example.com/"}, {"graph": "instant", "method": "get"}
    )
    walk.call(server, "GET", "/resources/timezone/doc@example.com")
    for path in (event, calendar, project, webhook, resource):
        walk.call(server, "DELETE", path)


def through_places(walk, server, widget, consultation):
    made = through_a_kind(walk, server, "locations", {"name": "Tower"}, {"description": "High"}, "services")
    consultation.location_id = made.rpartition("/")[2]
    consultation.save()
    walk.call(server, "GET", "/locations?include=services")
    walk.call(server, "GET", "/location/services?include=locations")
    walk.call(server, "GET", f"/location/services/{consultation.pk}?include=locations")
    walk.call(widget, "GET", f"/projects?search=services.uuid:{consultation.pk}")
    walk.call(server, "DELETE", made, None, 409)
    consultation.location = None
    consultation.save()
    walk.call(server, "DELETE", made)


def through_members(walk, server, project, resource_id):
    members = f"{project}/resources"
    inner = ["availability_constraints", "calendars.events", "meeting_url"]
    walk.call(server, "GET", members)
    walk.call(server, "GET", f"{members}?include=resources,{','.join(f'resources.{one}' for one in inner)}")
    walk.call(server, "DELETE", f"{members}/{resource_id}")
    walk.call(server, "POST", members, {"resource_id": resource_id})
    walk.call(server, "PUT", members, [resource_id])


def through_what_is_read_alone(walk, server, nobody):
    walk.call(nobody, "GET", "/")
    walk.call(server, "GET", "/app")
    walk.call(server, "GET", "/graphs")
    walk.call(server, "GET", "/graphs/instant_payment")
    walk.call(server, "GET", "/graphs/instant/picture")


def through_times(walk, server, doc):
    for path in ("/availability", "/unavailable/slots", "/availability/dates", "/availability/count"):
        walk.call(server, "POST", path, {"resources": [doc], "from": "1 hour", "to": "1 day"})


def through_bookings(walk, server, wish):
    every = f"include={EVERYTHING}"
    wish = wish | {"customer": MARTY | {"shoe size": 43}, "participants": ["jules@example.com"]}
    made = walk.call(server, "POST", f"/bookings?{every}", wish)
    path = f"/bookings/{made['id']}"
    taken = {"resources": [wish["resource_id"]], "start": wish["start"], "end": wish["end"]}
    walk.call(server, "POST", "/availability/explain", taken)
    walk.call(server, "PUT", f"{path}?{every}", {"meta": {"a": 1}})
    refusal = walk.call(server, "POST", "/bookings?include=alternatives", wish, 409)
    assert refusal is None
    walk.call(server, "PUT", f"{path}/confirm", {}, 409)
    moved = walk.call(server, "POST", f"{path}/reschedule", hour(days=31))
    walk.call(server, "PUT", f"/bookings/{moved['id']}/cancel", {"cancel": {"message": "Sorry"}})
    walk.call(server, "GET", f"/bookings/{moved['id']}?{every}")
    walk.call(server, "GET", f"/bookings?{every}")
    walk.call(server, "DELETE", f"/bookings/{moved['id']}")


def through_many(walk, server, wish):
    rows = [wish | hour(days=40), wish | hour(days=41), {"start": "tomorrow"}]
    made = walk.call(server, "POST", "/bookings/bulk", {"bookings": rows, "relate_bookings": True})
    Booking.objects.filter(pk=made[0]["id"]).update(series=Series.objects.create(every_days=7))
    walk.call(server, "GET", f"/bookings?include={EVERYTHING}")
    acts = [{"id": made[0]["id"], "action": action} for action in ("cancel", "cancel")]
    walk.call(server, "PUT", "/bookings/bulk", {"bookings": acts})


def through_turns(walk, server, visitor):
    """What a visitor's page has given to whoever's turn it was."""
    project = a_project(a_resource(), a_resource(), availability={"mode": "balanced"})
    visitor.book(project, at(14))
    made = Booking.objects.get(project=project)
    walk.call(server, "GET", f"/bookings/{made.pk}?include=logs")


def through_sessions(walk, server, widget, doc):
    session = EXAMPLE | {"resource_id": doc, "graph": "group_owner", "settings": {"max_seats": 2}}
    made = walk.call(server, "POST", "/bookings", session | hour(days=50))
    seat = {
        "graph": "group_customer",
        "related": {"owner_booking_id": made["id"]},
        "customer": MARTY,
    }
    walk.call(server, "POST", f"/bookings?include={EVERYTHING},owner_booking.attributes", seat)
    walk.call(server, "POST", "/bookings", seat | {"places": 2}, 409)
    walk.call(widget, "POST", "/bookings", seat | {"places": 2}, 409)
    held = walk.call(server, "POST", "/bookings/reserve", seat)
    walk.call(server, "PUT", "/bookings/reserve/release", {"reservation_id": held["id"]})
    walk.call(widget, "GET", f"/bookings/groups?include={EVERYTHING}")
    walk.call(widget, "GET", f"/bookings/groups/{made['id']}")


def through_reservations(walk, server, widget, wish):
    held = walk.call(server, "POST", f"/bookings/reserve?include={EVERYTHING}", wish | hour(days=60))
    name = {"reservation_id": held["id"], "reservation_time": 60}
    walk.call(widget, "PUT", f"/bookings/reserve/extend?include={EVERYTHING}", name)
    walk.call(server, "GET", f"/bookings/{held['id']}?include={EVERYTHING}")
    walk.call(server, "PUT", "/bookings/reserve/release", name)


def through_public_pages(walk, consultation, nobody, server, wish):
    page = Door(client=nobody.client, key=a_widget_key(consultation)[1])
    walk.call(page, "GET", f"/projects/embed/{consultation.pk}")
    walk.call(nobody, "GET", f"/projects/hosted/{consultation.slug}")
    search = {"project_id": str(consultation.pk), "from": "1 hour", "to": "1 day"}
    walk.call(page, "POST", "/availability?include=terms", search)
    mine = wish | {"project_id": str(consultation.pk), **hour(days=70)}
    made = walk.call(server, "POST", "/bookings?include=project,customer_action_links", mine)
    link = made["customer_action_links"]["cancel_by_customer"].partition("/v2")[2]
    walk.call(nobody, "GET", link)
    walk.call(page, "POST", f"/bookings?include={EVERYTHING}", mine, 409)
    walk.call(page, "POST", "/bookings", mine | {"invite": True}, 403)
    walk.call(server, "GET", f"/bookings?include={EVERYTHING}")
    walk.call(server, "GET", f"/bookings/{NOTHING}", None, 404)


def through_a_calendar_elsewhere(walk, server, google):
    anna = a_resource(email="anna@example.org")
    let_in(anna, "google", google)
    booking = a_booking(anna, at(10))
    write_all()
    walk.call(server, "GET", f"/bookings/{booking.pk}?include=provider_event")


def test_every_call_is_answered_with_every_field_that_is_described(
    walk, server, widget, nobody, visitor, doc, wish, soon, consultation, google
):
    through_a_calendar_elsewhere(walk, server, google)
    through_what_is_read_alone(walk, server, nobody)
    through_times(walk, server, doc)
    through_bookings(walk, server, wish)
    through_many(walk, server, wish)
    through_turns(walk, server, visitor)
    through_sessions(walk, server, widget, doc)
    through_reservations(walk, server, widget, wish)
    through_public_pages(walk, consultation, nobody, server, wish)
    through_the_catalogue(walk, server, soon)
    through_places(walk, server, widget, consultation)
    assert described.calls() - walk.calls == set()
    assert described.fields() - walk.fields == set()


@pytest.fixture
def webhook(server):
    return server.made("/webhooks", {"url": "https://example.com/"})


def answered(body):
    return HttpResponse(json.dumps({"data": body}), content_type="application/json")


def test_an_answer_as_it_is_described_has_no_fault(webhook):
    described.check("GET", "/webhooks/1", answered(webhook))


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told | {"secret": "told to nobody"},
        lambda told: {name: value for name, value in told.items() if name != "enabled"},
        lambda told: told | {"enabled": "yes"},
        lambda told: told | {"id": "no id"},
        lambda told: told | {"created_at": "yesterday"},
        lambda told: told | {"method": "delete"},
    ],
)
def test_a_field_more_or_less_or_of_another_type_is_found(webhook, change):
    with pytest.raises(AssertionError):
        described.check("GET", "/webhooks/1", answered(change(webhook)))
