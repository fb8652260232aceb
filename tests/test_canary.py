"""A person is exported whole, and once erased found nowhere: in no table, history, message, log or cache."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_httpserver import HTTPServer

from bookings.effects.link_mail import ask_for_links
from bookings.effects.link_texts import ask_for_link
from bookings.effects.outbox import Sender
from bookings.lifecycle import Actor, act, delete, join_people
from bookings.management.sending import HANDLERS
from bookings.models import Block, Booking, Customer, OutboxMessage, Person, Reservation, Site, Webhook
from bookings.people_keys import guest_word
from bookings.personal_data import erase_person, exported_person
from tests.effects.conftest import let_wait_end, loopback_may_be_called, work
from tests.situations import HOUR, a_booking, a_project, a_resource, a_server_key, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_may_be_called")]
CANARY = ("Zilpzalp", "zilpzalp@canary.example", "5550177391", "Wintergoldhaehnchen")
__all__ = ["loopback_may_be_called"]


def everything() -> Iterator[tuple[str, str]]:
    """Each table's rows as text."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(map(str, row))


def places() -> set[str]:
    """The tables in which the canary is found."""
    return {table for table, text in everything() if any(word.lower() in text.lower() for word in CANARY)}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/hook").respond_with_data("", status=200)
        yield server


def call(client: Client, key: str, method: str, path: str, body: dict[str, Any]) -> Any:
    headers = {
        "Authorization": "Basic " + base64.b64encode(f":{key}".encode()).decode(),
        "Idempotency-Key": f"k{path}",
    }
    answer = client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)
    assert answer.status_code < 300, answer.content
    return answer.json()["data"]


def a_person_leaves_traces(client: Client, hook: HTTPServer) -> Booking:
    """Held, booked, mailed, told to a webhook, moved, written about and cancelled, all in the canary's name."""
    Webhook.objects.create(url=hook.url_for("/hook"))
    resource = a_resource(email="owner@example.com")
    project = a_project(resource)
    _key, value = a_server_key()
    name, email, phone, answer = CANARY
    customer = {"name": name, "email": email, "phone": phone, "allergies": answer}
    span = {"start": at(9).isoformat(), "end": at(10).isoformat(), "resource_id": str(resource.pk)}
    words = {"what": f"For {name}", "where": "Here", "description": answer, "customer": customer}
    held = call(client, value, "POST", "/v2/bookings/reserve?include=attributes", span | words)
    with_hold = (
        span | words | {"graph": "instant", "project_id": str(project.pk), "reservation_id": held["id"]}
    )
    made = call(client, value, "POST", "/v2/bookings", with_hold)
    work(Sender(HANDLERS))
    later = {"start": at(12).isoformat(), "end": at(13).isoformat()}
    moved = call(client, value, "POST", f"/v2/bookings/{made['id']}/reschedule", later)
    booking = Booking.objects.get(pk=moved["id"])
    act(booking, "cancel", by=Actor("staff", "1"), message=f"{name} has called")
    let_wait_end()
    work(Sender(HANDLERS))
    staff_write_about_the_person()
    return booking


def staff_write_about_the_person() -> None:
    """A person whom bookings joined: noted about, proposed as somebody's relative, blocked, and who tried again."""
    a_booking(a_resource(), at(5), customer=Customer(name="Somebody else", email=CANARY[1]))
    join_people()
    person = Person.objects.get(name=CANARY[0])
    person.note = f"{CANARY[3]} again"
    person.save()
    assert person.proposals.exists()
    Block.objects.create(person=person, reason=f"{CANARY[0]} owes", tried_for=f"For {CANARY[0]}")
    other = Booking.objects.get(customer__name="Somebody else")
    act(other, "cancel", by=Actor("staff", "1"))
    delete(other, by=Actor("staff", "1"))


def test_a_person_who_was_erased_is_found_nowhere(
    client: Client,
    hook: HTTPServer,
    log: io.StringIO,
    mailoutbox: list[Any],
    settings: Any,
    admin_client: Client,
) -> None:
    settings.MAIL_IS_SET_UP = True
    booking = a_person_leaves_traces(client, hook)
    admin_client.get(reverse("admin:bookings_booking_changelist"), {"q": CANARY[1]})
    OutboxMessage.objects.filter(kind="mail").update(last_error=f"550 <{CANARY[1]}> is not here")
    found = places()
    assert {"bookings_customer", "bookings_remark"} <= found, "the canary is found before"
    assert len(mailoutbox) > 0
    delete(Booking.objects.get(pk=booking.pk), by=Actor("staff", "1"))
    assert places() == set()
    assert Customer.objects.count() == 0
    assert not any(word.lower() in log.getvalue().lower() for word in CANARY)
    assert not any(word.lower() in str(vars(cache).get("_cache", "")).lower() for word in CANARY)


