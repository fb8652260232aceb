"""Who brings a booking into whose calendar: the provider or our own mail, and each reader from one of them alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from bookings.calendars.connecting import Choice, choose, settle_calendars
from bookings.calendars.kinds import provider_of
from bookings.effects.outbox import Sender
from bookings.lifecycle import Actor, act, reschedule
from bookings.management.sending import HANDLERS
from bookings.models import Booking, CalendarEntry, OutboxMessage
from tests.api.conftest import server
from tests.calendars.conftest import soon
from tests.calendars.google import Google
from tests.calendars.stand_in import Fault
from tests.calendars.worlds import connected, let_in, write_all
from tests.situations import SERVER, a_booking, a_project, a_resource

pytestmark = pytest.mark.django_db
__all__ = ["server"]
OWNER, MARTY, JENNIFER = "anna@example.org", "marty@example.com", "jennifer@example.com"


@pytest.fixture(autouse=True)
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True


@pytest.fixture
def anna():
    return a_resource(name="Anna", email=OWNER)


def mail_all() -> None:
    """Let a worker send what may be sent, and ask again for what waits."""
    for _again in range(3):
        OutboxMessage.objects.waiting().filter(kind="mail").update(run_after=Now() - timedelta(seconds=1))
        sender = Sender({"mail": HANDLERS["mail"]})
        while (message := sender.take()) is not None:
            sender.send(message)


def ten_minutes_later() -> None:
    ago = timedelta(minutes=10)
    Booking.objects.update(state_entered_at=F("state_entered_at") - ago, created_at=F("created_at") - ago)
    CalendarEntry.objects.update(lease_until=None)


def methods(mailoutbox, address: str) -> list[str | None]:
    """What each mail to the address does to its reader's calendar, None where it does nothing."""
    return [
        next(
            (
                str(part.get_param("method"))
                for part in letter.message().walk()
                if part.get_content_type() == "text/calendar"
            ),
            None,
        )
        for letter in mailoutbox
        if letter.to == [address]
    ]


def mailed(there) -> list[tuple[str, str]]:
    """Whom the provider mailed, and what."""
    return [(one.to, one.what) for one in there.mailed]


@pytest.mark.parametrize("invite", [True, False])
@pytest.mark.parametrize("customer_named", [True, False])
@pytest.mark.parametrize("owner_named", [True, False])
def test_each_is_told_by_one_and_no_calendar_has_it_twice(
    anna, kind, there, mailoutbox, invite, customer_named, owner_named
):
    let_in(anna, kind, there)
    named = [JENNIFER, *([MARTY] if customer_named else []), *([OWNER] if owner_named else [])]
    booking = a_booking(anna, soon(10), invite=invite, participants=named, my_rsvp="tentative")
    write_all()
    mail_all()
    booking = reschedule(booking, by=SERVER, start=soon(12), end=soon(13))
    write_all()
    mail_all()
    act(booking, "cancel", by=SERVER)
    write_all()
    mail_all()
    invited = sorted({JENNIFER, MARTY} & set(named)) if invite else []
    assert mailed(there) == [(one, what) for what in ("invited", "changed", "cancelled") for one in invited]
    by_us = [None, None, None] if MARTY in invited else ["REQUEST", "REQUEST", "CANCEL"]
    assert methods(mailoutbox, MARTY) == by_us
    assert methods(mailoutbox, JENNIFER) == []
    assert methods(mailoutbox, OWNER) == [None, None]  # it stands in the owner's own calendar


def test_without_invite_participants_stand_where_nobody_is_mailed_for_it(anna, kind, there):
    let_in(anna, kind, there)
    a_booking(anna, soon(10), participants=[JENNIFER, OWNER], my_rsvp="declined")
    write_all()
    (event,) = there.has()
    assert there.mailed == []
    if isinstance(there, Google):
        answers = {one["email"]: one["responseStatus"] for one in event["attendees"]}
        assert answers == {JENNIFER: "needsAction", OWNER: "declined"}
    else:
        assert event["attendees"] == []
        assert JENNIFER in event["body"]["content"]
        assert event["showAs"] == "free"


