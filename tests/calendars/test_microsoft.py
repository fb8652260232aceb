"""Microsoft 365, at a stand-in that refuses what Graph's reference does not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.calendars.errors import (
    CalendarError,
    CalendarGone,
    ChangedThere,
    NotAllowed,
    SignedOut,
    TooManyCalls,
    Unavailable,
)
from bookings.calendars.microsoft import Microsoft as MicrosoftClient
from bookings.calendars.oauth_servers import MICROSOFT_SCOPES
from bookings.calendars.provider import Busy, Guest, Listed, Written
from tests.calendars.bookings_there import (
    CUSTOMER,
    END,
    HOUR,
    KEY,
    NINE,
    OWNER,
    START,
    OneToken,
    a_booking,
    moved,
)
from tests.calendars.microsoft import Microsoft
from tests.calendars.stand_in import Fault

IN = "C1"


@pytest.fixture
def there(settings) -> Iterator[Microsoft]:
    stand_in = Microsoft()
    settings.MICROSOFT_GRAPH_URL = f"{stand_in.url}/v1.0"
    yield stand_in
    stand_in.stop()


def client_with(token: OneToken) -> MicrosoftClient:
    return MicrosoftClient(token, zone="Europe/Berlin", addresses=[OWNER])


@pytest.fixture
def client(there) -> MicrosoftClient:
    return client_with(OneToken(there.let_in(*MICROSOFT_SCOPES), []))


# --- Which calendars there are ---


def test_calendars_are_listed_over_all_pages_with_who_may_write_and_whose_they_are(there, client) -> None:
    there.page = 1
    there.lists.append({"id": "C2", "name": "Holidays", "canEdit": False, "isDefaultCalendar": False})
    assert client.calendars() == [
        Listed("C1", "Calendar", writable=True, primary=True, owner=OWNER),
        Listed("C2", "Holidays", writable=False, owner=OWNER),
    ]


# --- Reading ---


def test_what_keeps_busy_is_read_and_what_leaves_the_time_free_is_not(there, client) -> None:
    busy = there.person_puts("2027-03-15T08:00:00", "2027-03-15T09:00:00")
    maybe = there.person_puts("2027-03-16T08:00:00", "2027-03-16T09:00:00", showAs="tentative")
    day = there.person_puts("2027-03-28T00:00:00", "2027-03-29T00:00:00", isAllDay=True)  # of 23 hours
    for free in ({"showAs": "free"}, {"isCancelled": True}, {"responseStatus": {"response": "declined"}}):
        there.person_puts("2027-03-17T08:00:00", "2027-03-17T09:00:00", **free)
    there.person_puts("2026-03-17T08:00:00", "2026-03-17T09:00:00")  # long over
    changes = client.changes(IN, "", START, END)
    assert changes.whole
    assert changes.busy == [
        Busy(busy, NINE, NINE + HOUR),
        Busy(maybe, NINE + timedelta(days=1), NINE + timedelta(days=1, hours=1)),
        Busy(day, datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 3, 28, 22, tzinfo=UTC), all_day=True),
    ]


def test_titles_of_others_are_forgotten(there, client) -> None:
    there.person_puts("2027-03-15T08:00:00", "2027-03-15T09:00:00", subject="canary", location="canary")
    assert "canary" not in repr(client.changes(IN, "", START, END))


def test_the_occurrences_of_a_series_are_busy_as_the_series_is(there, client) -> None:
    _master, busy = there.person_puts_series("2027-03-15", "2027-03-22")
    quiet, free = there.person_puts_series("2027-03-16", "2027-03-23", showAs="free")
    first = client.changes(IN, "", START, END)
    assert [one.event for one in first.busy] == busy
    there.person_changes(free[0], start={"dateTime": "2027-03-16T08:00:00", "timeZone": "UTC"})
    assert client.changes(IN, first.token, START, END).busy == []  # the series itself did not change
    assert len(there.calls("POST", "$batch")) == 1
    there.person_changes(quiet, showAs="busy")
    there.person_changes(free[1], subject="x")
    assert [one.event for one in client.changes(IN, first.token, START, END).busy] == free


def test_later_only_what_changed_is_read(there, client) -> None:
    goes, freed, leaves = (
        there.person_puts(f"2027-03-{day}T08:00:00", f"2027-03-{day}T09:00:00") for day in (15, 16, 17)
    )
    there.person_puts("2027-03-18T08:00:00", "2027-03-18T09:00:00")
    first = client.changes(IN, "", START, END)
    assert len(first.busy) == 4
    there.person_deletes(goes)
    there.person_changes(freed, showAs="free")
    far = {"dateTime": "2030-01-01T09:00:00", "timeZone": "UTC"}
    there.person_changes(leaves, start=far, end=far)
    new = there.person_puts("2027-03-20T08:00:00", "2027-03-20T09:00:00")
    later = client.changes(IN, first.token, START, END)
    assert not later.whole
    assert [one.event for one in later.busy] == [new]
    assert set(later.gone) == {goes, freed, leaves}
    nothing = client.changes(IN, later.token, START, END)
    assert (nothing.busy, list(nothing.gone), nothing.whole) == ([], [], False)


def test_all_pages_are_read(there, client) -> None:
    for day in range(1, 8):
        there.person_puts(f"2027-03-0{day}T08:00:00", f"2027-03-0{day}T09:00:00")
    there.page = 3
    assert len(client.changes(IN, "", START, END).busy) == 7
    assert len(there.calls("GET", "/delta")) == 3


def test_a_lost_link_is_answered_by_a_whole_read(there, client) -> None:
    there.person_puts("2027-03-15T08:00:00", "2027-03-15T09:00:00")
    token = client.changes(IN, "", START, END).token
    there.forget_links()
    again = client.changes(IN, token, START, END)
    assert again.whole
    assert len(again.busy) == 1
    assert not client.changes(IN, again.token, START, END).whole


def test_a_link_that_leads_elsewhere_gets_no_token(there, client) -> None:
    elsewhere = Microsoft()
    link = f"{elsewhere.url}/v1.0/me/calendars/C1/calendarView/delta?$deltatoken=1"
    with pytest.raises(Unavailable):
        client.changes(IN, link, START, END)
    assert elsewhere.seen == []
    elsewhere.stop()


def test_what_we_wrote_is_ours_and_a_persons_copy_of_it_is_theirs(there, client) -> None:
    written = client.write(IN, a_booking(sequence=4), None)
    properties = there.events[written.event]["singleValueExtendedProperties"]
    copied = there.person_puts(
        "2027-04-01T08:00:00", "2027-04-01T09:00:00", singleValueExtendedProperties=properties
    )
    changes = client.changes(IN, "", START, END)
    (ours,) = changes.ours
    assert (ours.key, ours.start, ours.end) == (KEY, NINE, NINE + HOUR)
    assert (ours.sequence, ours.etag) == (4, written.etag)
    assert [one.event for one in changes.busy] == [copied]
    client.remove(IN, KEY, None, tell=False)
    assert [one["id"] for one in there.has()] == [copied]


def test_many_of_ours_are_read_in_batches(there, client) -> None:
    keys = [f"booking-abcd2345-{number}" for number in range(45)]
    for number, key in enumerate(keys):
        client.write(IN, a_booking(key=key, sequence=number), None)
    changes = client.changes(IN, "", START, END)
    assert [(one.key, one.sequence) for one in changes.ours] == [(key, keys.index(key)) for key in keys]
    assert len(there.calls("POST", "$batch")) == 3


def test_what_a_person_does_with_ours_is_told(there, client) -> None:
    written = client.write(IN, a_booking(guests=[Guest(CUSTOMER)], invite=True), None)
    token = client.changes(IN, "", START, END).token
    there.person_answers(written.event, CUSTOMER, "declined")
    there.person_changes(written.event, start={"dateTime": "2027-03-15T07:00:00", "timeZone": "UTC"})
    changes = client.changes(IN, token, START, END)
    (ours,) = changes.ours
    assert (ours.declined, ours.start) == ((CUSTOMER,), NINE - HOUR)
    there.person_deletes(written.event)
    assert client.changes(IN, changes.token, START, END).gone == [written.event]


# --- Writing ---


@pytest.mark.parametrize("hour", [0, 1])
def test_an_hour_that_the_clocks_show_twice_is_written_as_the_one_that_is_meant(there, client, hour) -> None:
    start = datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
    client.write(IN, replace(a_booking(), start=start, end=start + HOUR), None)
    (event,) = there.has()
    for side, moment in (("start", start), ("end", start + HOUR)):
        local, zone = datetime.fromisoformat(event[side]["dateTime"]), ZoneInfo(event[side]["timeZone"])
        read = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        assert read == {moment}


def test_an_event_is_written_moves_and_goes_under_one_id(there, client) -> None:
    first = client.write(IN, a_booking(), None)
    second = client.write(IN, moved(a_booking()), first)
    assert second.event == first.event
    (event,) = there.has()
    assert event["start"] == {"dateTime": "2027-03-16T09:00:00", "timeZone": "Europe/Berlin"}
    assert (event["subject"], event["location"]) == ("Carl: Haircut", {"displayName": "Room 2"})
    (patch,) = there.calls("PATCH")
    assert patch.headers["If-Match"] == first.etag
    client.remove(IN, KEY, second, tell=False)
    assert there.has() == []
    client.remove(IN, KEY, second, tell=False)  # gone already


def test_an_event_whose_id_nobody_noted_is_found_and_removed(there, client) -> None:
    client.write(IN, a_booking(), None)
    client.remove(IN, KEY, None, tell=False)
    assert there.has() == []
    client.remove(IN, KEY, None, tell=False)


def test_an_undone_cancellation_stands_there_again(there, client) -> None:
    for _time in range(3):
        written = client.write(IN, a_booking(), None)
        client.remove(IN, KEY, written, tell=False)
    client.write(IN, a_booking(), None)
    assert len(there.has()) == 1


@pytest.mark.parametrize("repeats_are_conflicts", [True, False])
@pytest.mark.parametrize("fault", [Fault(done=True), Fault(half=True)], ids=["lost", "half"])
def test_a_crash_between_writing_and_noting_leaves_one_event_and_one_invitation(
    there, client, fault, repeats_are_conflicts
) -> None:
    there.repeats_are_conflicts = repeats_are_conflicts
    there.faults.append(replace(fault, method="POST"))
    event = a_booking(guests=[Guest(CUSTOMER)], invite=True)
    with pytest.raises(Unavailable):
        client.write(IN, event, None)
    written = client.write(IN, event, None)
    assert [one["id"] for one in there.has()] == [written.event]
    assert [(mail.to, mail.what) for mail in there.mailed] == [(CUSTOMER, "invited")]
    assert client.write(IN, event, None) == written  # nor does a third time


@pytest.mark.parametrize("status", [404, 410])
def test_an_event_that_is_there_and_said_to_be_gone_is_not_made_twice(there, client, status) -> None:
    event = a_booking(guests=[Guest(CUSTOMER)], invite=True)
    written = client.write(IN, event, None)
    for _time in range(3):
        there.faults += [Fault(status, "notFound", method="GET", path=f"/me/events/{written.event}")] * 2
        with pytest.raises(ChangedThere):
            client.write(IN, event, None)
        there.faults.clear()
    assert client.write(IN, event, None) == written
    assert [one["id"] for one in there.has()] == [written.event]
    assert len(there.mailed) == 1


@pytest.mark.parametrize("fault", [Fault(done=True), Fault(half=True)], ids=["lost", "half"])
def test_a_crash_between_moving_and_noting_moves_it_once_and_mails_once(there, client, fault) -> None:
    event = a_booking(guests=[Guest(CUSTOMER)], invite=True)
    written = client.write(IN, event, None)
    there.mailed.clear()
    there.faults.append(replace(fault, method="PATCH"))
    with pytest.raises(Unavailable):
        client.write(IN, moved(event), written)
    client.write(IN, moved(event), written)
    assert [(mail.to, mail.what) for mail in there.mailed] == [(CUSTOMER, "changed")]
    assert len(there.has()) == 1


def test_a_crash_while_removing_leaves_nothing_and_one_mail(there, client) -> None:
    written = client.write(IN, a_booking(guests=[Guest(CUSTOMER)], invite=True), None)
    there.mailed.clear()
    there.faults.append(Fault(done=True, method="DELETE"))
    with pytest.raises(Unavailable):
        client.remove(IN, KEY, written, tell=True)
    client.remove(IN, KEY, written, tell=True)
    assert there.has() == []
    assert [(mail.to, mail.what) for mail in there.mailed] == [(CUSTOMER, "cancelled")]


def test_changed_words_are_written_although_the_number_of_the_change_is_the_same(there, client) -> None:
    written = client.write(IN, a_booking(), None)
    client.write(IN, a_booking(title="Booked"), written)
    assert [event["subject"] for event in there.has()] == ["Booked"]
    client.write(IN, a_booking(title="Again"), None)
    assert [event["subject"] for event in there.has()] == ["Again"]


def test_what_a_person_moved_is_not_overwritten_before_somebody_says_so(there, client) -> None:
    written = client.write(IN, a_booking(), None)
    there.person_changes(written.event, end={"dateTime": "2027-03-15T12:00:00", "timeZone": "UTC"})
    with pytest.raises(ChangedThere):
        client.write(IN, moved(a_booking()), written)
    client.write(IN, moved(a_booking()), Written(written.event, there.has()[0]["@odata.etag"]))
    assert there.has()[0]["end"]["dateTime"] == "2027-03-16T10:00:00"


def test_what_a_person_moved_before_we_noted_it_is_told_by_its_version(there, client) -> None:
    written = client.write(IN, a_booking(), None)
    there.person_changes(written.event, end={"dateTime": "2027-03-15T12:00:00", "timeZone": "UTC"})
    again = client.write(IN, a_booking(), None)
    assert (again.event, again.etag) == (written.event, "")
    assert there.has()[0]["end"]["dateTime"] == "2027-03-15T12:00:00"


def test_a_guest_added_over_there_stays_and_one_taken_out_here_goes(there, client) -> None:
    event = a_booking(guests=[Guest(CUSTOMER)], invite=True)
    written = client.write(IN, event, None)
    added = {"emailAddress": {"address": "colleague@example.org"}, "type": "optional"}
    there.person_changes(written.event, attendees=[*there.has()[0]["attendees"], added])
    client.write(IN, replace(moved(event), guests=[]), written)
    assert there.has()[0]["attendees"] == [added]


def test_an_event_that_was_deleted_over_there_is_told(there, client) -> None:
    written = client.write(IN, a_booking(), None)
    there.person_deletes(written.event)
    with pytest.raises(ChangedThere):
        client.write(IN, moved(a_booking()), written)


def test_who_is_faster_twice_is_told_and_who_is_faster_once_is_not(there, client) -> None:
    written = client.write(IN, a_booking(), None)
    there.faults.append(Fault(412, "ErrorIrresolvableConflict", method="PATCH"))
    written = client.write(IN, moved(a_booking()), written)
    there.faults += [Fault(412, "ErrorIrresolvableConflict", method="PATCH")] * 2
    with pytest.raises(ChangedThere):
        client.write(IN, moved(moved(a_booking())), written)


def test_a_meeting_is_made_where_it_is_wanted_and_kept_when_the_words_change(there, client) -> None:
    assert client.write(IN, a_booking(), None).meeting_url == ""
    event = a_booking(meeting=True, key="booking-abcd2345-2")
    written = client.write(IN, event, None)
    assert written.meeting_url.startswith("https://teams.microsoft.com/")
    again = client.write(IN, replace(moved(event), description="<Ring> twice"), written)
    assert again.meeting_url == written.meeting_url
    content = there.events[written.event]["body"]["content"]
    assert content.count("&lt;Ring&gt; twice") == content.count("Join the meeting") == 1
    assert "Phone first" not in content
    ours = {one.key: one.meeting_url for one in client.changes(IN, "", START, END).ours}
    assert ours == {KEY: "", event.key: written.meeting_url}


# --- Who is mailed by whom ---


@pytest.mark.parametrize("owner_is_among_them", [True, False])
@pytest.mark.parametrize("customer_is_among_them", [True, False])
@pytest.mark.parametrize("invite", [True, False])
def test_microsoft_mails_the_participants_where_it_shall_invite_and_else_they_stand_in_the_text(
    there, client, invite, customer_is_among_them, owner_is_among_them
) -> None:
    guests = [Guest(CUSTOMER, "Carl")] if customer_is_among_them else []
    guests += [Guest(OWNER, answer="tentative")] if owner_is_among_them else []
    event = a_booking(guests=guests, invite=invite)
    written = client.write(IN, event, None)
    (first,) = (dict(one) for one in there.has())
    written = client.write(IN, moved(event), written)
    client.remove(IN, KEY, written, tell=invite)
    is_mailed = invite and customer_is_among_them
    told = [(mail.to, mail.what) for mail in there.mailed]
    assert told == ([(CUSTOMER, what) for what in ("invited", "changed", "cancelled")] if is_mailed else [])
    assert bool(first["attendees"]) == is_mailed
    stands_in_the_text = customer_is_among_them and not invite
    assert (f"Carl <{CUSTOMER}>" in first["body"]["content"]) == stands_in_the_text
    assert first["showAs"] == ("tentative" if owner_is_among_them else "busy")


@pytest.mark.parametrize(
    ("answer", "shown"),
    [("accepted", "busy"), ("declined", "free"), ("tentative", "tentative"), ("needsAction", "tentative")],
)
def test_what_the_owner_answers_is_how_the_time_is_shown_and_it_stays_ours(
    there, client, answer, shown
) -> None:
    client.write(IN, a_booking(guests=[Guest(OWNER.upper(), answer=answer)]), None)
    assert [event["showAs"] for event in there.has()] == [shown]
    assert [one.key for one in client.changes(IN, "", START, END).ours] == [KEY]


# --- Being told ---


def test_a_subscription_is_opened_and_closed(there, client) -> None:
    channel = client.watch(IN, "https://book.example.org/calendars/told", "a secret")
    (opened,) = there.subscriptions.values()
    assert opened["notificationUrl"] == "https://book.example.org/calendars/told"
    assert opened["clientState"] == "a secret"
    assert timedelta(days=6) < channel.until - datetime.now(UTC) < timedelta(days=7)
    client.unwatch(channel)
    assert there.subscriptions == {}
    client.unwatch(channel)


# --- Rights ---


def test_what_the_scopes_do_not_cover_is_refused(there) -> None:
    client = client_with(OneToken(there.let_in("Calendars.Read"), []))
    assert client.calendars()
    client.changes(IN, "", START, END)
    with pytest.raises(NotAllowed):
        client.write(IN, a_booking(), None)
    written = client_with(OneToken(there.let_in(*MICROSOFT_SCOPES), [])).write(IN, a_booking(), None)
    with pytest.raises(NotAllowed):
        client.write(IN, moved(a_booking()), written)
    with pytest.raises(NotAllowed):
        client.remove(IN, KEY, written, tell=False)
    with pytest.raises(NotAllowed):
        client_with(OneToken(there.let_in("offline_access"), [])).calendars()


# --- Faults ---


@pytest.mark.parametrize(
    ("fault", "error", "wait"),
    [
        (Fault(403, "ErrorAccessDenied"), NotAllowed, None),
        (Fault(403, "ErrorQuotaExceeded", {"Retry-After": "30"}), TooManyCalls, 30),
        (Fault(429, "ApplicationThrottled", {"Retry-After": "120"}), TooManyCalls, 120),
        (Fault(404, "MailboxNotEnabledForRESTAPI"), NotAllowed, None),
        (Fault(400, "ErrorInvalidRequest"), NotAllowed, None),
        (Fault(404, "ErrorItemNotFound"), CalendarGone, None),
        (Fault(409, "Conflict"), ChangedThere, None),
        (Fault(410, "SyncStateNotFound"), CalendarGone, None),
        (Fault(412, "ErrorIrresolvableConflict"), ChangedThere, None),
        (Fault(500, "ErrorInternalServerError"), Unavailable, None),
        (Fault(503, "serviceUnavailable", {"Retry-After": "7"}), Unavailable, 7),
        (Fault(half=True), Unavailable, None),
    ],
    ids=lambda value: f"{value.status}-{value.reason}" if isinstance(value, Fault) else None,
)
def test_each_fault_is_told_in_words_and_the_next_call_works(there, client, fault, error, wait) -> None:
    for call in (client.calendars, lambda: client.changes(IN, "", START, END)):
        there.faults.append(fault)
        with pytest.raises(CalendarError) as raised:
            call()
        assert type(raised.value) is error
        assert raised.value.again_in == wait
        assert raised.value.text
        call()


def test_a_fault_within_a_batch_is_told_and_what_is_gone_meanwhile_is_left_out(there, client) -> None:
    client.write(IN, a_booking(), None)
    there.faults.append(
        Fault(429, "MailboxConcurrency", {"Retry-After": "9"}, method="GET", path="/me/events/")
    )
    with pytest.raises(TooManyCalls) as raised:
        client.changes(IN, "", START, END)
    assert raised.value.again_in == 9
    there.faults.append(Fault(404, "ErrorItemNotFound", method="GET", path="/me/events/"))
    assert [one.sequence for one in client.changes(IN, "", START, END).ours] == [0]


def test_a_calendar_that_is_not_there_is_told(client) -> None:
    with pytest.raises(CalendarGone):
        client.changes("deleted", "", START, END)
    with pytest.raises(CalendarGone):
        client.write("deleted", a_booking(), None)


def test_a_token_that_ended_is_renewed_once_and_without_another_one_is_signed_out(there) -> None:
    good = there.let_in(*MICROSOFT_SCOPES)
    assert client_with(OneToken("ended", [good])).calendars()
    with pytest.raises(SignedOut):
        client_with(OneToken("ended", [])).calendars()