def told(*words: str) -> str:
    out = io.StringIO()
    call_command("person", *words, stdout=out)
    return out.getvalue()


def test_an_export_holds_every_word_that_the_tables_hold(
    client: Client, hook: HTTPServer, settings: Any
) -> None:
    settings.MAIL_IS_SET_UP = True
    a_person_leaves_traces(client, hook)
    a_booking(a_resource(), at(9), customer=Customer(name="Somebody else", email="else@example.com"))
    whole = told(CANARY[1].upper(), "--export=-")
    exported = json.loads(whole)
    assert {f"bookings_{name}" for name in exported} >= places()
    stored = {
        name: [text for table, text in everything() if table == f"bookings_{name}"] for name in exported
    }
    for name, rows in exported.items():
        held = sum(any(word.lower() in text.lower() for word in CANARY) for text in stored[name])
        assert held <= len(rows), name
    assert all(word in whole for word in CANARY)
    assert "Somebody else" not in whole
    assert "else@example.com" not in whole


def test_an_export_is_a_file_that_only_its_owner_reads_and_that_is_never_written_over(tmp_path: Path) -> None:
    a_booking(a_resource(), at(9), customer=Customer(name=CANARY[0], email=CANARY[1]))
    path = tmp_path / "person.json"
    told(CANARY[1], f"--export={path}")
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["customer"][0]["name"] == CANARY[0]
    with pytest.raises(CommandError, match="File exists"):
        told(CANARY[1], f"--export={path}")
    with pytest.raises(CommandError, match="Nothing is stored of nobody@"):
        told("nobody@example.com")


def test_an_operator_erases_all_that_is_over_and_is_told_what_is_not(
    client: Client, hook: HTTPServer, settings: Any
) -> None:
    settings.MAIL_IS_SET_UP = True
    a_person_leaves_traces(client, hook)
    person, staff = Customer(name=CANARY[0], email=CANARY[1]), Actor("staff", "1")
    open_one = a_booking(a_resource(), at(9), by=staff, customer=person)
    hold = Reservation.objects.create(
        resource=a_resource(),
        start=at(9),
        end=at(10),
        expires_at=at(9).replace(year=2020),
        customer={"name": CANARY[0], "email": CANARY[1]},
    )
    with pytest.raises(CommandError, match=str(open_one.pk)):
        told(CANARY[1], "--erase")
    assert places() <= {"bookings_customer", "bookings_outboxmessage"}
    hold.refresh_from_db()
    assert hold.customer == {}
    act(open_one, "cancel", by=Actor("staff", "1"))
    assert "Backups that were made before still hold it" in told(CANARY[1], "--erase")
    assert places() == set()


def test_who_asked_for_links_that_could_not_be_sent_is_exported_and_erased() -> None:
    now = at(9)
    ask_for_links(CANARY[1], language="en", now=now)
    ask_for_links(CANARY[1], language="en", now=now + HOUR)
    ask_for_links("else@example.com", language="en", now=now)
    given_up = OutboxMessage.objects.filter(payload__email=CANARY[1]).first()
    OutboxMessage.objects.filter(pk=given_up.pk).update(
        outcome="failed", done_at=now, last_error=f"550 <{CANARY[1]}>"
    )
    assert len(json.loads(told(CANARY[1].upper(), "--export=-"))["outboxmessage"]) == 2
    told(CANARY[1], "--erase")
    assert places() == set()
    assert OutboxMessage.objects.waiting().get().payload["email"] == "else@example.com"


def test_a_person_at_the_desk_who_asked_for_links_is_erased_too() -> None:
    booking = a_booking(a_resource(), at(9), customer=Customer(name=CANARY[0], email=CANARY[1]))
    join_people()
    ask_for_links(CANARY[1], language="en", now=at(9))
    act(booking, "cancel", by=Actor("staff", "1"))
    person = Person.objects.get()
    assert CANARY[1] in {row["payload"].get("email") for row in exported_person(person)["outboxmessage"]}
    erase_person(person, by=Actor("staff", "1"))
    assert places() == set()


def test_what_answered_a_hold_that_ended_is_erased_with_it(client: Client) -> None:
    resource, (_key, value) = a_resource(), a_server_key()
    span = {"start": at(9).isoformat(), "end": at(10).isoformat(), "resource_id": str(resource.pk)}
    words = {"description": CANARY[3], "customer": {"name": CANARY[0], "email": CANARY[1]}}
    held = call(client, value, "POST", "/v2/bookings/reserve?include=attributes", span | words)
    assert "idempotencykey" in json.loads(told(CANARY[1], "--export=-"))
    Reservation.objects.filter(pk=held["id"]).update(expires_at=at(9).replace(year=2020))
    told(CANARY[1], "--erase")
    assert places() == set()


