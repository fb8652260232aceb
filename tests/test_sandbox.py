"""Copies for tests, and how the sandbox is emptied: all that is in it goes, and never anything else."""

from __future__ import annotations

from datetime import time

import pytest
from django.apps import apps

from bookings import invariants
from bookings.models import (
    Booking,
    DatedHours,
    Event,
    HistoryEntry,
    IdempotencyKey,
    Location,
    OptionResource,
    Project,
    Reservation,
    Resource,
    SandboxRow,
    Webhook,
    WeeklyHours,
)
from bookings.sandbox import copy_projects, copy_resources, empty_sandbox
from tests.api.conftest import SLOT, hour, outsider
from tests.situations import a_booking, a_location, a_project, a_resource, a_server_key, at, own_terms
from tests.worlds import a_world, kept

pytestmark = pytest.mark.django_db


def test_a_copy_has_the_hours_and_settings_and_nobodys_address():
    place = a_location()
    doc = a_resource(
        name="Doc",
        slug="doc",
        email="doc@example.com",
        location=place,
        daily_cap=3,
        meta={"a": 1},
        feed="names",
    )
    for owner in ({"resource": doc}, {"location": place}):
        WeeklyHours.objects.create(weekday=0, opens=time(9), closes=time(12), **owner)
        DatedHours.objects.create(first=at(0).date(), last=at(0).date(), **owner)
    (made,) = copy_resources([doc])
    assert (made.name, made.slug, made.is_test) == ("Doc (test)", "test-doc", True)
    assert (made.email, made.feed, made.feed_nonce, made.daily_cap, made.meta) == ("", "", "", 3, {"a": 1})
    assert made.calendars.get().primary
    there = made.location
    assert (there.is_test, there.name) == (True, "Courthouse (test)")
    assert there != place
    for owner in (made, there):
        assert (owner.weeklyhours.count(), owner.datedhours.count()) == (1, 1)
    assert copy_resources([doc, made]) == []
    assert not Resource.objects.get(pk=doc.pk).is_test


def test_the_copy_of_a_project_has_copies_of_its_resources_and_options():
    doc, jules = a_resource(slug="doc", location=a_location()), a_resource(slug="jules")
    project = a_project(doc, jules, slug="visit", pay_url="https://pay.example/", email="a@example.com")
    own_terms(project, jules, offered=False)
    project.booking |= {"calendar_id": str(doc.calendars.get().pk)}
    project.save()
    (copied,) = copy_resources([jules])
    (made,) = copy_projects([project])
    assert (made.slug, made.is_test, made.pay_url, made.email) == ("test-visit", True, "", "")
    assert [link.resource.slug for link in made.links.all()] == ["test-doc", "test-jules"]
    assert made.booking == {"graph": "instant"}
    assert made.links.last().resource == copied
    assert made.options.get().length == project.options.get().length
    assert OptionResource.objects.get(link__project=made).offered is False
    assert copy_projects([project, made]) == []
    door = outsider(a_server_key(test=True)[1])
    found = door.post("/availability", {"project_id": str(made.pk), "from": "2 days", "to": "4 days"})
    assert {slot["resources"][0]["id"] for slot in found.json()["data"]} == {
        str(Resource.objects.get(slug="test-doc").pk)
    }


def everything() -> dict[str, list[str]]:
    """All rows of the site, by table."""
    return {
        str(model._meta.model_name): sorted(map(str, model.objects.values_list("pk", flat=True)))
        for model in apps.get_app_config("bookings").get_models()
    }


