"""One table of what people type and paste, and every door that takes it: kept alike, or refused alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.effects.recipients import recipient
from bookings.models import Booking, Customer, Location, OutboxMessage, Project, Resource, Site, Webhook
from tests.admin.conftest import logged_in, values_of
from tests.api.conftest import outsider
from tests.shared import rows_of_many_tests
from tests.situations import a_booking, a_project, a_resource, a_server_key, at
from tests.views.conftest import Visitor

pytestmark = pytest.mark.django_db
REFUSED = None
LONG = "x" * 3000

# What is typed, and what is kept.
EMAILS = {
    "plain": ("robin@example.com", "robin@example.com"),
    "blanks around it": ("\u00a0 robin@example.com \n", "robin@example.com"),
    "end of a direction, from a phone": ("robin@example.com\u202c", "robin@example.com"),
    "directions and separators": ("\u200e\u2028robin\u200f@exa\u202dmple.com\u2029", "robin@example.com"),
    "a byte order mark": ("\ufeffrobin@example.com", "robin@example.com"),
    "a link to mail": ("mailto:robin@example.com", "robin@example.com"),
    "from an address book": ("Robin Ö <robin@example.com>", "robin@example.com"),
    "full width": ("ｒｏｂｉｎ＠ｅｘａｍｐｌｅ。ｃｏｍ", "robin@example.com"),
    "a host beyond ASCII": ("robin@bücher.example", "robin@bücher.example"),
    "a host that cannot be written": ("robin@exa\u0300--\u2190mple.com", REFUSED),
    "letters that only look alike": ("rоbin@example.com", REFUSED),
    "two at once": ("robin@example.com, ada@example.com", REFUSED),
    "a header of its own": ("robin@example.com\r\nBcc: eve@example.com", REFUSED),
    "no host": ("robin@", REFUSED),
    "too long before the host": ("x" * 65 + "@example.com", REFUSED),
    "too long": (f"robin@{LONG}.com", REFUSED),
}
NAMES = {
    "plain": ("Robin Ö’Neil-Łuk", "Robin Ö’Neil-Łuk"),
    "blanks around and within": (" \u00a0Robin \t Goodfellow\n", "Robin Goodfellow"),
    "lines": ("Robin\r\nGoodfellow\u2028II", "Robin Goodfellow II"),
    "turned round": ("\u202eRobin\u2066 Good\u200ffellow\u2069", "Robin Goodfellow"),
    "a letter in two parts": ("Zoe\u0308", "Zoë"),
    "a joiner that is seen": ("نیم\u200cفاصله", "نیم\u200cفاصله"),
    "right to left": ("روبين", "روبين"),
    "markup": ('<b onclick="x">Robin</b>', '<b onclick="x">Robin</b>'),
    "a filler of Hangul": ("\u3164", REFUSED),
    "Braille without a dot": ("\u2800\u2800", REFUSED),
    "joiners and directions": ("\u200d\u200c\u202e", REFUSED),
    "accents on nothing": ("\u0301\u0301", REFUSED),
    "too long": (LONG, REFUSED),
}
PHONES = {
    "plain": ("030 123456", "030 123456"),
    "with its country": ("+49 30 123456", "+49 30 123456"),
    "directions around it": ("\u202a+49 30 123456\u202c", "+49 30 123456"),
    "marks within": ("\u200e+49\u00a030\u200e123456", "+49 30123456"),
    "a link to call": ("tel:+49-30-123456", "+49-30-123456"),
    "full width": ("＋４９ ３０ １２３４５６", "+49 30 123456"),
    "in brackets": ("(+49) 30 123456", "(+49) 30 123456"),
    "too long": ("1" * 3000, REFUSED),
}
ZONES = {
    "plain": ("Europe/Berlin", "Europe/Berlin"),
    "marks around it": ("\u200eEurope/Berlin\u2029 ", "Europe/Berlin"),
    "no zone": ("Europe/Bielefeld", REFUSED),
    "the machine's own": ("localtime", REFUSED),
    "a path": ("../../etc/passwd", REFUSED),
    "too long": (LONG, REFUSED),
}
URLS = {
    "plain": ("https://example.com/x?y=1#z", "https://example.com/x?y=1#z"),
    "marks around it": ("\u202ahttps://example.com/\u202c\u2028", "https://example.com/"),
    "a script": ("javascript:alert(1)", REFUSED),
    "data": ("data:text/html,<script>", REFUSED),
    "a file": ("file:///etc/passwd", REFUSED),
    "another protocol": ("ftp://example.com/", REFUSED),
    "no host": ("https://", REFUSED),
    "too long": (f"https://example.com/{LONG}", REFUSED),
}
TABLES = {"email": EMAILS, "name": NAMES, "phone": PHONES, "zone": ZONES, "url": URLS}
TEXTS = {"what": "Catch the lightning", "where": "Courthouse", "description": "At 10:04 PM"}
MARTY = {"name": "Marty McFly", "email": "marty@example.com", "phone": ""}


def on_the_page(answer: dict[str, str]) -> Any:
    """What the customer's form keeps; the form comes back with the field named where it keeps nothing."""
    project = a_project(a_resource())
    project.customer_fields = {"name": {}, "email": {"required": True}, "phone": {}, "second": second(answer)}
    project.save()
    visitor, (name, typed) = Visitor(), *answer.items()
    tomorrow = (timezone.now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    response = visitor.send(visitor.hold(project, tomorrow), **{name: typed})
    if response.status_code == 200:
        assert name in response.context["form"].errors
        assert not Customer.objects.exists()
        return REFUSED
    kept = Customer.objects.get()
    return kept.answers.get("second") if name == "second" else getattr(kept, name)


def second(answer: dict[str, str]) -> dict[str, Any]:
    return {"title": "Another", "format": "email"} if "second" in answer else {}


def by_the_api(path: str, body: dict[str, Any], field: str, read: Callable[[], Any]) -> Any:
    response = outsider(a_server_key()[1]).post(path, body)
    if response.status_code == 422:
        assert field in response.json()["errors"], response.json()
        return REFUSED
    assert response.status_code in (200, 201), response.content
    return read()


def a_booking_by_the_api(field: str) -> Callable[[str], Any]:
    def door(typed: str) -> Any:
        body = {
            "resource_id": str(a_resource().pk),
            "graph": "instant",
            "start": at(9).isoformat(),
            "end": at(10).isoformat(),
            "customer": MARTY | {field: typed},
        } | TEXTS
        return by_the_api(
            "/bookings", body, f"customer.{field}", lambda: getattr(Customer.objects.get(), field)
        )

    return door


def participants_by_the_api(typed: str) -> Any:
    body = {
        "resource_id": str(a_resource().pk),
        "graph": "instant",
        "start": at(9).isoformat(),
        "end": at(10).isoformat(),
        "participants": [typed],
        "customer": MARTY,
    } | TEXTS
    return by_the_api("/bookings", body, "participants.0", lambda: Booking.objects.get().participants[0])


def a_resource_by_the_api(field: str, column: str = "") -> Callable[[str], Any]:
    def door(typed: str) -> Any:
        body = {"name": "Doc", "timezone": "UTC", "email": "doc@example.com"} | {field: typed}
        return by_the_api("/resources", body, field, lambda: getattr(Resource.objects.get(), column or field))

    return door


def a_project_by_the_api(typed: str) -> Any:
    return by_the_api("/projects", {"name": typed}, "name", lambda: Project.objects.get().name)


def a_webhook_by_the_api(typed: str) -> Any:
    return by_the_api("/webhooks", {"url": typed}, "url", lambda: Webhook.objects.get().url)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page of staff as it was shown before anything was typed."""

    row: Any
    url: str
    session: str
    values: dict[str, Any]

    @classmethod
    def of(cls, row: Model, page: str, role: str = "admin") -> Opened:
        staff, url = logged_in(role), reverse(f"admin:bookings_{page}", args=[row.pk])
        session = staff.cookies["sessionid"].value
        return cls(row=row, url=url, session=session, values=values_of(staff.get(url)))

    def send(self, values: dict[str, Any]) -> HttpResponse:
        staff = Client()
        staff.cookies["sessionid"] = self.session
        return staff.post(self.url, values)


@dataclass(frozen=True, kw_only=True)
class DeskDoor:
    """A page of staff: opened once for whatever is typed into it, and what it keeps of that."""

    open: Callable[[], Opened]
    keeps: Callable[[Opened, str], Any]


def at_the_desk(model: type, field: str) -> DeskDoor:
    """The page of staff on which a row is changed."""

    def keeps(page: Opened, typed: str) -> Any:
        response = page.send(page.values | {field: typed})
        before, row = getattr(page.row, field), model.objects.get(pk=page.row.pk)
        if response.status_code == 200:
            assert field in response.context["adminform"].form.errors
            assert getattr(row, field) == before
            return REFUSED
        return getattr(row, field)

    rows = {
        Site: lambda: Site.objects.update_or_create(pk=1)[0],
        Location: lambda: Location.objects.create(name="Courthouse"),
        Resource: lambda: a_resource(name="Doc"),
        Project: lambda: a_project(a_resource()),
    }
    page = f"{model.__name__.lower()}_change"
    return DeskDoor(open=lambda: Opened.of(rows[model](), page), keeps=keeps)


def in_a_projects_settings(control: str, read: Callable[[Project], Any], **more: str) -> DeskDoor:
    """A control in one of the layers or tables of a project's page; what is refused there is shown again as typed."""

    def keeps(page: Opened, typed: str) -> Any:
        values = page.values | more | {control: typed}
        values.pop(control.replace("_own", "_inherits") if control.endswith("_own") else "", None)
        response = page.send(values)
        if response.status_code == 302:
            return read(Project.objects.get(pk=page.row.pk))
        assert "errorlist" in response.content.decode()
        assert "".join(values_of(response)[control].split()) == "".join(typed.split())
        return REFUSED

    return DeskDoor(open=lambda: Opened.of(a_project(a_resource()), "project_change"), keeps=keeps)


def the_new_resource(project: Project) -> str | None:
    """What was added to the one that there was; a row in which nothing is seen adds none."""
    added = project.links.exclude(resource__slug__startswith="resource-").first()
    return added.resource.name if added else None


A_CALL = {"reminders-0-type": "webhook", "reminders-0-time": "1"}


def a_correction_at_the_desk(field: str) -> DeskDoor:
    def keeps(page: Opened, typed: str) -> Any:
        response = page.send(page.values | {f"customer-{field}": typed})
        kept = getattr(Customer.objects.get(), field)
        if response.status_code == 200:
            assert kept == getattr(page.row.customer, field)
            return REFUSED
        return kept

    return DeskDoor(
        open=lambda: Opened.of(a_booking(a_resource(), at(9)), "booking_correct", "desk"), keeps=keeps
    )


def finding_a_booking(typed: str) -> Any:
    response = Visitor().client.post("/find/", {"email": typed})
    if not OutboxMessage.objects.exists():
        assert response.status_code == 200
        return REFUSED
    return OutboxMessage.objects.get().payload["email"]


DOORS: dict[str, dict[str, Callable[[str], Any] | DeskDoor]] = {
    "email": {
        "page": lambda typed: on_the_page({"email": typed}),
        "page, a question of its own": lambda typed: on_the_page({"second": typed}),
        "page to find bookings": finding_a_booking,
        "API, customer": a_booking_by_the_api("email"),
        "API, participants": participants_by_the_api,
        "API, resource": a_resource_by_the_api("email"),
        "desk, site": at_the_desk(Site, "email"),
        "desk, resource": at_the_desk(Resource, "email"),
        "desk, project": at_the_desk(Project, "email"),
        "desk, customer": a_correction_at_the_desk("email"),
        "desk, participants of a project": in_a_projects_settings(
            "booking-participants_own", lambda project: project.booking["participants"][0]
        ),
    },
    "name": {
        "page": lambda typed: on_the_page({"name": typed}),
        "API, customer": a_booking_by_the_api("name"),
        "API, resource": a_resource_by_the_api("name"),
        "API, project": a_project_by_the_api,
        "desk, site": at_the_desk(Site, "name"),
        "desk, location": at_the_desk(Location, "name"),
        "desk, resource": at_the_desk(Resource, "name"),
        "desk, project": at_the_desk(Project, "name"),
        "desk, customer": a_correction_at_the_desk("name"),
        "desk, new resource of a project": in_a_projects_settings("links-1-new_name", the_new_resource),
        "desk, question of a project": in_a_projects_settings(
            "customer_fields-0-title",
            lambda project: project.customer_fields["asked"].get("title"),
            **{"customer_fields-0-key": "asked", "customer_fields-1-key": "email"},
        ),
    },
    "phone": {
        "page": lambda typed: on_the_page({"phone": typed}),
        "API, customer": a_booking_by_the_api("phone"),
        "desk, site": at_the_desk(Site, "phone"),
        "desk, customer": a_correction_at_the_desk("phone"),
    },
    "zone": {
        "API, customer": a_booking_by_the_api("timezone"),
        "API, resource": a_resource_by_the_api("timezone"),
        "desk, resource": at_the_desk(Resource, "timezone"),
        "desk, location": at_the_desk(Location, "timezone"),
        "desk, site": at_the_desk(Site, "timezone"),
        "desk, widget": in_a_projects_settings("ui-timezone_own", lambda project: project.ui["timezone"]),
    },
    "url": {
        "API, webhook": a_webhook_by_the_api,
        "desk, imprint": at_the_desk(Site, "imprint_url"),
        "desk, payment page": at_the_desk(Project, "pay_url"),
        "desk, page for moving": in_a_projects_settings(
            "booking-rescheduling_url_own", lambda project: project.booking["rescheduling_url"]
        ),
        "desk, reminder": in_a_projects_settings(
            "reminders-0-url", lambda project: project.reminders[0]["settings"]["url"], **A_CALL
        ),
    },
}


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("+49 30 123456", "+4930123456"),
        ("\u202a+49 30 123456\u202c", "+4930123456"),
        ("(+49) 30 123456", "+4930123456"),
        ("tel:+49-30-123456", "+4930123456"),
        ("＋４９ ３０ １２３４５６", "+4930123456"),
        ("0049 30 123456", "+4930123456"),
        ("030 123456", ""),
    ],
)
def test_a_number_is_known_internationally_however_it_was_copied(typed, known):
    a_booking_by_the_api("phone")(typed)
    assert Customer.objects.get().phone_e164 == known