def test_a_person_who_held_a_thousand_times_is_exported_and_erased() -> None:
    resource = a_resource()
    held = {"start": at(9), "end": at(10), "expires_at": at(9).replace(year=2020)}
    Reservation.objects.bulk_create(
        Reservation(resource=resource, customer={"email": CANARY[1]}, **held) for _ in range(1001)
    )
    assert len(json.loads(told(CANARY[1], "--export=-"))["reservation"]) == 1001
    told(CANARY[1], "--erase")
    assert places() == set()


def test_who_asked_for_a_link_by_telephone_is_exported_and_erased_by_their_address_too() -> None:
    number = f"+1{CANARY[2]}"
    customer = Customer(name=CANARY[0], email=CANARY[1], phone=number, phone_e164=number)
    booking = a_booking(a_resource(), at(9), customer=customer)
    OutboxMessage.objects.all().delete()
    ask_for_link(number, language="en", asked_from="", now=at(9))
    ask_for_link("+4930901820", language="en", asked_from="", now=at(9))
    act(booking, "cancel", by=Actor("staff", "1"))
    asked = [
        row
        for row in json.loads(told(CANARY[1], "--export=-"))["outboxmessage"]
        if row["kind"] == "link_text"
    ]
    assert [row["payload"]["phone"] for row in asked] == [number]
    told(CANARY[1], "--erase")
    assert places() == set()
    assert OutboxMessage.objects.waiting().get(kind="link_text").payload["phone"] == "+4930901820"


@pytest.mark.parametrize("by", ["the operator", "the desk"])
def test_who_gave_a_number_with_a_hold_alone_and_asked_for_a_link_is_exported_and_erased(by: str) -> None:
    site = Site.current()
    site.country = "DE"
    site.save()
    Reservation.objects.create(
        resource=a_resource(),
        start=at(9),
        end=at(10),
        expires_at=at(9).replace(year=2020),
        customer={"name": CANARY[0], "email": CANARY[1], "phone": f"0{CANARY[2]}"},
    )
    booking = a_booking(a_resource(), at(9), customer=Customer(name=CANARY[0], email=CANARY[1]))
    join_people()
    act(booking, "cancel", by=Actor("staff", "1"))
    OutboxMessage.objects.all().delete()
    ask_for_link(f"+49{CANARY[2]}", language="en", asked_from="", now=at(9))
    ask_for_link("+4930901820", language="en", asked_from="", now=at(9))
    person = Person.objects.get()
    if by == "the desk":
        rows = exported_person(person)["outboxmessage"]
    else:
        rows = json.loads(told(CANARY[1], "--export=-"))["outboxmessage"]
    assert [row["payload"]["phone"] for row in rows] == [f"+49{CANARY[2]}"]
    if by == "the desk":
        erase_person(person, by=Actor("staff", "1"))
    else:
        told(CANARY[1], "--erase")
    assert places() == set()
    assert OutboxMessage.objects.get(kind="link_text").payload["phone"] == "+4930901820"


def test_whom_others_named_as_a_guest_is_exported_and_erased_and_the_others_stay(
    client: Client, hook: HTTPServer, settings: Any
) -> None:
    settings.MAIL_IS_SET_UP = True
    Webhook.objects.create(url=hook.url_for("/hook"))
    _key, value = a_server_key()
    named = {"invite": True, "participants": ["else@example.com", CANARY[1].upper()]}
    span = {"start": at(9).isoformat(), "end": at(10).isoformat(), "resource_id": str(a_resource().pk)}
    words: dict[str, Any] = {"graph": "instant", "what": "Talk", "where": "Here", "description": "On time"}
    words |= {"customer": {"name": "Doc", "email": "doc@example.com"}}
    made = call(client, value, "POST", "/v2/bookings?include=attributes,event", span | words | named)
    work(Sender(HANDLERS))
    to_guest = OutboxMessage.objects.filter(payload__to=guest_word(CANARY[1]))
    assert to_guest.update(last_error=f"550 <{CANARY[1]}>") == 1
    assert {"bookings_booking", "bookings_webhookcall", "bookings_idempotencykey"} <= places()
    exported = json.loads(told(CANARY[1], "--export=-"))
    assert [(one["booking_id"], one["address"]) for one in exported["guest"]] == [(made["id"], CANARY[1])]
    assert list(exported) == ["guest"]
    with pytest.raises(CommandError, match=made["id"]):
        told(CANARY[1], "--erase")
    booking = Booking.objects.get(pk=made["id"])
    act(booking, "cancel", by=Actor("staff", "1"))
    work(Sender(HANDLERS))
    assert "Taken off 1 bookings of others" in told(CANARY[1], "--erase")
    assert places() == set()
    booking.refresh_from_db()
    assert booking.participants == ["else@example.com"]
    assert booking.customer.name == "Doc"
    with pytest.raises(CommandError, match="Nothing is stored"):
        told(CANARY[1])
