"""Links of video meetings: told to everybody once they are there, and promised to nobody before."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from icalendar import Calendar as Ics

from bookings.admin.today.wrong import wrongs_for
from bookings.calendars.connecting import disconnect
from bookings.effects import sms_words
from bookings.effects.feeds import feed_url
from bookings.effects.invitations import calendar_file
from bookings.effects.links import manage_url
from bookings.effects.news import News
from bookings.effects.recipients import recipient
from bookings.graphs.flow import Flow
from bookings.lifecycle import Actor, Pattern, act, book_series, reschedule, undo
from bookings.management.connected import meetings as doctors
from bookings.models import Booking, Connection, Feed, OutboxMessage, Resource, Site
from tests.calendars.conftest import soon
from tests.calendars.stand_in import Fault
from tests.calendars.test_inviting import mail_all, ten_minutes_later
from tests.calendars.worlds import connected, let_in, read_all, write_all
from tests.effects.test_reminders import AFTER, begun, by_mail
from tests.effects.test_reminders import work as remind
from tests.situations import (
    HOUR,
    SERVER,
    a_booking,
    a_draft,
    a_project,
    a_resource,
    a_seat,
    a_server_key,
    a_session,
    a_widget_key,
    at,
    copies,
    marty,
)

pytestmark = pytest.mark.django_db
OWNER, MARTY, JENNIFER = "anna@example.org", "marty@example.com", "jennifer@example.com"
ROOM, OTHER = "https://meet.example.org/anna", "https://meet.google.com/another"


@pytest.fixture(autouse=True)
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True


@pytest.fixture
def anna():
    return a_resource(name="Anna", email=OWNER)


def a_superuser() -> User:
    return User.objects.create_superuser("boss", "boss@example.org", "a secret password")


def to(mailoutbox, address: str) -> list[str]:
    """What each mail to the address says, in both its forms."""
    return [letter.body + str(letter.alternatives[0][0]) for letter in mailoutbox if letter.to == [address]]


def link_of(booking: Booking) -> str:
    return Booking.objects.in_full().get(pk=booking.pk).meeting_link


def entry(booking: Booking) -> dict[str, str]:
    """What the entry for a calendar says of where it is."""
    (event,) = Ics.from_ical(calendar_file(Booking.objects.in_full().get(pk=booking.pk))).events
    return {name: str(event.get(name, "")) for name in ("CONFERENCE", "LOCATION", "DESCRIPTION")}


def test_the_calendars_link_stands_in_each_mail_and_page_and_stays_when_moved(
    anna, kind, there, mailoutbox, client
):
    let_in(anna, kind, there)
    booking = a_booking(anna, soon(10), meeting="calendar", where="", invite=True, participants=[JENNIFER])
    mail_all()
    assert mailoutbox == []  # before it exists nothing promises it
    assert "ideo meeting" not in client.get(manage_url(booking)).content.decode()
    write_all()
    link = link_of(booking)
    assert link.startswith("https://")
    mail_all()
    (told,), (owner,) = to(mailoutbox, MARTY), to(mailoutbox, OWNER)
    assert told.count(link) >= 2
    assert owner.count(link) >= 2
    assert link in client.get(manage_url(booking)).content.decode()
    assert entry(booking)["CONFERENCE"] == entry(booking)["LOCATION"] == link
    booking = reschedule(booking, by=SERVER, start=soon(12), end=soon(13))
    assert link_of(booking) == link
    write_all()
    mail_all()
    assert (link_of(booking), len(there.has())) == (link, 1)
    assert link in to(mailoutbox, MARTY)[1]
    booking = act(booking, "cancel", by=SERVER)
    assert link_of(booking) == ""
    assert link not in client.get(manage_url(booking)).content.decode()
    assert "CONFERENCE" not in str(calendar_file(booking))
    write_all()
    mail_all()
    assert link not in to(mailoutbox, MARTY)[2]
    assert there.has() == []


def test_a_request_is_asked_for_once_by_an_id_of_the_bookings_own(anna, google):
    let_in(anna, "google", google)
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    (made,) = google.calls("POST", "/events")
    assert made.query["conferenceDataVersion"] == ["1"]
    asked = made.body["conferenceData"]["createRequest"]
    assert (asked["conferenceSolutionKey"], bool(asked["requestId"])) == ({"type": "hangoutsMeet"}, True)
    reschedule(booking, by=SERVER, start=soon(12), end=soon(13))
    write_all()
    assert all("conferenceData" not in one.body for one in google.calls("PATCH", "/events"))


def test_a_link_that_is_pending_is_asked_for_again_and_waited_for(anna, google, mailoutbox):
    let_in(anna, "google", google)
    google.makes_meetings = "later"
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    mail_all()
    assert (link_of(booking), mailoutbox) == ("", [])
    (event,) = google.has()
    google.person_meets(event["id"], OTHER)
    write_all()
    mail_all()
    assert link_of(booking) == OTHER
    assert OTHER in to(mailoutbox, MARTY)[0]
    assert len(to(mailoutbox, MARTY)) == 1
    assert not OutboxMessage.objects.waiting().filter(kind="calendar").exists()


def test_mails_wait_ten_minutes_and_a_later_mail_brings_the_link(anna, google, mailoutbox):
    let_in(anna, "google", google)
    google.makes_meetings = "later"
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    ten_minutes_later()
    mail_all()
    (told,) = to(mailoutbox, MARTY)
    assert "ideo meeting" not in told
    google.person_meets(google.has()[0]["id"], OTHER)
    read_all()
    mail_all()
    assert link_of(booking) == OTHER
    first, second = to(mailoutbox, MARTY)
    assert OTHER not in first
    assert OTHER in second
    assert len(to(mailoutbox, OWNER)) == 2
    read_all()
    mail_all()
    assert len(mailoutbox) == 4  # once


def test_a_link_that_somebody_replaced_over_there_is_told(anna, google, mailoutbox):
    let_in(anna, "google", google)
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    mail_all()
    google.person_meets(google.has()[0]["id"], OTHER)
    read_all()
    mail_all()
    assert link_of(booking) == OTHER
    assert OTHER in to(mailoutbox, MARTY)[1]


@pytest.mark.parametrize(
    "address", ["http://meet.example.org/x", "javascript:alert(1)", "https://a b", "//x"]
)
def test_what_is_no_https_address_is_no_link(anna, google, address):
    let_in(anna, "google", google)
    google.makes_meetings = "later"
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    google.person_meets(google.has()[0]["id"], address)
    write_all()
    read_all()
    assert link_of(booking) == ""


def test_a_calendar_that_makes_no_meetings_takes_the_booking_and_staff_are_told(anna, google, mailoutbox):
    project = a_project(anna, booking={"graph": "instant", "meeting": "calendar"})
    let_in(anna, "google", google)
    google.makes_meetings = "never"
    booking = a_booking(anna, soon(10), project=project, meeting="calendar")
    write_all()
    assert len(google.has()) == 1
    assert not OutboxMessage.objects.waiting().filter(kind="calendar").exists()
    boss = a_superuser()
    assert not any("no link" in one.sentence for one in wrongs_for(boss))
    ten_minutes_later()
    mail_all()
    assert "ideo meeting" not in to(mailoutbox, MARTY)[0]
    assert any(booking.reference in one.sentence for one in wrongs_for(boss))
    assert any("no link" in words for _good, words in doctors())


def test_without_a_calendar_that_can_make_one_mails_do_not_wait_and_doctor_says_why(
    anna, account, mailoutbox
):
    account.make_calendar("work")
    connected(anna, account, "--write", "work")
    a_project(anna, booking={"graph": "instant", "meeting": "calendar"})
    booking = a_booking(anna, soon(10), meeting="calendar")
    mail_all()
    (told,) = to(mailoutbox, MARTY)
    assert "ideo meeting" not in told
    assert link_of(booking) == ""
    ((good, words),) = doctors()
    assert (good, "Connect a Google" in words) == (False, True)


def test_a_provider_that_is_down_delays_a_mail_and_keeps_none(anna, kind, there, mailoutbox):
    let_in(anna, kind, there)
    there.faults = [Fault(method="POST") for _try in range(3)]
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    mail_all()
    assert mailoutbox == []
    ten_minutes_later()
    mail_all()
    assert len(to(mailoutbox, MARTY)) == 1
    write_all()
    mail_all()
    assert link_of(booking) in to(mailoutbox, MARTY)[1]


def test_an_undone_cancellation_has_the_link_of_its_new_event(anna, kind, there, mailoutbox):
    let_in(anna, kind, there)
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    before = link_of(booking)
    mail_all()
    act(booking, "cancel_by_customer", by=Actor.customer())
    write_all()
    again = undo(Booking.objects.get(pk=booking.pk), by=Actor.customer())
    write_all()
    mail_all()
    after = link_of(again)
    assert after.startswith("https://")
    assert after != before
    assert after in to(mailoutbox, MARTY)[-1]


def test_another_resource_makes_another_meeting(anna, google, mailoutbox):
    let_in(anna, "google", google)
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    moved = reschedule(booking, by=SERVER, resource=a_resource(name="Ben"))
    assert link_of(moved) == ""


def test_everybody_of_a_session_meets_at_its_link(anna, google, mailoutbox):
    let_in(anna, "google", google)
    session = a_session(anna, soon(10), seats=5, meeting="calendar")
    seat = a_seat(session, meeting="calendar")
    write_all()
    mail_all()
    assert link_of(seat) == link_of(session) != ""
    assert link_of(session) in to(mailoutbox, MARTY)[0]


def three_weeks(anna, **fields) -> list[Booking]:
    pattern = Pattern(
        draft=a_draft(anna, soon(10), **fields), flow=Flow.published("instant"), customer=marty()
    )
    starts = [soon(10) + number * timedelta(days=7) for number in range(3)]
    return book_series(pattern, starts, every_days=7, by=Actor("staff", "1"))


def entries_in(letter) -> list[str]:
    """The links of the dates that a mail brings into a calendar, by start."""
    events = [
        event
        for part in letter.message().walk()
        if part.get_content_type() == "application/ics"
        for event in Ics.from_ical(part.get_payload(decode=True)).events
    ]
    return [str(one.get("CONFERENCE", "")) for one in sorted(events, key=lambda one: one.start)]


def test_the_mail_of_a_series_has_the_link_of_each_date_beside_it(anna, kind, there, mailoutbox):
    let_in(anna, kind, there)
    made = three_weeks(anna, meeting="calendar", where="")
    mail_all()
    assert mailoutbox == []
    write_all()
    mail_all()
    links = [link_of(one) for one in made]
    assert len(set(links)) == 3
    (letter,) = [one for one in mailoutbox if one.to == [MARTY]]
    for text in (letter.body, str(letter.alternatives[0][0])):
        assert [text.count(link) for link in links] == [1, 1, 1]
        dates = [text.index(f"{one.start:%-d} {one.start:%B}") for one in made[1:]]
        assert text.index(links[0]) < dates[0] < text.index(links[1]) < dates[1] < text.index(links[2])
        assert "Join the video meeting" not in text  # there is no one meeting of them all
    assert entries_in(letter) == links
    (owner,) = to(mailoutbox, OWNER)
    assert all(link in owner for link in links)


def test_the_link_of_one_date_that_comes_later_is_told_with_that_date_alone(anna, google, mailoutbox):
    let_in(anna, "google", google)
    google.makes_meetings = "later"
    made = three_weeks(anna, meeting="calendar")
    write_all()
    first, second, third = sorted(google.has(), key=lambda one: one["start"]["dateTime"])
    google.person_meets(first["id"], f"{OTHER}-1")
    google.person_meets(third["id"], f"{OTHER}-3")
    write_all()
    mail_all()
    assert mailoutbox == []  # one is lacking
    ten_minutes_later()
    mail_all()
    (told,) = to(mailoutbox, MARTY)
    assert (f"{OTHER}-1" in told, f"{OTHER}-3" in told) == (True, True)
    google.person_meets(second["id"], f"{OTHER}-2")
    read_all()
    mail_all()
    _first, later = to(mailoutbox, MARTY)
    assert [f"{OTHER}-{number}" in later for number in (1, 2, 3)] == [False, True, False]
    assert f"{made[1].start:%-d} {made[1].start:%B}" in later
    assert len(to(mailoutbox, OWNER)) == 2
    read_all()
    mail_all()
    assert len(mailoutbox) == 4


def test_a_reminder_leads_into_the_meeting_before_it_and_not_after_it(anna, mailoutbox):
    Resource.objects.update(meeting_url=ROOM)
    a_booking(anna, soon(10), meeting="fixed", reminders=[by_mail()])
    remind()
    (before,) = to(mailoutbox, MARTY)
    assert ROOM in before
    begun(a_booking(anna, soon(12), meeting="fixed", reminders=[by_mail(AFTER)]), ago=4 * HOUR)
    remind()
    _before, later = to(mailoutbox, MARTY)
    assert ROOM not in later


def test_a_text_message_has_the_link_to_the_page_and_the_page_the_meetings(anna, client):
    Resource.objects.update(meeting_url=ROOM)
    booking = Booking.objects.in_full().get(pk=a_booking(anna, soon(10), meeting="fixed").pk)
    news = News(
        mail="booked",
        booking=booking,
        recipient=recipient(booking, "customer", Site.current()),
        site=Site.current(),
    )
    said = sms_words.text(news)
    assert said.endswith(manage_url(booking))
    assert ROOM not in said
    assert ROOM in client.get(manage_url(booking)).content.decode()


def test_feeds_with_names_carry_the_link_as_it_is_now_and_those_without_say_nothing_of_it(anna, client):
    Resource.objects.update(meeting_url=ROOM, feed=Feed.NAMES)
    a_booking(anna, soon(10), meeting="fixed", where="")
    anna.refresh_from_db()
    address = "/" + feed_url(anna).split("/", 3)[3]
    answer = client.get(address)
    (event,) = Ics.from_ical(answer.content).events
    assert (str(event["CONFERENCE"]), str(event["LOCATION"])) == (ROOM, ROOM)
    known = {"HTTP_IF_NONE_MATCH": answer["ETag"]}
    assert client.get(address, **known).status_code == 304
    Resource.objects.update(meeting_url=OTHER)
    assert OTHER in client.get(address, **known).content.decode().replace("\r\n ", "")
    Resource.objects.update(feed=Feed.TIMES)
    anna.refresh_from_db()
    body = client.get("/" + feed_url(anna).split("/", 3)[3]).content.decode()
    assert "CONFERENCE" not in body
    assert "meet." not in body


def test_each_booking_has_a_room_of_its_own_at_jitsi_that_stays_when_it_moves(anna, settings, mailoutbox):
    settings.JITSI_URL = "https://meet.example.org"
    one, other = (a_booking(anna, soon(hour), meeting="jitsi", where="") for hour in (8, 9))
    assert link_of(one) != link_of(other)
    room = link_of(one).removeprefix("https://meet.example.org/")
    assert len(room) == 24
    mail_all()
    assert any(link_of(one) in told for told in to(mailoutbox, MARTY))
    assert link_of(reschedule(one, by=SERVER, start=soon(12), end=soon(13))).endswith(room)


def test_without_an_address_for_rooms_staff_are_told(anna):
    booking = a_booking(anna, soon(8), meeting="jitsi")
    ten_minutes_later()
    assert link_of(booking) == ""
    (wrong,) = [one for one in wrongs_for(a_superuser()) if booking.reference in one.sentence]
    assert "JITSI_URL" in wrong.cure


def test_a_fixed_link_is_the_resources_as_it_is_now(anna):
    booking = a_booking(anna, soon(8), meeting="fixed", where="Room 3")
    assert link_of(booking) == ""
    Resource.objects.update(meeting_url=ROOM)
    assert link_of(booking) == ROOM
    assert entry(booking)["CONFERENCE"] == ROOM
    assert entry(booking)["LOCATION"] == "Room 3"
    assert ROOM in entry(booking)["DESCRIPTION"]


def test_a_request_that_waits_for_its_answer_has_no_link_yet(anna):
    Resource.objects.update(meeting_url=ROOM)
    booking = a_booking(anna, soon(8), graph="confirm_decline", meeting="fixed")
    assert link_of(booking) == ""
    assert link_of(act(booking, "confirm", by=SERVER)) == ROOM


def test_links_made_elsewhere_stand_in_the_connected_calendar_as_the_project_lets_it(anna, google):
    let_in(anna, "google", google)
    Resource.objects.update(meeting_url=ROOM)
    shown = a_project(anna)
    hidden = a_project(anna, calendar_words="nothing")
    a_booking(anna, soon(8), project=shown, meeting="fixed", where="")
    a_booking(anna, soon(9), project=hidden, meeting="fixed", where="")
    write_all()
    first, second = sorted(google.has(), key=lambda one: one["start"]["dateTime"])
    assert first["location"] == ROOM
    assert ROOM not in str(second)


@pytest.mark.parametrize(
    "address", ["http://x.example.org", "javascript:alert(1)", "https://u:p@x.example.org", "x"]
)
def test_a_resources_link_is_an_https_address(anna, address):
    anna.meeting_url = address
    with pytest.raises(Exception, match="https://"):
        anna.full_clean()


def test_a_link_is_escaped_wherever_it_stands(anna, client, mailoutbox):
    Resource.objects.update(meeting_url="https://meet.example.org/a?b=1&c=2")
    booking = a_booking(anna, soon(8), meeting="fixed")
    assert 'href="https://meet.example.org/a?b=1&amp;c=2"' in client.get(manage_url(booking)).content.decode()
    mail_all()
    assert "https://meet.example.org/a?b=1&c=2" in mailoutbox[0].body
    assert 'https://meet.example.org/a?b=1&amp;c=2"' in str(mailoutbox[0].alternatives[0][0])


def posted(client, key, body, include="meeting_url"):
    return client.post(
        f"/v2/bookings?include={include}",
        body,
        content_type="application/json",
        headers={"Authorization": "Basic " + b64encode(f":{key}".encode()).decode()},
    )


def test_the_api_takes_a_projects_meeting_and_tells_the_link_to_its_own_keys_alone(anna, client):
    Resource.objects.update(meeting_url=ROOM)
    project = a_project(anna, booking={"graph": "instant", "meeting": "fixed"})
    _row, server = a_server_key()
    _row, widget = a_widget_key(project)
    body = {
        "project_id": str(project.pk),
        "resource_id": str(anna.pk),
        "start": soon(8).isoformat(),
        "end": soon(9).isoformat(),
        "customer": {"name": "Marty", "email": MARTY},
    }
    answer = posted(client, server, body)
    assert (answer.status_code, answer.json()["data"]["meeting_url"]) == (201, ROOM)
    refused = posted(client, server, body | {"meeting": "zoom"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["meeting"])
    later = body | {"start": soon(10).isoformat(), "end": soon(11).isoformat()}
    own = posted(client, server, later | {"meeting": "none"})
    assert (own.status_code, own.json()["data"]["meeting_url"]) == (201, None)
    assert posted(client, widget, body | {"meeting": "none"}).status_code == 403
    last = body | {"start": soon(12).isoformat(), "end": soon(13).isoformat()}
    seen = posted(client, widget, last, include="meeting_url,resource,resource.meeting_url").json()["data"]
    assert (seen["meeting_url"], "meeting_url" in seen["resource"]) == (ROOM, False)


def test_disconnecting_leaves_the_link_that_was_told(anna, google):
    connection = let_in(anna, "google", google)
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    link = link_of(booking)
    disconnect(connection, keep_events=True)
    assert not Connection.objects.exists()
    assert link_of(booking) == link != ""


@pytest.mark.parametrize("done", [True, False])
def test_a_worker_killed_while_it_writes_leaves_one_event_and_one_link(anna, kind, there, mailoutbox, done):
    let_in(anna, kind, there)
    there.faults = [Fault(method="POST", done=done, half=True)]
    booking = a_booking(anna, soon(10), meeting="calendar")
    write_all()
    mail_all()
    assert len(there.has()) == 1
    assert link_of(booking) in to(mailoutbox, MARTY)[0]
    assert len(to(mailoutbox, MARTY)) == 1


def test_what_has_no_link_is_found_by_its_index_among_many():
    Booking.objects.bulk_create(copies(a_booking(a_resource(), at(9)), 3000))
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    soonest = Booking.objects.without_link().order_by("start")[:100]
    for rows in (
        soonest,
        Booking.objects.filter(pk__in=soonest.values("pk")),
    ):  # the list, the number of the bar
        plan = rows.explain()
        assert "booking_without_link" in plan, plan
        assert "Seq Scan on bookings_booking" not in plan
        assert "SCAN bookings_booking\n" not in f"{plan}\n"