def played(door, word: str) -> None:
    """What a program may make: a row of every kind, and bookings that hang together."""
    place = door.made("/locations", {"name": word})
    person = door.made("/resources", {"name": word, "timezone": "UTC"})
    whole = door.made("/projects", {"name": word, "resources": [person["id"]]})
    door.made("/webhooks", {"url": f"https://{word}.example.com/"})
    calendar = door.made("/calendars", {"name": word, "resource_id": person["id"]})
    door.made("/events", {**hour(days=5), "what": word, "calendar_id": calendar["id"]})
    texts = {
        "what": word,
        "where": word,
        "description": word,
        "customer": {"name": word, "email": "a@example.com"},
    }
    own = {**SLOT, **texts, "graph": "instant", "resource_id": person["id"], "project_id": whole["id"]}
    first = door.call("POST", "/bookings", own, Idempotency_Key=word).json()["data"]
    door.made(f"/bookings/{first['id']}/reschedule", hour(days=33))
    session = door.made(
        "/bookings", own | hour(days=35) | {"graph": "group_owner", "settings": {"max_seats": 4}}
    )
    seat = {"graph": "group_customer", "related": {"owner_booking_id": session["id"]}}
    door.made("/bookings", texts | seat)
    door.made("/bookings/reserve", own | hour(days=36))
    assert place


@pytest.fixture
def live(db):
    world = a_world("zebra", is_test=False)
    played(outsider(a_server_key()[1]), "gnu")
    return world


def test_emptied_it_has_nothing_that_a_test_key_made_and_all_else_is_as_it_was(live):
    copies = a_world("okapi", is_test=True)
    Booking.objects.filter(is_test=True).exclude(session=None).delete()
    before = everything()
    untouched = kept(live)
    door = outsider(a_server_key(test=True)[1])
    before["apikey"] = everything()["apikey"]
    played(door, "tapir")
    assert SandboxRow.objects.count() == 6
    door.made("/events", {**hour(days=6), "what": "tapir", "resource_id": copies.ids["resource"]})
    empty_sandbox()
    assert kept(live) == untouched
    after = everything()
    booked = [copies.ids[name] for name in ("booking", "session", "hold")]
    for table in (
        "resource",
        "project",
        "location",
        "webhook",
        "calendar",
        "event",
        "option",
        "projectresource",
    ):
        assert after[table] == before[table], table
    gone = set(before["booking"] + before["reservation"]) - set(after["booking"] + after["reservation"])
    assert gone == set(booked)
    assert not Booking.objects.filter(is_test=True).exists()
    assert not Reservation.objects.filter(is_test=True).exists()
    assert not HistoryEntry.objects.filter(booking_id__in=booked).exists()
    assert not IdempotencyKey.objects.of_the_sandbox().exists()
    assert IdempotencyKey.objects.count() == 1
    assert Event.objects.filter(pk=copies.event.pk).exists()
    assert door.read("/resources")[0]["id"] == copies.ids["resource"]


def test_the_copies_go_where_that_is_asked_and_nothing_live_with_them(live):
    copies = a_world("okapi", is_test=True)
    assert list(invariants.broken()) == []
    before = kept(live)
    empty_sandbox(with_copies=True)
    assert kept(live) == before
    for model in (Resource, Project, Location, Webhook):
        assert not model.objects.filter(is_test=True).exists()
        assert model.objects.exists()
    assert not Resource.history.filter(id=copies.resource.pk).exists()


def test_what_lies_on_the_wrong_side_is_named():
    a_booking(a_resource(), at(9))
    Booking.objects.update(is_test=True)
    project = a_project(a_resource(is_test=True))
    assert [words.partition(" ")[2] for words in invariants.broken()] == [
        "bookings are on another side of the sandbox than their resource",
        "resources are on another side of the sandbox than their project",
    ]
    project.links.all().delete()
    Booking.objects.update(is_test=False)
    assert list(invariants.broken()) == []


def test_what_was_marked_and_is_live_by_now_stays():
    person = outsider(a_server_key(test=True)[1]).made("/resources", {"name": "Doc", "timezone": "UTC"})
    Resource.objects.filter(pk=person["id"]).update(is_test=False)
    empty_sandbox(with_copies=True)
    assert Resource.objects.filter(pk=person["id"]).exists()


def test_a_project_that_a_key_is_limited_to_stays(live):
    person = a_resource(is_test=True)
    project = a_project(person, is_test=True)
    a_server_key(project, test=True)
    empty_sandbox(with_copies=True)
    assert Project.objects.filter(pk=project.pk).exists()
    assert not Resource.objects.filter(pk=person.pk).exists()