def test_a_provider_that_does_not_take_it_for_ten_minutes_leaves_inviting_to_our_mail(
    anna, kind, there, mailoutbox
):
    let_in(anna, kind, there)
    there.faults = [Fault(method="POST") for _try in range(3)]
    booking = a_booking(anna, soon(10), invite=True, participants=[MARTY, JENNIFER])
    write_all()
    mail_all()
    assert (methods(mailoutbox, MARTY), methods(mailoutbox, JENNIFER)) == ([], [])
    assert methods(mailoutbox, OWNER) == [None]
    waiting = OutboxMessage.objects.waiting().filter(kind="mail")
    assert set(waiting.values_list("attempts", "payload__to")) == {(0, "customer"), (0, "participants")}
    ten_minutes_later()
    mail_all()
    assert (methods(mailoutbox, MARTY), methods(mailoutbox, JENNIFER)) == (["REQUEST"], ["REQUEST"])
    write_all()
    assert len(there.has()) == 1
    booking = reschedule(booking, by=SERVER, start=soon(12), end=soon(13))
    mail_all()
    write_all()
    act(booking, "cancel", by=SERVER)
    mail_all()
    write_all()
    for address in (MARTY, JENNIFER):
        assert methods(mailoutbox, address) == ["REQUEST", "REQUEST", "CANCEL"]
    assert mailed(there) == []
    assert there.has() == []


def test_what_the_provider_took_in_time_is_its_to_tell_however_late_our_mail_is(
    anna, kind, there, mailoutbox
):
    let_in(anna, kind, there)
    a_booking(anna, soon(10), invite=True, participants=[MARTY])
    write_all()
    ten_minutes_later()
    mail_all()
    assert methods(mailoutbox, MARTY) == [None]
    assert mailed(there) == [(MARTY, "invited")]


def test_while_a_worker_is_writing_it_our_mail_decides_nothing(anna, kind, there, mailoutbox):
    let_in(anna, kind, there)
    booking = a_booking(anna, soon(10), invite=True, participants=[MARTY])
    mail_all()
    ten_minutes_later()
    CalendarEntry.objects.filter(uid=booking.uid).update(lease_until=Now() + timedelta(minutes=3))
    mail_all()
    assert methods(mailoutbox, MARTY) == []
    assert not CalendarEntry.objects.get(uid=booking.uid).silent


def test_a_worker_killed_after_the_provider_took_it_leaves_one_invitation(anna, kind, there, mailoutbox):
    let_in(anna, kind, there)
    there.faults = [Fault(method="POST", done=True)]
    a_booking(anna, soon(10), invite=True, participants=[MARTY])
    write_all()
    mail_all()
    assert (mailed(there), methods(mailoutbox, MARTY)) == ([(MARTY, "invited")], [None])


def test_without_a_provider_our_own_mail_invites_each_participant(anna, mailoutbox):
    project = a_project(anna, name="Haircut")
    named = [JENNIFER, JENNIFER.upper(), MARTY, OWNER]
    booking = a_booking(anna, soon(10), project=project, invite=True, participants=named)
    mail_all()
    assert methods(mailoutbox, JENNIFER) == ["REQUEST"]
    assert (methods(mailoutbox, MARTY), methods(mailoutbox, OWNER)) == (["REQUEST"], ["REQUEST"])
    (letter,) = [one for one in mailoutbox if one.to == [JENNIFER]]
    whole = "".join(str(part.get_payload(decode=True)) for part in letter.message().walk()).replace(
        "\\r\\n ", ""
    )
    assert "You are invited" in letter.body
    for secret in (
        "/b/",
        "/o/",
        "555",
        "At 10:04",
        MARTY,
    ):  # neither a link that changes it nor what was answered
        assert secret not in letter.body + whole
    act(booking, "cancel_by_customer", by=Actor.customer())
    mail_all()
    assert methods(mailoutbox, JENNIFER) == ["REQUEST", "CANCEL"]


