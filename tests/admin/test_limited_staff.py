"""A member of staff who is limited to some resources sees nothing of others, on whichever page, and runs their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import people_keys
from bookings.admin.booking import waiting
from bookings.lifecycle import add_event, book
from bookings.limited_pages import NARROWED, why_closed
from bookings.models import (
    Booking,
    Customer,
    Event,
    Location,
    OutboxMessage,
    Person,
    PersonAddress,
    PersonBooking,
    Project,
    Resource,
    Series,
    StaffLimit,
)
from bookings.staff_limits import limited, resources_seen_by
from tests.admin.conftest import logged_in, text_of, values_of
from tests.situations import SERVER, a_booking, a_draft, a_hold, a_project, a_resource, a_seat, a_session, at

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CANARIES = ("Ottilie", "Canary", "+49301234599", "01234599", "ottilie@canary.example", "canary-note")
"""Texts that stand with the resource of others alone."""


@dataclass
class World:
    own: Resource
    other: Resource
    client: Client
    mine: Booking
    theirs: Booking
    project: Project


def _customer(name: str, email: str, phone: str) -> Customer:
    return Customer(name=name, email=email, phone=phone, timezone="UTC")


def limit(username: str, *resources: Resource) -> None:
    ids = [str(one.pk) for one in resources]
    StaffLimit.objects.create(user=User.objects.get(username=username), resources=ids)


def a_limited_world(role: str = "manager") -> World:
    """Two resources of one project, each with a booking today, a request and a hold; two people."""
    own, other = a_resource(name="Own chair"), a_resource(name="Canary chair", email="chair@canary.example")
    for one, place in ((own, "Own street"), (other, "Canary street")):
        one.location = Location.objects.create(name=place)
        one.save()
    project = a_project(own, other, name="Cut")
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + 2 * HOUR
    marty = _customer("Marty McFly", "marty@example.com", "+12025550111")
    ottilie = _customer("Ottilie Canary", "ottilie@canary.example", "+49301234599")
    mine = a_booking(own, start, project=project, customer=marty)
    theirs = a_booking(other, start, project=project, customer=ottilie)
    a_booking(own, start + 2 * HOUR, graph="request", customer=_customer("Doc Brown", "doc@example.com", ""))
    asked = _customer("Canary Asks", "asks@canary.example", "")
    a_booking(other, start + 2 * HOUR, graph="request", customer=asked, staff_note="canary-note")
    a_hold(other, start + 4 * HOUR)
    for booking in (mine, theirs):
        customer = booking.customer
        person = Person(name=customer.name, email=customer.email, phone=customer.phone, note="canary-note")
        person.save()
        PersonBooking.objects.create(person=person, booking=booking)
    for one, what in ((own, "Own dentist"), (other, "Canary dentist")):
        calendar, begin = one.calendars.get(), start + 20 * HOUR
        add_event(Event(calendar=calendar, start=begin, end=begin + HOUR, what=what))
    for booking in (mine, theirs):
        _fails(booking, "canary-note" if booking == theirs else "own-failure")
    client = logged_in(role)
    limit(role, own)
    return World(own, other, client, mine, theirs, project)


def _fails(booking: Booking, why: str) -> None:
    """A message that was given up, and the customer knows nothing."""
    OutboxMessage.objects.create(
        kind="mail",
        booking_id=booking.pk,
        payload={"to": "customer", "mail": "accepted", "note": why},
        dedupe_key=f"test:{booking.pk}",
        run_after=timezone.now(),
        outcome="failed",
        last_error=why,
        done_at=timezone.now() - HOUR,
        untold_at=timezone.now() - HOUR,
    )


def _addresses(world: World) -> Iterator[tuple[str, str]]:
    """The name and address of each page of the desk, for rows of others wherever it takes one."""
    rows: dict[str, Any] = {"uuid": world.theirs.pk, "int": 1, "slug": "cancel"}
    for pattern in _patterns(django_admin.site.get_urls()):
        if not pattern.name:
            continue
        named = pattern.pattern.converters
        kwargs: dict[str, Any] = {}
        for name, converter in named.items():
            kind = type(converter).__name__.removesuffix("Converter").lower()
            own = _row(pattern.name, world) if name in {"object_id", "pk"} else 1
            kwargs[name] = rows.get(kind, own) if own == 1 else own
        if "export" in pattern.name and "booking_export" in pattern.name:
            kwargs = {"kind": "csv"}
        if pattern.name == "app_list":
            kwargs = {"app_label": "bookings"}
        if pattern.name == "view_on_site":
            kwargs = {
                "content_type_id": ContentType.objects.get_for_model(Project).pk,
                "object_id": world.project.pk,
            }
        if pattern.name.endswith("_simple_history"):
            row, record = _recorded(pattern.name, world)
            yield pattern.name, reverse(f"admin:{pattern.name}", args=[row, record])
            continue
        yield pattern.name, reverse(f"admin:{pattern.name}", kwargs=kwargs)


def _recorded(name: str, world: World) -> tuple[Any, int]:
    """The row of a page that shows it as it was, and the id of what history keeps of it."""
    model = apps.get_model("bookings", name.split("_")[1])
    row = _row(name, world)
    record = model.history.filter(**{model._meta.pk.attname: row}).first() or model.history.first()
    return row, record.pk if record else 1


def _patterns(found: Any) -> Iterator[Any]:
    for one in found:
        if hasattr(one, "url_patterns"):
            yield from _patterns(one.url_patterns)
        else:
            yield one


def _row(name: str, world: World) -> Any:
    if name.startswith("bookings_resource"):
        return world.other.pk
    if name.startswith("bookings_project"):
        return world.project.pk
    if name.startswith("bookings_person"):
        return Person.objects.get(name="Ottilie Canary").pk
    if name.startswith("bookings_outboxmessage") or name == "bookings_booking_retry":
        return OutboxMessage.objects.get(booking_id=world.theirs.pk, outcome="failed").pk
    if name.startswith("bookings_booking") and name != "bookings_booking_calendar_conflict":
        return world.theirs.pk
    if name.startswith("bookings_event"):
        return Event.objects.get(what="Canary dentist").pk
    if name.startswith("bookings_location"):
        return world.other.location.pk
    if name.startswith("bookings_reservation"):
        return world.other.reservations.get().pk
    return 1


def _said(answer: Any) -> str:
    if answer.streaming:
        return b"".join(answer.streaming_content).decode()
    return text_of(answer)


def test_no_address_of_the_desk_tells_a_limited_member_of_others_nor_does_anything():
    world = a_limited_world()
    before = (world.theirs.state_id, Booking.objects.count())
    opened = set()
    addresses = list(_addresses(world))
    assert {name for name, _url in addresses} == {
        one.name for one in _patterns(django_admin.site.get_urls()) if one.name
    }
    for name, url in addresses:
        for method in ("get", "post"):
            if name in {"logout", "login"}:
                continue
            answer = getattr(world.client, method)(url)
            assert answer.status_code < 500, (method, url)
            said = _said(answer)
            found = [canary for canary in CANARIES if canary in said]
            assert not found, (method, url, found)
            if method == "get" and answer.status_code == 200:
                opened.add(name)
                assert name in NARROWED, f"{name} is open, and nobody said that it holds to the limit"
    assert {"index", "bookings_booking_calendar", "bookings_booking_changelist"} <= opened
    lists = {f"bookings_{one}_changelist" for one in ("event", "location", "outboxmessage", "resource")}
    assert {
        *lists,
        "bookings_outboxmessage_untold",
        "bookings_booking_wrong",
        "bookings_resource_why",
    } <= opened
    assert OutboxMessage.objects.get(booking_id=world.theirs.pk, outcome="failed").untold_at, (
        "nobody ticked it off"
    )
    assert Event.objects.filter(what="Canary dentist").exists()
    world.theirs.refresh_from_db()
    assert before == (world.theirs.state_id, Booking.objects.count())


def test_each_page_of_the_desk_is_narrowed_or_closed_for_a_reason_that_is_written_down():
    named = {one.name for one in _patterns(django_admin.site.get_urls()) if one.name}
    assert named >= NARROWED
    undecided = {name for name in named if (name in NARROWED) == bool(why_closed(name))}
    assert not undecided


def test_a_booking_of_others_is_missing_and_an_own_one_is_there():
    world = a_limited_world()
    for page in ("change", "move", "correct", "attendance", "undo", "renew", "erase"):
        theirs, mine = (
            world.client.get(reverse(f"admin:bookings_booking_{page}", args=[one.pk]), follow=True)
            for one in (world.theirs, world.mine)
        )
        assert "Own chair" in text_of(mine)
        assert "Canary" not in text_of(theirs)
        assert (theirs.status_code, mine.status_code) == (404, 200), page


SHOWN = {
    "bookings_resource_changelist": "Own chair",
    "bookings_resource_why": "Own chair",
    "bookings_location_changelist": "Own street",
    "bookings_event_changelist": "Own dentist",
    "bookings_event_add": "Own chair",
    "bookings_outboxmessage_changelist": "own-failure",
    "bookings_outboxmessage_untold": "Marty McFly",
    "bookings_booking_wrong": "1 message did not go out",
    "app_list": "bookings/event/",
    "index": "Marty McFly",
    "bookings_booking_paper": "Marty McFly",
    "bookings_booking_waiting": "Doc Brown",
    "bookings_booking_calendar": "Marty McFly",
    "bookings_booking_calendar_feed": "Marty McFly",
    "bookings_booking_changelist": "Marty McFly",
    "bookings_person_changelist": "Marty McFly",
    "bookings_booking_new": "Own chair",
    "bookings_booking_take_time": "Own chair",
}


def test_each_page_shows_the_own_resources_and_no_other():
    world = a_limited_world()
    for name, shown in SHOWN.items():
        on = f"{world.mine.start:%Y-%m-%d}"
        asked = {"date": on} if name in {"index", "bookings_booking_paper"} else {}
        if "calendar" in name:
            asked = {"day": on}
        url = reverse(f"admin:{name}", args=["bookings"] if name == "app_list" else [])
        said = text_of(world.client.get(url, asked))
        assert shown in said, name
        assert not [canary for canary in CANARIES if canary in said], name


def test_an_export_and_the_number_in_the_bar_count_own_bookings_alone():
    world = a_limited_world()
    for kind in ("csv", "ics"):
        said = _said(world.client.get(reverse("admin:bookings_booking_export", args=[kind])))
        assert "Marty McFly" in said
        assert "Canary" not in said
    bar = text_of(world.client.get(reverse("admin:index")))
    number = re.search(r'href="/admin/bookings/booking/waiting/"[^>]*>(.*?)</a>', bar, re.DOTALL)
    assert number is not None
    assert re.findall(r"\d+", number[1]) == ["1"]


def test_however_much_waits_for_others_a_members_list_has_what_waits_for_them(monkeypatch):
    member, own, others = logged_in("desk"), a_resource(), a_resource()
    asked = [
        a_booking(one, at(hour), graph="confirm_decline")
        for hour, one in ((8, others), (9, own), (10, others))
    ]
    limit("desk", own)
    monkeypatch.setattr(waiting, "MOST_COUNTED", 1)
    listed = (
        member.get(reverse("admin:bookings_booking_changelist"), {"waiting": "you"}).context["cl"].queryset
    )
    assert [one.pk for one in listed] == [asked[1].pk]


def test_a_search_finds_nobody_of_others():
    world = a_limited_world()
    pages = ("bookings_booking_changelist", "bookings_person_changelist", "bookings_booking_people")
    tried = product(pages, ["Ottilie", "ottilie@canary.example", "+49301234599", "030 1234599"])
    for page, typed in tried:
        said = text_of(world.client.get(reverse(f"admin:{page}"), {"q": typed}))
        assert "Canary" not in said.replace(typed, "")
        assert world.theirs.reference not in said


def test_of_a_person_only_what_concerns_the_own_resources_is_told():
    world = a_limited_world()
    person = Person.objects.get(name="Marty McFly")
    elsewhere = _customer("Marty McFly", "secret@canary.example", "+49301234599")
    visit = a_booking(world.other, world.theirs.start + 6 * HOUR, customer=elsewhere)
    PersonBooking.objects.create(person=person, booking=visit)
    said = text_of(world.client.get(reverse("admin:bookings_person_change", args=[person.pk])))
    assert "marty@example.com" in said
    assert str(world.mine.pk) in said  # leads to it
    assert not [one for one in (*CANARIES, "secret@", visit.reference, str(visit.pk)) if one in said]
    stranger = Person.objects.get(name="Ottilie Canary")
    missing = world.client.get(reverse("admin:bookings_person_change", args=[stranger.pk]), follow=True)
    assert "Canary" not in text_of(missing)


def test_one_press_on_a_booking_of_others_does_nothing():
    world = a_limited_world()
    begun = [a_booking(one, world.mine.start - 30 * HOUR) for one in (world.other, world.own)]
    for booking, status in zip(begun, (404, 302), strict=True):
        for page, sent in {"attended": {"attendance": "arrived"}, "press": {"action": "accept"}}.items():
            url = reverse(f"admin:bookings_booking_{page}", args=[booking.pk])
            assert world.client.post(url, sent).status_code == status
        booking.refresh_from_db()
    assert [one.attendance for one in begun] == ["unknown", "arrived"]


def test_a_booking_is_neither_moved_nor_dragged_to_a_resource_of_others():
    world = a_limited_world()
    url = reverse("admin:bookings_booking_move", args=[world.mine.pk])
    form = values_of(world.client.get(url))
    refused = world.client.post(url, form | {"resource": str(world.other.pk), "confirmed": "on"})
    assert refused.status_code == 200
    assert not Booking.objects.filter(continues=world.mine).exists()
    drag = reverse("admin:bookings_booking_drag", args=[world.mine.pk])
    there = {
        "resource": str(world.other.pk),
        "day": form["day"],
        "clock": form["clock"],
        "zone": "UTC",
        "go": "on",
    }
    assert world.client.post(drag, there).status_code == 409
    assert not Booking.objects.filter(continues=world.mine).exists()


def test_a_new_booking_is_offered_and_held_with_own_resources_alone():
    world = a_limited_world()
    url = f"{reverse('admin:bookings_booking_new')}?project={world.project.pk}"
    form = values_of(world.client.get(url))
    start = world.mine.start + 8 * HOUR
    held = world.client.post(url, form | {"take": start.isoformat(), "resource": ""})
    assert "Own chair" in text_of(held)
    assert list(Resource.objects.get(pk=world.other.pk).reservations.filter(start=start)) == []
    sent = form | {"resource": str(world.other.pk), "customer-name": "X", "confirmed": "on"}
    assert world.client.post(url, sent).status_code == 200
    assert not Booking.objects.filter(customer__name="X").exists()


def test_time_that_a_booking_of_others_takes_along_is_not_taken_in_silence():
    world = a_limited_world()
    both = a_project(world.other, world.own, name="Both", availability={"mode": "mutual"})
    start = world.mine.start + 12 * HOUR
    draft = a_draft(world.other, start, project=both)
    late = book(
        draft,
        graph="instant",
        by=SERVER,
        customer=_customer("Ottilie Canary", "", ""),
        companions=[world.own],
    )
    url = reverse("admin:bookings_booking_take_time")
    sent = {
        "who": [str(world.own.pk)],
        "first": f"{start:%Y-%m-%d}",
        "opens": f"{start:%H:%M}",
        "last": f"{start + HOUR:%Y-%m-%d}",
        "closes": f"{start + HOUR:%H:%M}",
    }
    said = text_of(world.client.post(url, sent))
    assert "a booking of others takes this time, too" in said
    assert "Canary" not in said
    assert not world.own.calendars.get().events.exclude(what="Own dentist").exists()
    day = {"date": f"{start:%Y-%m-%d}", "day": f"{start:%Y-%m-%d}"}
    for page in ("index", "bookings_booking_calendar"):
        shown = text_of(world.client.get(reverse(f"admin:{page}"), day))
        assert "Goes along with a booking of others" in shown
        assert late.reference not in shown
        assert "Canary" not in shown


def test_seats_are_moved_to_own_sessions_alone():
    world = a_limited_world()
    start = world.mine.start + timedelta(days=2)
    sessions = [a_session(one, start, seats=5) for one in (world.own, world.other)]
    Booking.objects.filter(pk=sessions[1].pk).update(what="Canary class")
    seat = a_seat(sessions[0])
    said = text_of(world.client.get(reverse("admin:bookings_booking_move", args=[seat.pk])))
    assert "Canary" not in said


def test_classes_and_series_tell_of_own_dates_alone():
    world = a_limited_world()
    later = world.mine.start + 24 * HOUR
    own, other = (a_session(one, later, seats=3, what=f"Class at {one}") for one in (world.own, world.other))
    a_seat(own)
    Customer.objects.filter(booking=a_seat(other)).update(name="Canary Sits", email="sits@canary.example")
    series = Series.objects.create(every_days=7)
    Booking.objects.filter(pk__in=[world.mine.pk, world.theirs.pk]).update(series=series)
    pages = {
        reverse("admin:bookings_booking_classes"): "Class at Own chair",
        reverse("admin:bookings_booking_class", args=[own.pk]): "Marty McFly",
        reverse("admin:bookings_booking_series", args=[world.mine.pk]): "Own chair",
        reverse("admin:bookings_booking_new_series"): "Own chair",
    }
    for url, shown in pages.items():
        said = text_of(world.client.get(url))
        assert shown in said, url
        assert not [canary for canary in CANARIES if canary in said], url
    for page, row in (("class", other), ("series", world.theirs)):
        assert world.client.get(reverse(f"admin:bookings_booking_{page}", args=[row.pk])).status_code == 404


def test_a_member_whose_resources_are_gone_sees_nothing_and_one_without_a_limit_all():
    world = a_limited_world()
    user = User.objects.get(username="manager")
    assert resources_seen_by(user) == {world.own.pk}
    StaffLimit.objects.update(resources=["00000000-0000-0000-0000-000000000001"])
    gone = User.objects.get(pk=user.pk)
    assert not limited(Booking.objects.all(), gone).exists()
    StaffLimit.objects.all().delete()
    assert limited(Booking.objects.all(), User.objects.get(pk=user.pk)).count() == 4


def test_nobody_is_found_by_what_was_given_elsewhere_alone():
    world = a_limited_world()
    start = world.mine.start + 26 * HOUR
    elsewhere = a_booking(
        world.other, start, customer=_customer("Martin Canary", "canary@example.com", "+49301234599")
    )
    person = Person.objects.get(name="Marty McFly")
    PersonBooking.objects.create(person=person, booking=elsewhere)
    for booking in (world.mine, elsewhere):
        customer = booking.customer
        key = people_keys.name_key(customer.name)
        for value in (customer.email, customer.phone):
            PersonAddress.objects.create(person=person, value=value, name_key=key)

    def found(typed):
        answer = world.client.get(reverse("admin:bookings_person_changelist"), {"q": typed})
        return answer.status_code == 302

    assert [found(typed) for typed in ("marty@ex", "+1 202 555", "mcfly", world.mine.reference.lower())] == [
        True
    ] * 4
    unseen = ("canary@ex", "+49 30 1234", elsewhere.reference)
    assert [found(typed) for typed in unseen] == [False] * 3
    Person.objects.filter(pk=person.pk).update(
        name="Martin Canary", name_key="martin canary", last_key="canary martin"
    )
    assert not found("canary")
    StaffLimit.objects.all().delete()
    assert [found(typed) for typed in unseen] == [True] * 3


def test_a_superuser_limits_a_member_and_both_histories_tell_before_and_after(admin):
    own, other = a_resource(name="Own chair"), a_resource(name="Canary chair")
    sent = {"username": "anna", "email": "", "role": "desk", "only_some": "on", "resources": [str(own.pk)]}
    assert "no-store" in admin.post(reverse("admin:auth_user_invite"), sent)["Cache-Control"]
    user = User.objects.get(username="anna")
    assert resources_seen_by(user) == {own.pk}
    url = reverse("admin:auth_user_member", args=[user.pk])
    form = values_of(admin.get(url))
    assert form["resources"] == str(own.pk)
    assert "Tick at least one" in text_of(admin.post(url, form | {"resources": []}))
    assert admin.post(url, form | {"resources": [str(own.pk), str(other.pk)]}).status_code == 302
    form = values_of(admin.get(url))
    del form["only_some"], form["resources"]
    assert admin.post(url, form).status_code == 302
    for page in (url, reverse("admin:auth_user_history", args=[user.pk])):
        said = text_of(admin.get(page))
        assert "Sees: Own chair, now: Canary chair, Own chair" in said
        assert "Sees: Canary chair, Own chair, now: all resources" in said
    assert not StaffLimit.objects.exists()
    rows = StaffLimit.history.order_by("history_id").values_list("history_type", flat=True)
    assert list(rows) == ["+", "~", "-"]


def test_hours_of_the_own_resource_are_edited_and_nothing_else_of_it():
    world = a_limited_world()
    url = reverse("admin:bookings_resource_change", args=[world.own.pk])
    page = world.client.get(url)
    assert "Own street" in text_of(page)
    assert "feed" not in text_of(page)
    sent = values_of(page) | {
        "weeklyhours-more-days": "0",
        "weeklyhours-more-ranges": "9-17",
        "name": "Taken over",
        "renew_feed": "on",
        "deleted_at_0": "2033-01-01",
    }
    before = Resource.objects.values().get(pk=world.own.pk)
    answer = world.client.post(url, sent)
    assert answer.status_code == 302, text_of(answer)
    assert [str(row.opens) for row in world.own.weeklyhours.all()] == ["09:00:00"]
    assert Resource.objects.values().get(pk=world.own.pk) == before
    theirs = reverse("admin:bookings_resource_change", args=[world.other.pk])
    assert world.client.post(theirs, sent).status_code == 404
    assert not world.other.weeklyhours.exists()
    said = text_of(world.client.get(reverse("admin:bookings_resource_history", args=[world.own.pk])))
    assert "09:00" in said


def test_the_desks_role_sees_hours_of_the_own_resource_and_changes_none():
    world = a_limited_world("desk")
    url = reverse("admin:bookings_resource_change", args=[world.own.pk])
    page = world.client.get(url)
    assert page.status_code == 200
    assert world.client.post(url, values_of(page)).status_code == 403
    chosen = {"action": "retire", "_selected_action": [str(world.own.pk)]}
    world.client.post(reverse("admin:bookings_resource_changelist"), chosen)
    assert Resource.objects.get(pk=world.own.pk).deleted_at is None


def test_why_not_names_nothing_of_others_that_decides():
    world = a_limited_world()
    both = a_project(world.other, world.own, name="Both", availability={"mode": "mutual"})
    start = world.mine.start + 12 * HOUR
    late = _customer("Ottilie Canary", "", "")
    draft = a_draft(world.other, start, project=both)
    taken = book(draft, graph="instant", by=SERVER, customer=late, companions=[world.own])
    asked = {"project": world.project.pk, "day": f"{start:%Y-%m-%d}", "clock": f"{start:%H:%M}"}
    url = reverse("admin:bookings_resource_why")
    said = text_of(world.client.get(url, asked | {"resource": world.own.pk}))
    assert "This time is not offered" in said
    assert "booking of others" in said
    assert taken.reference not in said
    assert not [canary for canary in CANARIES if canary in said]
    refused = text_of(world.client.get(url, asked | {"resource": world.other.pk}))
    assert "Select a valid choice" in refused
    assert "This time is" not in refused


def test_busy_time_is_entered_changed_and_removed_for_own_resources_alone():
    world = a_limited_world()
    add = reverse("admin:bookings_event_add")
    sent = {"first-day": "2033-07-14", "last-day": "2033-07-14", "all_day": "on", "what": "Ill"}
    for one, status in ((world.other, 200), (world.own, 302)):
        answer = world.client.post(add, sent | {"calendar": str(one.calendars.get().pk)})
        assert answer.status_code == status
    assert Event.objects.get(what="Ill").calendar.resource == world.own
    theirs, mine = (Event.objects.get(what=f"{whose} dentist") for whose in ("Canary", "Own"))
    for event, statuses in ((theirs, (404, 404)), (mine, (200, 302))):
        page = reverse("admin:bookings_event_change", args=[event.pk])
        gone = reverse("admin:bookings_event_delete", args=[event.pk])
        assert (world.client.get(page).status_code, world.client.post(gone).status_code) == statuses
    assert list(Event.objects.filter(what__endswith="dentist")) == [theirs]


def test_a_message_of_an_own_booking_is_tried_again_and_ticked_off_and_none_of_others():
    world = a_limited_world()
    theirs, mine = (
        OutboxMessage.objects.get(booking_id=one.pk, outcome="failed") for one in (world.theirs, world.mine)
    )
    untold = reverse("admin:bookings_outboxmessage_untold")
    world.client.post(untold, {"told": [str(theirs.pk), str(mine.pk)]})
    assert list(OutboxMessage.objects.filter(untold_at__isnull=False)) == [theirs]
    for one in (theirs, mine):
        world.client.post(reverse("admin:bookings_booking_retry", args=[one.pk]))
    assert list(OutboxMessage.objects.filter(outcome="failed")) == [theirs]


def test_a_suggestion_names_own_resources_alone_and_nothing_that_is_set_up():
    world = a_limited_world()
    url = reverse("admin:autocomplete")
    asked = {"app_label": "bookings", "model_name": "projectresource", "term": "chair"}
    said = text_of(world.client.get(url, asked | {"field_name": "resource"}))
    assert "Own chair" in said
    assert "Canary" not in said
    assert world.client.get(url, asked | {"field_name": "project"}).status_code == 403
