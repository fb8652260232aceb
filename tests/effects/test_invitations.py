"""An invitation appears, moves and vanishes in the reader's calendar, at the right hour in summer and winter."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from bookings.effects.invitations import calendar_file
from bookings.lifecycle import Actor, act, correct, reschedule
from bookings.models import Booking, Customer
from tests.effects.conftest import work
from tests.situations import HOUR, a_booking, a_resource, at

pytestmark = pytest.mark.django_db
DOC, MARTY = "doc@example.com", "marty@example.com"


def doc(**fields):
    return a_resource(**({"email": DOC, "timezone": "Europe/Berlin", "name": "Doc Brown"} | fields))


def invitations(mailoutbox, address=MARTY):
    """The calendars sent to ``address``, in order, read back by a parser."""
    found = []
    for letter in mailoutbox:
        parts = [part for part in letter.message().walk() if part.get_content_type() == "text/calendar"]
        if letter.to == [address] and parts:
            (part,) = parts
            calendar = Calendar.from_ical(part.get_payload(decode=True))
            assert part.get_param("method") == str(calendar["METHOD"])
            found.append(calendar)
    return found


def event_of(calendar):
    (event,) = calendar.walk("VEVENT")
    return event


def test_create_move_cancel_is_one_event_for_life(mailoutbox):
    booking = a_booking(doc(), at(9))
    work()
    moved = reschedule(booking, start=at(14), end=at(15), by=Actor.customer())
    work()
    act(moved, "cancel_by_customer", by=Actor.customer())
    work()
    for address in (MARTY, DOC):
        calendars = invitations(mailoutbox, address)
        events = [event_of(calendar) for calendar in calendars]
        assert [str(calendar["METHOD"]) for calendar in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
        assert {str(event["UID"]) for event in events} == {str(booking.uid)}
        assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
        assert [event.start for event in events] == [at(9), at(14), at(14)]
        assert [event.end for event in events] == [at(10), at(15), at(15)]
        assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_an_owner_whom_a_booking_leaves_is_told_and_loses_the_event(mailoutbox):
    booking = a_booking(doc(), at(9))
    work()
    clara = a_resource(email="clara@example.com", timezone="Europe/Berlin")
    moved = reschedule(booking, by=Actor.customer(), start=at(12), end=at(13), resource=clara)
    work()
    first, last = invitations(mailoutbox, DOC)
    assert [str(one["METHOD"]) for one in (first, last)] == ["REQUEST", "CANCEL"]
    assert event_of(first)["UID"] == event_of(last)["UID"]
    assert [event_of(one)["SEQUENCE"] for one in (first, last)] == [0, moved.sequence]
    assert event_of(last)["DTSTART"].dt == event_of(first)["DTSTART"].dt
    letter = [one for one in mailoutbox if one.to == [DOC]][-1]
    assert "Your time is free again" in letter.body
    assert "12:00" not in letter.body  # the new time is no business of theirs
    (new,) = invitations(mailoutbox, "clara@example.com")
    assert str(new["METHOD"]) == "REQUEST"


def test_an_owner_who_never_heard_of_it_or_has_it_again_hears_of_no_departure(mailoutbox):
    brown, clara = doc(), a_resource(email="clara@example.com")
    booking = a_booking(brown, at(9))
    moved = reschedule(booking, by=Actor.customer(), start=at(12), end=at(13), resource=clara)
    work()
    assert invitations(mailoutbox, DOC) == []
    back = reschedule(moved, by=Actor.customer(), start=at(14), end=at(15), resource=brown)
    reschedule(back, by=Actor.customer(), start=at(15), end=at(16), resource=clara)
    work()
    assert [str(one["METHOD"]) for one in invitations(mailoutbox, DOC)] == []
    assert [str(one["METHOD"]) for one in invitations(mailoutbox, "clara@example.com")] == ["REQUEST"] * 2


def test_the_organiser_is_the_site_and_never_the_attendee(mailoutbox, settings):
    a_booking(doc(), at(9))
    work()
    for address in (MARTY, DOC):
        event = event_of(invitations(mailoutbox, address)[0])
        assert str(event["ORGANIZER"]) == "mailto:booking@testserver"
        assert str(event["ATTENDEE"]) == f"mailto:{address}"


def test_whoever_is_the_organiser_gets_the_event_without_an_invitation(mailoutbox, settings):
    settings.DEFAULT_FROM_EMAIL = "Doc <DOC@example.com>"
    a_booking(doc(), at(9))
    work()
    (calendar,) = invitations(mailoutbox, DOC)
    assert str(calendar["METHOD"]) == "PUBLISH"
    assert "ATTENDEE" not in event_of(calendar)


def test_a_request_invites_nobody_before_it_is_accepted(mailoutbox):
    booking = a_booking(doc(), at(9), graph="request")
    work()
    assert invitations(mailoutbox) == []
    act(booking, "confirm", by=Actor.owner())
    work()
    assert [str(calendar["METHOD"]) for calendar in invitations(mailoutbox)] == ["REQUEST"]


def test_a_request_that_was_declined_cancels_nothing(mailoutbox):
    act(a_booking(doc(), at(9), graph="request"), "decline", by=Actor.owner())
    work()
    assert invitations(mailoutbox) == []


def test_a_request_that_moves_while_it_waits_invites_nobody(mailoutbox):
    booking = a_booking(doc(), at(9), graph="request")
    reschedule(booking, start=at(12), end=at(13), by=Actor.customer())
    work()
    assert invitations(mailoutbox) == []


def test_a_correction_raises_the_sequence_of_what_follows(mailoutbox):
    booking = a_booking(doc(), at(9))
    work()
    act(correct(booking, by=Actor("key"), changes={"where": "Clock tower"}), "cancel", by=Actor.owner())
    work()
    assert [event_of(calendar)["SEQUENCE"] for calendar in invitations(mailoutbox)] == [0, 2]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Africa/Casablanca", "UTC"])
@pytest.mark.parametrize("month", [1, 7])
def test_times_are_written_in_utc_and_no_zone_beside_them(zone, month):
    """Outlook reads no RDATE, and would show a booking in summer an hour late."""
    start = datetime(2033, month, 27, 8, 30, 0, 999_999, tzinfo=UTC)
    content = calendar_file(a_booking(doc(timezone=zone), start))
    calendar = Calendar.from_ical(content)
    assert event_of(calendar)["DTSTART"].to_ical() == f"20330{month}27T083000Z".encode()
    assert event_of(calendar)["DTEND"].to_ical() == f"20330{month}27T093000Z".encode()
    for absent in (b"VTIMEZONE", b"RDATE", b"TZID"):
        assert absent not in content


def test_what_was_typed_adds_no_line(mailoutbox):
    evil = 'Lunch\r\nATTENDEE:mailto:eve@example.com\x0b; "x", \\ ,'
    customer = Customer(name=evil, email=MARTY)
    booking = a_booking(doc(name=evil), at(9), customer=customer, what=evil, where=evil, description=evil)
    work()
    for address in (MARTY, DOC):
        event = event_of(invitations(mailoutbox, address)[0])
        assert str(event["ATTENDEE"]) == f"mailto:{address}"
        assert "\n" not in str(event["LOCATION"]) + str(event["SUMMARY"])
        assert "Lunch\nATTENDEE:mailto:eve@example.com" in str(event["DESCRIPTION"])
    assert calendar_file(booking).count(b"\r\nATTENDEE") == 0
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]", calendar_file(booking))


def test_each_reader_gets_the_own_link(mailoutbox):
    a_booking(doc(), at(9))
    work()
    assert str(event_of(invitations(mailoutbox, MARTY)[0])["URL"]).startswith("http://testserver/b/")
    assert b"/o/" not in invitations(mailoutbox, MARTY)[0].to_ical()
    assert str(event_of(invitations(mailoutbox, DOC)[0])["URL"]).startswith("http://testserver/o/")


def test_a_file_to_download_says_how_sure_the_booking_is():
    booking = a_booking(doc(), at(9), HOUR, graph="request")
    assert str(event_of(Calendar.from_ical(calendar_file(booking)))["STATUS"]) == "TENTATIVE"
    confirmed = act(booking, "confirm", by=Actor.owner())
    assert str(event_of(Calendar.from_ical(calendar_file(confirmed)))["STATUS"]) == "CONFIRMED"
    cancelled = act(confirmed, "cancel", by=Actor.owner())
    assert str(event_of(Calendar.from_ical(calendar_file(cancelled)))["STATUS"]) == "CANCELLED"
    assert Booking.objects.count() == 1
