"""Secret calendar feeds of resources and projects."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from bookings.effects import feeds
from bookings.effects.feeds import feed_url
from bookings.lifecycle import Actor, act, book
from bookings.models import Booking, Customer, Feed, Resource
from tests.admin.conftest import values_of
from tests.situations import SERVER, a_booking, a_draft, a_project, a_resource, a_session, marty

HOUR = timedelta(hours=1)


@pytest.fixture
def doc(db):
    return a_resource(name="Doc Brown", feed=Feed.NAMES)


@pytest.fixture
def tomorrow():
    return (timezone.now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)


def path_of(owner):
    owner.refresh_from_db()
    return "/" + feed_url(owner).split("/", 3)[3]


def events(client, owner, **headers):
    answer = client.get(path_of(owner), **headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return [(str(one["SUMMARY"]), one.start) for one in Calendar.from_ical(answer.content).events]


def told(client, owner):
    return [summary.removesuffix(" – Marty McFly") for summary, _start in events(client, owner)]


def test_a_resource_without_a_feed_has_no_address(client, db):
    resource = a_resource(name="Einstein")
    assert feed_url(resource) == ""
    resource.feed = Feed.TIMES
    resource.save()
    address = path_of(resource)
    Resource.objects.filter(pk=resource.pk).update(feed="")
    assert client.get(address).status_code == 404


def test_a_feed_tells_what_is_booked_with_the_resource(client, doc, tomorrow):
    a_booking(doc, tomorrow, what="Flux capacitor")
    a_booking(a_resource(name="Marty"), tomorrow, what="Guitar")
    assert events(client, doc) == [("Flux capacitor – Marty McFly", tomorrow)]


def test_without_names_it_tells_when_and_no_more(client, doc, tomorrow):
    a_booking(doc, tomorrow, what="Flux capacitor", where="Lab", customer=marty())
    doc.feed = Feed.TIMES
    doc.save()
    body = client.get(path_of(doc)).content.decode()
    assert told(client, doc) == ["Booked"]
    for secret in ("Flux", "Lab", "Marty", "marty@example.com"):
        assert secret not in body
    assert "/b/" not in body


def test_what_was_cancelled_is_gone_and_what_moved_has_its_new_time(client, doc, tomorrow):
    gone = a_booking(doc, tomorrow, what="Gone")
    a_booking(doc, tomorrow + 2 * HOUR, what="Stays")
    act(gone, "cancel", by=Actor("staff"))
    assert told(client, doc) == ["Stays"]


def test_a_companion_sees_it_and_a_project_its_own_alone(client, doc, tomorrow):
    other, project = a_resource(name="Room", feed=Feed.NAMES), a_project(doc, feed=Feed.NAMES)
    book(
        a_draft(doc, tomorrow, what="Both"), graph="instant", by=SERVER, customer=marty(), companions=[other]
    )
    a_booking(doc, tomorrow + 2 * HOUR, what="Here", project=project)
    assert told(client, other) == ["Both"]
    assert told(client, project) == ["Here"]


def test_a_session_stands_once_with_how_many_places_are_taken(client, doc, tomorrow):
    session = a_session(doc, tomorrow, seats=3, what="Class")
    Booking.objects.filter(pk=session.pk).update(seats_taken=2)
    assert told(client, doc) == ["Class (2 places taken)"]


def test_it_reaches_six_weeks_back_and_into_what_is_to_come(client, doc, tomorrow):
    old, recent = (
        a_booking(doc, tomorrow + days * timedelta(days=1), what=what)
        for days, what in ((10, "Old"), (11, "Recent"))
    )
    for row, weeks in ((old, 7), (recent, 5)):
        start = tomorrow - timedelta(weeks=weeks)
        Booking.objects.filter(pk=row.pk).update(start=start, end=start + HOUR)
    assert told(client, doc) == ["Recent"]


def test_of_too_many_those_to_come_are_told_first(client, doc, tomorrow, monkeypatch):
    monkeypatch.setattr(feeds, "MOST", 2)
    past, soon, _later = (
        a_booking(doc, tomorrow + days * timedelta(days=1), what=what)
        for days, what in ((3, "Past"), (0, "Soon"), (1, "Later"))
    )
    start = tomorrow - timedelta(weeks=1)
    Booking.objects.filter(pk=past.pk).update(start=start, end=start + HOUR)
    assert told(client, doc) == ["Soon", "Later"]
    act(soon, "cancel", by=Actor("staff"))
    assert told(client, doc) == ["Later", "Past"]


def test_a_reader_that_has_it_is_told_so_until_something_changes(client, doc, tomorrow):
    row = a_booking(doc, tomorrow, what="Guitar", customer=marty())
    first = client.get(path_of(doc))
    known = {"HTTP_IF_NONE_MATCH": first["ETag"]}
    again = client.get(path_of(doc), **known)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    Customer.objects.filter(booking=row).update(name="Calvin Klein")
    assert "Calvin" in client.get(path_of(doc), **known).content.decode()


def test_it_says_how_often_to_read_it_and_is_kept_from_search_and_caches(client, doc):
    answer = client.get(path_of(doc))
    text = answer.content.decode()
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text
    assert "X-WR-CALNAME:Doc Brown" in text
    assert (answer["X-Robots-Tag"], answer["Cache-Control"]) == ("noindex", "private, no-cache")


def test_a_name_cannot_write_lines_of_its_own(client, doc, tomorrow):
    a_booking(doc, tomorrow, what="Guitar\r\nBEGIN:VEVENT", customer=marty())
    parsed = Calendar.from_ical(client.get(path_of(doc)).content)
    assert len(parsed.events) == 1


@pytest.mark.parametrize("change", [{"feed": Feed.TIMES}, {"feed_nonce": ""}, {"deleted_at": timezone.now()}])
def test_an_old_address_opens_nothing(client, doc, change):
    address = path_of(doc)
    for name, value in change.items():
        setattr(doc, name, value)
    doc.save()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "token", ["", "r", "x" * 60, "r" + "A" * 22, "r" + "A" * 22 + "sig", "ü" * 30, "r\x00"]
)
def test_what_is_no_address_opens_nothing(client, doc, token):
    assert client.get(f"/feeds/{token}.ics").status_code == 404


def test_an_address_of_a_resource_opens_no_project(client, doc):
    project = a_project(doc, feed=Feed.NAMES)
    mixed = path_of(project).replace("/feeds/p", "/feeds/r")
    assert client.get(mixed).status_code == 404


def test_more_bookings_ask_no_further_query(client, doc, tomorrow):
    address = path_of(doc)

    def asked():
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        now_and_then = ("PREPARE", 'INSERT INTO "bookings_requestcount"')  # once a connection, once a second
        return len([one for one in seen if not one["sql"].startswith(now_and_then)])

    asked()  # a process's first page looks up more
    before = asked()
    for hours in range(5):
        a_booking(doc, tomorrow + hours * HOUR, customer=marty())
    assert asked() == before <= 6


def test_only_reading_is_answered(client, doc):
    assert client.post(path_of(doc)).status_code == 405


def test_staff_give_a_feed_see_its_address_and_renew_it(admin_client, doc):
    page = reverse("admin:bookings_resource_change", args=[doc.pk])
    shown = admin_client.get(page)
    assert feed_url(doc) in shown.content.decode()
    before = feed_url(doc)
    answer = admin_client.post(page, values_of(shown) | {"renew_feed": "on"})
    assert answer.status_code == 302
    doc.refresh_from_db()
    assert doc.feed == Feed.NAMES
    assert feed_url(doc) not in {"", before}


def test_who_sees_no_bookings_sees_no_address(client, django_user_model, doc):

    designer = django_user_model.objects.create_user("ronald", password="x", is_staff=True)
    designer.groups.add(Group.objects.get(name="designer"))
    client.force_login(designer)
    page = client.get(reverse("admin:bookings_resource_change", args=[doc.pk])).content.decode()
    assert "Doc Brown" in page
    assert "/feeds/" not in page
