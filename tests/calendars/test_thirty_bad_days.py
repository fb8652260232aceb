"""Days on which both sides change, tokens get lost and answers go astray: at their end both tell the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bookings.calendars.errors import CalendarError, ChangedThere
from bookings.calendars.google import Google as GoogleClient
from bookings.calendars.google_events import CANCELLED
from bookings.calendars.microsoft import Microsoft as MicrosoftClient
from bookings.calendars.oauth_servers import GOOGLE_SCOPES, MICROSOFT_SCOPES
from bookings.calendars.provider import Changes, Guest, Ours, Provider, ToWrite, Written
from bookings.effects import safe_http
from tests.calendars.bookings_there import CUSTOMER, END, HOUR, NINE, OWNER, START, OneToken, a_booking
from tests.calendars.google import Google
from tests.calendars.microsoft import Microsoft
from tests.calendars.stand_in import Fault

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # making a failure small takes minutes over HTTP
KEYS = [f"booking-abcd2345-{number}" for number in range(3)]
Span = tuple[datetime, datetime]


@dataclass
class AtGoogle:
    """A person at their own calendar."""

    there: Google = field(default_factory=Google)
    calendar: str = OWNER

    def settings(self) -> dict[str, str]:
        return {"GOOGLE_CALENDAR_URL": f"{self.there.url}/calendar/v3"}

    def client(self) -> Provider:
        return GoogleClient(OneToken(self.there.let_in(*GOOGLE_SCOPES), []))

    def puts(self, span: Span) -> str:
        return self.there.person_puts(*(moment.isoformat() for moment in span))

    def moves(self, event: str, span: Span) -> None:
        start, end = ({"dateTime": moment.isoformat()} for moment in span)
        self.there.person_changes(event, start=start, end=end)

    def deletes(self, event: str) -> None:
        self.there.person_changes(event, status=CANCELLED)

    def forgets(self) -> None:
        self.there.forget_tokens()

    def stands(self) -> dict[str, Span]:
        return {
            one["id"]: tuple(self.there.moment(one[side]) for side in ("start", "end"))
            for one in self.there.has()
        }


@dataclass
class AtMicrosoft:
    there: Microsoft = field(default_factory=Microsoft)
    calendar: str = "C1"

    def settings(self) -> dict[str, str]:
        return {"MICROSOFT_GRAPH_URL": f"{self.there.url}/v1.0"}

    def client(self) -> Provider:
        return MicrosoftClient(OneToken(self.there.let_in(*MICROSOFT_SCOPES), []), addresses=[OWNER])

    def puts(self, span: Span) -> str:
        return self.there.person_puts(*(f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in span))

    def moves(self, event: str, span: Span) -> None:
        start, end = ({"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"} for moment in span)
        self.there.person_changes(event, start=start, end=end)

    def deletes(self, event: str) -> None:
        self.there.person_deletes(event)

    def forgets(self) -> None:
        self.there.forget_links()

    def stands(self) -> dict[str, Span]:
        return {one["id"]: self.there.span(one) for one in self.there.has()}


Person = AtGoogle | AtMicrosoft


@dataclass
class Site:
    """What a worker knows: what is wanted, what was noted of it, and what was read."""

    client: Provider
    calendar: str
    wanted: dict[str, ToWrite | None] = field(default_factory=dict)
    known: dict[str, Written] = field(default_factory=dict)
    due: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    busy: dict[str, Span] = field(default_factory=dict)
    ours: dict[str, Ours] = field(default_factory=dict)
    token: str = ""

    def want(self, key: str, event: ToWrite | None) -> None:
        self.wanted[key] = event
        self.due.add(key)

    def write(self) -> None:
        """A round of the worker; what fails is tried in the next."""
        for key in sorted(self.due - self.conflicts):
            event, known = self.wanted[key], self.known.get(key)
            try:
                if event is None:
                    stood = self.client.remove(self.calendar, key, known, tell=True)
                    self.known.pop(key, None)
                    self.token = self.token if stood else ""  # whether it is gone is looked at
                else:
                    self.known[key] = self.client.write(self.calendar, event, known)
                self.due.discard(key)
            except ChangedThere:
                self.conflicts.add(key)
            except CalendarError:
                continue

    def read(self) -> None:
        try:
            changes = self.client.changes(self.calendar, self.token, START, END)
        except CalendarError:
            return
        if changes.whole:
            self.busy, self.ours = {}, {}
        self._note(changes)

    def _note(self, changes: Changes) -> None:
        keys = {written.event: key for key, written in self.known.items()}
        for name in changes.gone:
            self.busy.pop(name, None)
            self.ours.pop(keys.get(name, name), None)
        self.busy |= {one.event: (one.start, one.end) for one in changes.busy}
        self.ours |= {one.key: one for one in changes.ours}
        self.due |= {one.key for one in changes.ours if self.wanted[one.key] is None}
        self.token = changes.token

    def keep_ours(self) -> None:
        """Staff let each booking that was changed over there stand as it stands here."""
        for key, event in self.wanted.items():
            there = self.ours.get(key)
            if event is None or (there and (there.start, there.end) == (event.start, event.end)):
                continue
            if there is None:
                self.known.pop(key, None)
            elif key in self.known:
                self.known[key] = replace(self.known[key], etag=there.etag)
            self.want(key, replace(event, sequence=event.sequence + 1))
        self.conflicts.clear()


def span(hour: int) -> Span:
    return NINE + hour * HOUR, NINE + (hour + 1) * HOUR


def ours_of(person: Person, theirs: Iterable[str]) -> list[str]:
    return sorted(set(person.stands()) - set(theirs))


HOURS = st.integers(0, 200)
FAULTS = st.builds(
    Fault,
    status=st.sampled_from([403, 404, 409, 410, 412, 429, 500, 503]),
    reason=st.just("rateLimitExceeded"),
    done=st.booleans(),
    half=st.booleans(),
    hangs=st.sampled_from([False] * 5 + [True]),
    method=st.sampled_from(["", "GET", "POST", "PATCH", "DELETE"]),
)
DAYS = st.lists(
    st.one_of(
        st.tuples(st.just("book"), st.sampled_from(KEYS), HOURS),
        st.tuples(st.just("cancel"), st.sampled_from(KEYS), HOURS),
        st.tuples(st.just("they put"), st.integers(0, 9), HOURS),
        st.tuples(st.sampled_from(["they move", "they delete"]), st.integers(0, 9), HOURS),
        st.tuples(st.sampled_from(["ours is moved", "ours is deleted"]), st.integers(0, 9), HOURS),
        st.tuples(st.just("fault"), FAULTS, HOURS),
        st.tuples(st.just("write"), st.none(), HOURS),
        st.tuples(st.just("read"), st.none(), HOURS),
        st.tuples(st.sampled_from(["read", "restart", "tokens are lost"]), st.none(), HOURS),
    ),
    min_size=10,
    max_size=60,
)
GONE = Fault(404, "notFound", method="GET", path="/events/")
WRITTEN_AND_SAID_TO_BE_GONE = [
    ("book", KEYS[0], 3),
    ("fault", Fault(done=True, method="POST"), 0),
    ("write", None, 0),
    ("fault", GONE, 0),
    ("fault", GONE, 0),
    ("write", None, 0),
]
"""Hardly ever drawn: the answer to a first write is lost, and what it made is said not to be there."""
REMOVED_AND_SAID_TO_BE_GONE = [
    ("book", KEYS[0], 3),
    ("write", None, 0),
    ("read", None, 0),
    ("cancel", KEYS[0], 0),
    ("fault", Fault(404, "notFound", method="DELETE"), 0),
    ("fault", GONE, 0),
    ("write", None, 0),
]
"""What is to be removed is said to be gone, twice, and is there."""


@contextmanager
def hardly_any_patience() -> Iterator[None]:
    """A server that says nothing is left after a tenth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safe_http, "TIMEOUT_SECONDS", 0.1)
        yield


