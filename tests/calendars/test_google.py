"""Google Calendar, at a stand-in that refuses what Google's reference does not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
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
from bookings.calendars.google import Google as GoogleClient
from bookings.calendars.google_events import event_id, key_of
from bookings.calendars.oauth_servers import GOOGLE_SCOPES
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
from tests.calendars.google import EVENTS_SCOPE, LIST_SCOPE, Google
from tests.calendars.stand_in import Fault


@pytest.fixture
def there(settings) -> Iterator[Google]:
    stand_in = Google()
    settings.GOOGLE_CALENDAR_URL = f"{stand_in.url}/calendar/v3"
    yield stand_in
    stand_in.stop()


@pytest.fixture
def client(there) -> GoogleClient:
    return GoogleClient(OneToken(there.let_in(*GOOGLE_SCOPES), []))


# --- Which calendars there are ---


def test_calendars_are_listed_over_all_pages_with_who_may_write_and_whose_they_are(there, client) -> None:
    there.page = 1
    there.lists += [
        {"id": "team", "summary": "Team", "summaryOverride": "Us", "accessRole": "writer"},
        {"id": "holidays", "summary": "Holidays", "accessRole": "reader"},
    ]
    assert client.calendars() == [
        Listed(OWNER, "Anna", writable=True, primary=True, owner=OWNER),
        Listed("team", "Us", writable=True, owner=OWNER),
        Listed("holidays", "Holidays", writable=False, owner=OWNER),
    ]


# --- Reading ---


def test_what_keeps_busy_is_read_and_what_leaves_the_time_free_is_not(there, client) -> None:
    busy = there.person_puts("2027-03-15T09:00:00+01:00", "2027-03-15T10:00:00+01:00")
    day = there.person_puts("2027-03-29", "2027-03-30")  # a day of 24 hours, the first after one of 23
    accepted = {"email": OWNER, "responseStatus": "accepted"}
    mine = there.person_puts("2027-03-16T09:00:00Z", "2027-03-16T10:00:00Z", attendees=[accepted])
    there.person_puts("2027-03-17T09:00:00Z", "2027-03-17T10:00:00Z", transparency="transparent")
    declined = {"email": OWNER, "responseStatus": "declined"}
    there.person_puts("2027-03-18T09:00:00Z", "2027-03-18T10:00:00Z", attendees=[declined])
    there.person_puts("2026-03-18T09:00:00Z", "2026-03-18T10:00:00Z")  # long over
    changes = client.changes(OWNER, "", START, END)
    assert changes.whole
    assert changes.busy == [
        Busy(busy, NINE, NINE + HOUR),
        Busy(day, datetime(2027, 3, 28, 22, tzinfo=UTC), datetime(2027, 3, 29, 22, tzinfo=UTC), all_day=True),
        Busy(mine, datetime(2027, 3, 16, 9, tzinfo=UTC), datetime(2027, 3, 16, 10, tzinfo=UTC)),
    ]


def test_nothing_of_what_is_not_ours_is_asked_but_its_times(there, client) -> None:
    there.person_puts("2027-03-15", "2027-03-16", summary="canary", description="canary", location="canary")
    assert "canary" not in repr(client.changes(OWNER, "", START, END))
    (asked,) = there.calls("GET", "/events")
    assert not {"summary", "description", "location"} & set(
        asked.query["fields"][0].replace("(", ",").split(",")
    )
    assert asked.query["singleEvents"] == ["true"]  # a series comes as its occurrences


def test_later_only_what_changed_is_read(there, client) -> None:
    stays = there.person_puts("2027-03-15", "2027-03-16")
    goes = there.person_puts("2027-03-16", "2027-03-17")
    freed = there.person_puts("2027-03-17", "2027-03-18")
    leaves = there.person_puts("2027-03-18", "2027-03-19")
    first = client.changes(OWNER, "", START, END)
    assert {one.event for one in first.busy} == {stays, goes, freed, leaves}
    there.person_changes(goes, status="cancelled")
    there.person_changes(freed, transparency="transparent")
    there.person_changes(leaves, start={"date": "2030-01-01"}, end={"date": "2030-01-02"})
    new = there.person_puts("2027-03-20", "2027-03-21")
    later = client.changes(OWNER, first.token, START, END)
    assert not later.whole
    assert [one.event for one in later.busy] == [new]
    assert set(later.gone) == {goes, freed, leaves}
    nothing = client.changes(OWNER, later.token, START, END)
    assert (nothing.busy, list(nothing.gone), nothing.whole) == ([], [], False)


def test_a_series_is_busy_at_each_of_its_times_also_after_the_clocks_have_changed(there, client) -> None:
    _whole, (first, second, third) = there.person_puts_series("2027-03-22", "2027-03-29", "2027-04-05")
    read = client.changes(OWNER, "", START, END)
    assert read.busy == [
        Busy(first, datetime(2027, 3, 22, 8, tzinfo=UTC), datetime(2027, 3, 22, 9, tzinfo=UTC)),
        Busy(second, datetime(2027, 3, 29, 7, tzinfo=UTC), datetime(2027, 3, 29, 8, tzinfo=UTC)),
        Busy(third, datetime(2027, 4, 5, 7, tzinfo=UTC), datetime(2027, 4, 5, 8, tzinfo=UTC)),
    ]
    there.person_changes(first, status="cancelled")
    there.person_changes(second, end={"dateTime": "2027-03-29T12:00:00+02:00"})
    later = client.changes(OWNER, read.token, START, END)
    assert list(later.gone) == [first]
    assert later.busy == [Busy(second, read.busy[1].start, datetime(2027, 3, 29, 10, tzinfo=UTC))]


def test_all_pages_are_read(there, client) -> None:
    for day in range(1, 8):
        there.person_puts(f"2027-03-0{day}", f"2027-03-0{day + 1}")
    there.page = 3
    assert len(client.changes(OWNER, "", START, END).busy) == 7
    assert len(there.calls("GET", "/events")) == 3


def test_a_lost_token_is_answered_by_a_whole_read(there, client) -> None:
    there.person_puts("2027-03-15", "2027-03-16")
    token = client.changes(OWNER, "", START, END).token
    there.forget_tokens()
    again = client.changes(OWNER, token, START, END)
    assert again.whole
    assert len(again.busy) == 1
    assert not client.changes(OWNER, again.token, START, END).whole


def test_what_we_wrote_is_ours_and_a_persons_copy_of_it_is_theirs(there, client) -> None:
    written = client.write(OWNER, a_booking(sequence=4), None)
    copied = dict(there.events[OWNER][written.event])
    there.person_puts("2027-04-01", "2027-04-02", extendedProperties=copied["extendedProperties"])
    changes = client.changes(OWNER, "", START, END)
    (ours,) = changes.ours
    assert (ours.key, ours.start, ours.end) == (KEY, NINE, NINE + HOUR)
    assert (ours.sequence, ours.etag) == (4, written.etag)
    assert len(changes.busy) == 1


def test_what_a_person_does_with_ours_is_told(there, client) -> None:
    guests = [Guest(OWNER), Guest(CUSTOMER)]
    written = client.write(OWNER, a_booking(guests=guests), None)
    token = client.changes(OWNER, "", START, END).token
    there.person_answers(written.event, CUSTOMER, "declined")
    there.person_answers(written.event, OWNER, "tentative")
    there.person_changes(written.event, start={"dateTime": "2027-03-15T10:00:00+01:00"})
    changes = client.changes(OWNER, token, START, END)
    (ours,) = changes.ours
    assert (ours.declined, ours.owner_answer) == ((CUSTOMER,), "tentative")
    assert ours.start == NINE + HOUR
    there.person_changes(written.event, status="cancelled")
    assert client.changes(OWNER, changes.token, START, END).gone == [KEY]


# --- Writing ---


def test_an_event_is_written_moves_and_goes_under_one_id(there, client) -> None:
    first = client.write(OWNER, a_booking(), None)
    second = client.write(OWNER, moved(a_booking()), first)
    assert second.event == first.event == event_id(KEY, 0)
    assert key_of(first.event) == KEY
    (event,) = there.has()
    assert event["start"] == {"dateTime": "2027-03-16T09:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert (event["summary"], event["location"]) == ("Carl: Haircut", "Room 2")
    (patch,) = there.calls("PATCH")
    assert patch.headers["If-Match"] == first.etag
    client.remove(OWNER, KEY, second, tell=False)
    assert there.has() == []
    client.remove(OWNER, KEY, second, tell=False)  # gone already


def test_an_event_whose_id_nobody_noted_is_found_and_removed(there, client) -> None:
    client.write(OWNER, a_booking(), None)
    client.remove(OWNER, KEY, None, tell=False)
    assert there.has() == []
    client.remove(OWNER, KEY, None, tell=False)


def test_an_undone_cancellation_stands_there_again_although_its_id_is_used_up(there, client) -> None:
    for count in range(3):
        written = client.write(OWNER, a_booking(), None)
        assert written.event == event_id(KEY, count)
        client.remove(OWNER, KEY, written, tell=False)
    client.write(OWNER, a_booking(), None)
    assert len(there.has()) == 1


@pytest.mark.parametrize("fault", [Fault(done=True), Fault(half=True)], ids=["lost", "half"])
def test_a_crash_between_writing_and_noting_leaves_one_event_and_one_invitation(there, client, fault) -> None:
    there.faults.append(replace(fault, method="POST"))
    event = a_booking(guests=[Guest(CUSTOMER)], invite=True)
    with pytest.raises(Unavailable):
        client.write(OWNER, event, None)
    written = client.write(OWNER, event, None)
    assert [one["id"] for one in there.has()] == [written.event]
    assert [(mail.to, mail.what) for mail in there.mailed] == [(CUSTOMER, "invited")]
    assert client.write(OWNER, event, None) == written  # nor does a third time


@pytest.mark.parametrize("status", [404, 410])
def test_an_event_that_is_there_and_said_to_be_gone_is_not_made_twice(there, client, status) -> None:
    event = a_booking(guests=[Guest(CUSTOMER)], invite=True)
    written = client.write(OWNER, event, None)
    for _time in range(3):
        there.faults.append(Fault(status, "notFound", method="GET", path=f"/events/{written.event}"))
        with pytest.raises(ChangedThere):
            client.write(OWNER, event, None)
    assert client.write(OWNER, event, None) == written
    assert [one["id"] for one in there.has()] == [written.event]
    assert len(there.mailed) == 1


@pytest.mark.parametrize("fault", [Fault(done=True), Fault(half=True)], ids=["lost", "half"])
def test_a_crash_between_moving_and_noting_moves_it_once_and_mails_once(there, client, fault) -> None:
    event = a_booking(guests=[Guest(CUSTOMER)], invite=True)
    written = client.write(OWNER, event, None)
    there.mailed.clear()
    there.faults.append(replace(fault, method="PATCH"))
    with pytest.raises(Unavailable):
        client.write(OWNER, moved(event), written)
    client.write(OWNER, moved(event), written)
    assert [(mail.to, mail.what) for mail in there.mailed] == [(CUSTOMER, "changed")]
    assert len(there.has()) == 1


def test_a_crash_while_removing_leaves_nothing_and_one_mail(there, client) -> None:
    written = client.write(OWNER, a_booking(guests=[Guest(CUSTOMER)], invite=True), None)
    there.mailed.clear()
    there.faults.append(Fault(done=True, method="DELETE"))
    with pytest.raises(Unavailable):
        client.remove(OWNER, KEY, written, tell=True)
    client.remove(OWNER, KEY, written, tell=True)
    assert there.has() == []
    assert [(mail.to, mail.what) for mail in there.mailed] == [(CUSTOMER, "cancelled")]


def test_changed_words_are_written_although_the_number_of_the_change_is_the_same(there, client) -> None:
    written = client.write(OWNER, a_booking(), None)
    client.write(OWNER, a_booking(title="Booked"), written)
    assert [event["summary"] for event in there.has()] == ["Booked"]
    client.write(OWNER, a_booking(title="Again"), None)
    assert [event["summary"] for event in there.has()] == ["Again"]


def test_what_a_person_moved_is_not_overwritten_before_somebody_says_so(there, client) -> None:
    written = client.write(OWNER, a_booking(), None)
    there.person_changes(written.event, end={"dateTime": "2027-03-15T12:00:00+01:00"})
    with pytest.raises(ChangedThere):
        client.write(OWNER, moved(a_booking()), written)
    theirs = there.has()[0]["etag"]
    client.write(OWNER, moved(a_booking()), Written(written.event, theirs))
    assert there.has()[0]["end"]["dateTime"] == "2027-03-16T10:00:00+01:00"


def test_what_a_person_moved_before_we_noted_it_is_told_by_its_version(there, client) -> None:
    written = client.write(OWNER, a_booking(), None)
    there.person_changes(written.event, end={"dateTime": "2027-03-15T12:00:00+01:00"})
    again = client.write(OWNER, a_booking(), None)
    assert (again.event, again.etag) == (written.event, "")
    assert there.has()[0]["end"]["dateTime"] == "2027-03-15T12:00:00+01:00"


def test_an_answer_of_a_guest_does_not_stand_in_the_way_of_a_move_and_stays(there, client) -> None:
    event = a_booking(guests=[Guest(CUSTOMER), Guest(OWNER, answer="tentative")])
    written = client.write(OWNER, event, None)
    there.person_answers(written.event, CUSTOMER, "accepted")
    client.write(OWNER, moved(event), written)
    answers = {one["email"]: one["responseStatus"] for one in there.has()[0]["attendees"]}
    assert answers == {CUSTOMER: "accepted", OWNER: "tentative"}


def test_a_guest_added_over_there_stays_and_one_taken_out_here_goes(there, client) -> None:
    event = a_booking(guests=[Guest(CUSTOMER)])
    written = client.write(OWNER, event, None)
    added = {"email": "colleague@example.org", "responseStatus": "accepted"}
    there.person_changes(written.event, attendees=[*there.has()[0]["attendees"], added])
    client.write(OWNER, replace(moved(event), guests=[]), written)
    assert there.has()[0]["attendees"] == [added]


def test_an_event_that_was_deleted_over_there_is_told(there, client) -> None:
    written = client.write(OWNER, a_booking(), None)
    there.person_changes(written.event, status="cancelled")
    with pytest.raises(ChangedThere):
        client.write(OWNER, moved(a_booking()), written)


def test_who_is_faster_twice_is_told_and_who_is_faster_once_is_not(there, client) -> None:
    written = client.write(OWNER, a_booking(), None)
    there.faults.append(Fault(412, "conditionNotMet", method="PATCH"))
    written = client.write(OWNER, moved(a_booking()), written)
    there.faults += [Fault(412, "conditionNotMet", method="PATCH")] * 2
    with pytest.raises(ChangedThere):
        client.write(OWNER, moved(moved(a_booking())), written)


def test_a_meeting_is_made_where_it_is_wanted_and_kept(there, client) -> None:
    assert client.write(OWNER, a_booking(), None).meeting_url == ""
    event = a_booking(meeting=True, key="booking-abcd2345-2")
    written = client.write(OWNER, event, None)
    assert written.meeting_url.startswith("https://meet.google.com/")
    assert client.write(OWNER, moved(event), written).meeting_url == written.meeting_url
    ours = {one.key: one.meeting_url for one in client.changes(OWNER, "", START, END).ours}
    assert ours == {KEY: "", event.key: written.meeting_url}


# --- Who is mailed by whom ---


@pytest.mark.parametrize("owner_is_among_them", [True, False])
@pytest.mark.parametrize("customer_is_among_them", [True, False])
@pytest.mark.parametrize("invite", [True, False])
def test_google_mails_the_participants_where_it_shall_invite_and_else_nobody(
    there, client, invite, customer_is_among_them, owner_is_among_them
) -> None:
    guests = [Guest(CUSTOMER)] if customer_is_among_them else []
    guests += [Guest(OWNER, answer="tentative")] if owner_is_among_them else []
    event = a_booking(guests=guests, invite=invite)
    written = client.write(OWNER, event, None)
    answers = {one["email"]: one["responseStatus"] for one in there.has()[0]["attendees"]}
    written = client.write(OWNER, moved(event), written)
    client.remove(OWNER, KEY, written, tell=invite)
    is_mailed = invite and customer_is_among_them
    told = [(mail.to, mail.what) for mail in there.mailed]
    assert told == ([(CUSTOMER, what) for what in ("invited", "changed", "cancelled")] if is_mailed else [])
    customers = {CUSTOMER: "needsAction"} if customer_is_among_them else {}
    assert answers == customers | ({OWNER: "tentative"} if owner_is_among_them else {})


# --- Being told ---


def test_a_channel_is_opened_and_closed(there, client) -> None:
    channel = client.watch(OWNER, "https://book.example.org/calendars/told", "a secret")
    (opened,) = there.channels.values()
    assert (opened["address"], opened["token"]) == ("https://book.example.org/calendars/told", "a secret")
    week = datetime.now(UTC) + timedelta(days=7)
    assert abs(channel.until - week) < timedelta(minutes=5)
    client.unwatch(channel)
    assert there.channels == {}
    client.unwatch(channel)


# --- Rights ---


@pytest.mark.parametrize("scope", [EVENTS_SCOPE, LIST_SCOPE])
def test_each_scope_alone_does_not_cover_what_the_other_does(there, scope) -> None:
    client = GoogleClient(OneToken(there.let_in(scope), []))
    calls = {
        LIST_SCOPE: [client.calendars],
        EVENTS_SCOPE: [
            lambda: client.changes(OWNER, "", START, END),
            lambda: client.write(OWNER, a_booking(), None),
            lambda: client.remove(OWNER, KEY, None, tell=False),
            lambda: client.watch(OWNER, "https://book.example.org/", "x"),
        ],
    }
    for covering, made in calls.items():
        for call in made:
            if covering == scope:
                call()
            else:
                with pytest.raises(NotAllowed, match="every box ticked"):
                    call()


def test_the_stand_in_refuses_free_and_busy_since_our_scopes_do_not_cover_it(there) -> None:
    body = {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-04-01T00:00:00Z", "items": [{"id": OWNER}]}
    for scopes, status in (
        (GOOGLE_SCOPES, 403),
        (["https://www.googleapis.com/auth/calendar.freebusy"], 200),
    ):
        headers = {"Authorization": f"Bearer {there.let_in(*scopes)}"}
        assert (
            httpx2.post(f"{there.url}/calendar/v3/freeBusy", json=body, headers=headers).status_code == status
        )


# --- Faults ---


@pytest.mark.parametrize(
    ("fault", "error", "wait"),
    [
        (Fault(403, "forbidden"), NotAllowed, None),
        (Fault(403, "accessNotConfigured"), NotAllowed, None),
        (Fault(403, "rateLimitExceeded"), TooManyCalls, None),
        (Fault(403, "quotaExceeded", {"Retry-After": "30"}), TooManyCalls, 30),
        (Fault(429, "rateLimitExceeded", {"Retry-After": "120"}), TooManyCalls, 120),
        (Fault(400, "invalid"), NotAllowed, None),
        (Fault(404, "notFound"), CalendarGone, None),
        (Fault(409, "conflict"), ChangedThere, None),
        (Fault(410, "gone"), CalendarGone, None),
        (Fault(412, "conditionNotMet"), ChangedThere, None),
        (Fault(500), Unavailable, None),
        (Fault(503, headers={"Retry-After": "7"}), Unavailable, 7),
        (Fault(half=True), Unavailable, None),
    ],
    ids=lambda value: f"{value.status}-{value.reason}" if isinstance(value, Fault) else None,
)
def test_each_fault_is_told_in_words_and_the_next_call_works(there, client, fault, error, wait) -> None:
    for call in (client.calendars, lambda: client.changes(OWNER, "", START, END)):
        there.faults.append(fault)
        with pytest.raises(CalendarError) as raised:
            call()
        assert type(raised.value) is error
        assert raised.value.again_in == wait
        assert raised.value.text
        call()


def test_a_calendar_that_is_not_there_is_told(client) -> None:
    with pytest.raises(CalendarGone):
        client.changes("deleted", "", START, END)
    with pytest.raises(CalendarGone):
        client.write("deleted", a_booking(), None)


def test_a_token_that_ended_is_renewed_once_and_without_another_one_is_signed_out(there) -> None:
    good = there.let_in(*GOOGLE_SCOPES)
    assert GoogleClient(OneToken("ended", [good])).calendars()
    with pytest.raises(SignedOut):
        GoogleClient(OneToken("ended", [])).calendars()
    with pytest.raises(SignedOut):
        GoogleClient(OneToken("ended", ["ended, too"])).calendars()


def test_a_server_that_is_down_is_told(there, client) -> None:
    there.stop()
    with pytest.raises(Unavailable):
        client.calendars()


def test_an_answer_that_is_too_large_is_not_read(there, client, monkeypatch) -> None:
    monkeypatch.setattr("bookings.calendars.json_api.MOST_BYTES", 1000)
    there.lists[0]["summary"] = "x" * 2000
    with pytest.raises(Unavailable, match="8 MB"):
        client.calendars()


def test_googles_own_address_is_called_at_public_addresses_only(settings, monkeypatch) -> None:
    settings.GOOGLE_CALENDAR_URL = "https://www.googleapis.com/calendar/v3"
    settings.CALENDAR_PRIVATE_NETWORKS = []
    inside = [(2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_more: inside)
    with pytest.raises(NotAllowed, match="private networks"):
        GoogleClient(OneToken("x", [])).calendars()