def test_without_invite_and_a_provider_nobody_but_customer_and_owner_is_mailed(anna, mailoutbox):
    a_booking(anna, soon(10), participants=[JENNIFER])
    mail_all()
    assert {address for letter in mailoutbox for address in letter.to} == {MARTY, OWNER}


def test_what_was_booked_before_the_calendar_was_connected_is_not_told_again(anna, kind, there, mailoutbox):
    booking = a_booking(anna, soon(10), invite=True, participants=[MARTY, JENNIFER])
    mail_all()
    let_in(anna, kind, there)
    write_all()
    assert (len(there.has()), mailed(there)) == (1, [])
    reschedule(booking, by=SERVER, start=soon(12), end=soon(13))
    write_all()
    mail_all()
    for address in (MARTY, JENNIFER, OWNER):
        assert methods(mailoutbox, address) == ["REQUEST", "REQUEST"]
    assert mailed(there) == []


def test_of_several_calendars_one_invites(anna, kind, there, mailoutbox):
    room = a_resource(name="Room")
    project = a_project(anna, room, availability={"mode": "mutual"})
    let_in(anna, kind, there)
    connection = let_in(room, kind, there)
    there.has_another("second")
    settle_calendars(connection, provider_of(connection).calendars())
    second = connection.calendars.get(provider_id="second").pk
    choose(connection, Choice(read=frozenset(), write=frozenset([second]), primary=second))
    booking = a_booking(anna, soon(10), project=project, invite=True, participants=[MARTY])
    booking.companions.add(room)
    write_all()
    mail_all()
    assert (mailed(there), methods(mailoutbox, MARTY)) == ([(MARTY, "invited")], [None])
    assert CalendarEntry.objects.exclude(event="").count() == 2


def test_a_caldav_server_may_not_mail_so_our_mail_invites(anna, account, mailoutbox):
    account.make_calendar("work")
    connected(anna, account, "--primary", "work")
    a_booking(anna, soon(10), invite=True, participants=[MARTY, JENNIFER])
    write_all()
    mail_all()
    assert (methods(mailoutbox, MARTY), methods(mailoutbox, JENNIFER)) == (["REQUEST"], ["REQUEST"])
    assert "SCHEDULE-AGENT=CLIENT" in account.texts("work")[0].replace("\r\n ", "")


def test_a_project_that_says_nothing_of_customers_still_lets_guests_be_invited(anna, kind, there, mailoutbox):
    let_in(anna, kind, there)
    project = a_project(anna, calendar_words="nothing")
    a_booking(anna, soon(10), project=project, invite=True, participants=[MARTY])
    write_all()
    mail_all()
    assert (mailed(there), methods(mailoutbox, MARTY)) == ([(MARTY, "invited")], [None])


def test_the_api_says_whom_the_provider_invites_and_how_the_owner_answers(
    server, anna, kind, there, mailoutbox
):
    let_in(anna, kind, there)
    made = server.made(
        "/bookings",
        {
            "resource_id": str(anna.pk),
            "graph": "instant",
            "start": soon(10).isoformat(),
            "end": soon(11).isoformat(),
            "what": "A haircut",
            "where": "Here",
            "description": "Short",
            "customer": {"name": "Marty", "email": MARTY},
            "invite": True,
            "participants": [MARTY, OWNER],
            "my_rsvp": "tentative",
        },
    )
    assert made["state"] == "confirmed"
    write_all()
    mail_all()
    assert (mailed(there), methods(mailoutbox, MARTY)) == ([(MARTY, "invited")], [None])
    (event,) = there.has()
    if isinstance(there, Google):
        assert ("tentative", OWNER) in [(one["responseStatus"], one["email"]) for one in event["attendees"]]
    else:
        assert event["showAs"] == "tentative"