def live(person: Person, site: Site, days: Iterable[tuple[str, object, int]]) -> dict[str, Span]:
    """What is ``theirs`` at the end."""
    theirs: dict[str, Span] = {}
    for what, which, hour in days:
        match what, which:
            case (("book" | "cancel"), str(key)):
                _decide(site, what, key, span(hour))
            case "fault", Fault() as fault:
                person.there.faults.append(fault)
            case "they put", _:
                theirs[person.puts(span(hour))] = span(hour)
            case _, int(number):
                names = sorted(theirs) if what.startswith("they") else ours_of(person, theirs)
                if names:
                    _change(person, theirs, what, names[number % len(names)], span(hour))
            case "tokens are lost", _:
                person.forgets()
            case "restart", _:  # a process that was killed knows what it noted
                site.client = person.client()
            case _:
                getattr(site, what)()
    return theirs


def _decide(site: Site, what: str, key: str, to: Span) -> None:
    before = site.wanted.get(key) or a_booking(key=key, guests=[Guest(CUSTOMER)], invite=True)
    moved = replace(before, start=to[0], end=to[1], sequence=before.sequence + 1)
    site.want(key, moved if what == "book" else None)


def _change(person: Person, theirs: dict[str, Span], what: str, name: str, to: Span) -> None:
    if what.endswith(("deleted", "delete")):
        person.deletes(name)
        theirs.pop(name, None)
        return
    person.moves(name, to)
    if name in theirs:
        theirs[name] = to


@pytest.mark.parametrize("calendar", [AtGoogle, AtMicrosoft])
@settings(max_examples=25, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(days=DAYS)
@example(days=WRITTEN_AND_SAID_TO_BE_GONE)
@example(days=REMOVED_AND_SAID_TO_BE_GONE)
def test_after_bad_days_both_sides_tell_the_same(
    calendar: Callable[[], Person], days: list[tuple[str, object, int]]
) -> None:
    person = calendar()
    try:
        with override_settings(**person.settings()):
            site = Site(person.client(), person.calendar)
            with hardly_any_patience():
                theirs = live(person, site, days)
            person.there.faults.clear()
            for _round in range(4):
                site.write()
                site.read()
                site.keep_ours()
            _check(person, site, theirs)
    finally:
        person.there.stop()


def _check(person: Person, site: Site, theirs: dict[str, Span]) -> None:
    stands = person.stands()
    wanted = {key: (event.start, event.end) for key, event in site.wanted.items() if event is not None}
    assert not site.due
    assert {name: stands[name] for name in theirs} == theirs  # nobody overwrote what is theirs
    assert sorted(stands[name] for name in ours_of(person, theirs)) == sorted(
        wanted.values()
    )  # none lost or doubled
    assert {site.known[key].event: when for key, when in wanted.items()} == {
        name: stands[name] for name in ours_of(person, theirs)
    }
    assert site.busy == theirs
    assert {key: (one.start, one.end) for key, one in site.ours.items() if key in wanted} == wanted
    told = Counter((mail.event, mail.what) for mail in person.there.mailed)
    assert all(count == 1 for (_event, what), count in told.items() if what != "changed")