def test_an_address_that_was_kept_before_it_was_cleaned_still_gets_its_mail():
    booking = a_booking(a_resource(email="doc@example.com\u200e"), at(9))
    Customer.objects.update(email="robin@bücher.example\u202c")
    booking = Booking.objects.get(pk=booking.pk)
    to_customer, to_owner = (recipient(booking, who, Site.current()) for who in ("customer", "owner"))
    assert (to_customer.address, to_customer.reply_to) == ("robin@xn--bcher-kva.example", "doc@example.com")
    assert (to_owner.address, to_owner.reply_to) == ("doc@example.com", "robin@xn--bcher-kva.example")


def test_an_answer_to_an_address_that_cannot_be_written_is_left_out_and_the_mail_goes():
    booking = a_booking(a_resource(email="doc@example.com"), at(9))
    Customer.objects.update(email="robin at example")
    assert recipient(Booking.objects.get(pk=booking.pk), "owner", Site.current()).reply_to == ""


# From here on all tests go through a door: what it made stays until the next one is opened.
@pytest.fixture(scope="module")
def door(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Callable[[str], Any]]:
    """What a door keeps of what is typed there; a page of the desk is opened for many tests at once."""
    if not isinstance(request.param, DeskDoor):
        yield request.param
        return
    with rows_of_many_tests(django_db_blocker):
        yield partial(request.param.keeps, request.param.open())


