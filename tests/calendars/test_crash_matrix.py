"""A worker that is killed at any step of writing, moving, cancelling or reading leaves one event and one mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from bookings.lifecycle import act, reschedule
from bookings.models import Booking, Calendar, CalendarEntry, OutboxMessage
from tests.calendars.conftest import soon
from tests.calendars.test_bad_days_of_the_worker import AtGoogle, AtRadicale, killed_at, let_in
from tests.calendars.test_inviting import mail_all, ten_minutes_later
from tests.calendars.test_leftovers import anna as anna
from tests.calendars.test_leftovers import person as person
from tests.calendars.test_leftovers import said_to_be_gone
from tests.calendars.worlds import busy, read_all, write_all
from tests.situations import HOUR, SERVER, a_booking, a_resource

pytestmark = pytest.mark.django_db(transaction=True)
GUEST = "marty@example.com"
MOST_STEPS = 60


def steps(work: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Each step in turn at which ``work`` can be killed; the caller makes the world ready before, and looks after."""
    for step in range(1, MOST_STEPS):
        yield step
        with killed_at(step, monkeypatch) as left:
            work()
        if left[0] > 0:
            assert step > 4
            return
    pytest.fail("It has no end.")


def test_writing_moving_and_cancelling_leave_one_event_and_one_mail_of_each(anna, person, monkeypatch):
    """Day by day: what is killed on one is finished before the next."""
    booked = Counter()
    for deed in ("write", "move", "cancel"):
        booking = None
        for _step in steps(write_all, monkeypatch):
            if booking is not None:
                _finished(anna, person, booking, deed)
            start = soon(0, days=2) + booked.total() * 2 * HOUR
            booking = a_booking(anna, start, invite=True, participants=[GUEST])
            booked[deed] += 1
            if deed != "write":
                write_all()
            if deed == "move":
                booking = reschedule(booking, by=SERVER, start=start + HOUR, end=start + 2 * HOUR)
            elif deed == "cancel":
                booking = act(booking, "cancel", by=SERVER)
        _finished(anna, person, booking, deed)
    if isinstance(person, AtRadicale):  # such a server mails nobody
        return
    told = Counter((mail.event, mail.what) for mail in person.there.mailed)
    assert set(told.values()) == {1}
    assert Counter(what for _event, what in told) == {
        "invited": booked.total(),
        "changed": booked["move"],
        "cancelled": booked.total(),
    }


def _finished(anna, person, booking, deed: str) -> None:
    """Another worker goes on; then the booking goes, so that the next begins in an empty calendar."""
    read_all()  # before the next try: what was written is no conflict
    write_all()
    read_all()
    wanted = [] if deed == "cancel" else [(booking.start, booking.end)]
    assert sorted(person.stands().values()) == wanted
    assert not CalendarEntry.objects.conflicting()
    assert busy(anna) == []
    if deed != "cancel":
        act(booking, "cancel", by=SERVER)
        write_all()


def test_reading_leaves_what_is_there(anna, person, monkeypatch):
    spans: list[tuple] = []
    theirs: list[str] = []
    for step in steps(read_all, monkeypatch):
        if step > 1:
            read_all()
            assert busy(anna) == sorted(spans)
            assert Calendar.objects.exclude(cursor="").count() == 1
        start = soon(0, days=2) + step * HOUR
        if step % 3 == 0:  # one moves as well, and one goes
            spans.remove(person.stands()[theirs[0]])
            person.deletes(theirs.pop(0))
        theirs.append(person.puts((start, start + HOUR)))
        spans.append((start, start + HOUR))
    read_all()
    assert busy(anna) == sorted(spans)


@pytest.mark.parametrize("person", ["google"], indirect=True)
def test_what_was_said_to_be_gone_and_is_there_goes_once_it_is_read(anna, person, monkeypatch):
    """Killed while it is found, and while it is taken away."""

    def read_and_write() -> None:
        read_all()
        write_all()

    for step in steps(read_and_write, monkeypatch):
        if step > 1:
            read_and_write()
            assert person.stands() == {}
        booking = a_booking(anna, soon(0, days=2) + step * HOUR)
        write_all()
        act(booking, "cancel", by=SERVER)
        said_to_be_gone(person, looked_at=True)
        write_all()
        assert len(person.stands()) == 1
    read_and_write()
    assert person.stands() == {}
    assert busy(anna) == []


@pytest.mark.parametrize("person", ["google", "microsoft"], indirect=True)
def test_a_meeting_has_one_event_one_link_and_one_mail_that_brings_it(
    anna, person, monkeypatch, settings, mailoutbox
):
    """Killed also between the writing of the event and the noting of its link."""
    settings.MAIL_IS_SET_UP = True
    booking = None
    for step in steps(write_all, monkeypatch):
        if booking is not None:
            _meets(person, booking, mailoutbox)
        booking = a_booking(anna, soon(0, days=2) + step * 2 * HOUR, meeting="calendar", where="")
    _meets(person, booking, mailoutbox)


def _meets(person, booking, mailoutbox) -> None:
    """Another worker goes on, and mails; then the booking goes, as above."""
    mail_all()
    write_all()
    mail_all()
    read_all()
    mail_all()
    (event,) = person.there.has()
    link = Booking.objects.in_full().get(pk=booking.pk).meeting_link
    assert link.startswith("https://")
    assert link in str(event)
    assert [link in letter.body for letter in mailoutbox if letter.to == [GUEST]] == [True]
    _goes(booking, mailoutbox)


def _goes(booking, mailoutbox) -> None:
    act(booking, "cancel", by=SERVER)
    write_all()
    OutboxMessage.objects.all().delete()
    mailoutbox.clear()


def test_a_link_that_comes_later_is_told_once_whenever_a_worker_is_killed(
    google, monkeypatch, settings, mailoutbox
):
    settings.MAIL_IS_SET_UP = True
    google.makes_meetings = "later"
    person = AtGoogle(google)
    anna = a_resource(name="Anna", email="anna@example.org")
    let_in(anna, person)
    booking = None
    for step in steps(read_all, monkeypatch):
        if booking is not None:
            _is_told_later(booking, mailoutbox)
        booking = a_booking(anna, soon(0, days=2) + step * 2 * HOUR, meeting="calendar")
        write_all()
        ten_minutes_later()
        mail_all()
        (event,) = google.has()
        google.person_meets(event["id"], f"https://meet.google.com/{step}")
    _is_told_later(booking, mailoutbox)


def _is_told_later(booking, mailoutbox) -> None:
    read_all()
    mail_all()
    link = Booking.objects.in_full().get(pk=booking.pk).meeting_link
    assert [link in letter.body for letter in mailoutbox if letter.to == [GUEST]] == [False, True]
    _goes(booking, mailoutbox)