def cases(kind: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Whatever is typed, at every door that takes it."""

    def for_each(test: Callable[..., None]) -> Callable[..., None]:
        typed = pytest.mark.parametrize(("typed", "kept"), TABLES[kind].values(), ids=TABLES[kind])
        return typed(
            pytest.mark.parametrize("door", DOORS[kind].values(), ids=DOORS[kind], indirect=True)(test)
        )

    return for_each


@cases("email")
def test_every_door_keeps_and_refuses_the_same_addresses(door, typed, kept):
    assert door(typed) == kept


@cases("name")
def test_every_door_keeps_and_refuses_the_same_names(door, typed, kept):
    assert door(typed) == kept


@cases("phone")
def test_every_door_keeps_and_refuses_the_same_numbers(door, typed, kept):
    assert door(typed) == kept


@cases("zone")
def test_every_door_keeps_and_refuses_the_same_time_zones(door, typed, kept):
    assert door(typed) == kept


@cases("url")
def test_every_door_keeps_and_refuses_the_same_links(door, typed, kept):
    assert door(typed) == kept


def lines_of(project: Project) -> str:
    option = project.options.get()
    held = [project.heading, project.summary, option.label, project.booking, project.reminders]
    return json.dumps([*held, project.customer_fields], ensure_ascii=False)


LINES = {
    "heading": in_a_projects_settings("heading", lines_of),
    "summary": in_a_projects_settings("summary", lines_of),
    "label of an option": in_a_projects_settings("options-0-label", lines_of),
    "what": in_a_projects_settings("booking-what_own", lines_of),
    "subject of a reminder": in_a_projects_settings(
        "reminders-0-subject", lines_of, **{"reminders-0-time": "1"}
    ),
    "an entry of a question": in_a_projects_settings(
        "customer_fields-0-enum", lines_of, **{"customer_fields-0-key": "email"}
    ),
}


@pytest.mark.parametrize("door", LINES.values(), ids=LINES, indirect=True)
def test_a_line_at_the_desk_is_freed_of_what_nobody_sees(door):
    assert '"Hair cut"' in door("\u202eHair\u00a0 cut\u200e")
