"""Thirty bad days: both sides change, servers fail, workers are killed, and at the end all tell the same.

The days are drawn; the verbs, the outbox's handler and the reading are the real ones, against the stand-ins of Google
and Microsoft and, behind a server that fails, a real CalDAV server.  BAD_MONTHS=20 draws more of them.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection as database

from bookings.calendars import http
from bookings.calendars.conflicts import keep_ours, take_theirs
from bookings.calendars.connecting import connect_account
from bookings.calendars.json_api import JsonApi
from bookings.calendars.kinds import provider_of
from bookings.calendars.oauth import Grant
from bookings.calendars.oauth_servers import GOOGLE_SCOPES, MICROSOFT_SCOPES
from bookings.calendars.secrets import seal
from bookings.errors import BookingError
from bookings.lifecycle import Actor, act, reschedule, undo
from bookings.models import Booking, Calendar, CalendarEntry, Connection, OutboxMessage, Resource
from tests.calendars.conftest import Account, an_ics, lasting, soon
from tests.calendars.faulty_proxy import FaultyProxy
from tests.calendars.stand_in import Fault
from tests.calendars.test_thirty_bad_days import AtGoogle, AtMicrosoft, Span, hardly_any_patience
from tests.calendars.worlds import busy, connected, read_all, write_all
from tests.situations import HOUR, SERVER, a_booking, a_resource

DAYS, DEEDS_A_DAY = 30, 5
STAFF = Actor("staff", "1")
STATUSES = (401, 403, 404, 409, 410, 412, 429, 500, 503)


class Killed(BaseException):
    """The worker's process is gone: nothing that it would have tidied up is tidied up."""


@contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let the process die at that step: before a row is written, and before and after a call of the provider.

    What it yields holds 0 in the end where the process came so far.
    """
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    def writing(execute: Any, sql: str, *rest: Any) -> Any:
        if left[0] > 0 and sql.split(" ", 1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            count()
        return execute(sql, *rest)

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **more: Any) -> Any:
            count()
            answer = call(*args, **more)
            count()
            return answer

        return counted

    with monkeypatch.context() as patch, suppress(Killed), database.execute_wrapper(writing):
        patch.setattr(JsonApi, "_send", around(JsonApi._send))
        patch.setattr(http, "_read", around(http._read))
        yield left


@dataclass
class AtRadicale:
    """A person at their own CalDAV calendar, whose server stands behind one that fails."""

    account: Account
    there: FaultyProxy = field(init=False)
    name: str = "work"

    def __post_init__(self) -> None:
        self.there = FaultyProxy(self.account.url)
        self.account.make_calendar(self.name)

    def settings(self) -> dict[str, str]:
        return {}

    def puts(self, span: Span) -> str:
        return self.account.put(self.name, an_ics(*lasting(span[0], span[1] - span[0])))

    def moves(self, event: str, span: Span) -> None:
        text = self.account.get(self.name, event)
        for line, moment in (("DTSTART", span[0]), ("DTEND", span[1])):
            text = re.sub(rf"{line}[^\r\n]*", f"{line}:{moment:%Y%m%dT%H%M%SZ}", text, count=1)
        self.account.put(self.name, text, event)

    def deletes(self, event: str) -> None:
        self.account.delete(self.name, event)

    def forgets(self) -> None:
        Calendar.objects.exclude(cursor="").update(
            cursor='{"sync": "http://radicale.org/ns/sync/of-another-server"}'
        )

    def stands(self) -> dict[str, Span]:
        return {name: span_of(self.account.get(self.name, name)) for name in self.account.names(self.name)}


def span_of(text: str) -> Span:
    start, end = (
        datetime.strptime(re.search(rf"{line}[^:\r\n]*:(\d+T\d+)", text)[1], "%Y%m%dT%H%M%S").replace(
            tzinfo=UTC
        )
        for line in ("DTSTART", "DTEND")
    )
    return start, end


Person = AtGoogle | AtMicrosoft | AtRadicale


def let_in(resource: Resource, person: Person) -> None:
    """Connect the resource with the person's calendar, which is read and takes the bookings."""
    if isinstance(person, AtRadicale):
        connected(resource, Account(person.there.url, person.account.user), "--primary", person.name)
        return
    kind, scopes = (
        ("google", GOOGLE_SCOPES) if isinstance(person, AtGoogle) else ("microsoft", MICROSOFT_SCOPES)
    )
    grant = Grant(person.there.let_in(*scopes), person.there._new_refresh(scopes), int(time.time()) + 3000)
    draft = Connection(resource=resource, kind=kind, secret=seal(grant.as_secret()))
    connect_account(draft, provider_of(draft).calendars(), write=True)
    resource.refresh_from_db()


def a_person(request: pytest.FixtureRequest) -> Iterator[Person]:
    """At the provider that is the fixture's parameter: google, microsoft or caldav."""
    if request.param == "caldav":
        found = AtRadicale(request.getfixturevalue("account"))
        yield found
        found.there.stop()
        return
    there = request.getfixturevalue(request.param)
    yield AtGoogle(there) if request.param == "google" else AtMicrosoft(there)


@dataclass
class Life:
    """What happens on both sides; ``theirs`` is what a person put there, and ``touched`` what of ours they changed."""

    person: Person
    resource: Resource
    draw: random.Random
    monkeypatch: pytest.MonkeyPatch
    theirs: dict[str, Span] = field(default_factory=dict)
    cancelled: list[Booking] = field(default_factory=list)

    def day(self) -> None:
        deeds = [self.book, self.move, self.cancel, self.undo, self.they_put, self.they_change]
        deeds += [self.they_change_ours, self.fails, self.fails, self.killed, self.killed, self.forgets]
        for deed in self.draw.choices(deeds, k=DEEDS_A_DAY):
            with suppress(BookingError):
                deed()
        self.draw.choice([write_all, read_all])()

    def span(self) -> Span:
        start = soon(0, days=2) + self.draw.randrange(200) * HOUR
        return start, start + HOUR

    def bookings(self) -> list[Booking]:
        rows = Booking.objects.occupying().filter(resource=self.resource, continued_by=None)
        return list(rows.order_by("start"))

    def one(self) -> Booking:
        found = self.bookings()
        if not found:
            raise BookingError
        return self.draw.choice(found)

    def book(self) -> None:
        a_booking(self.resource, self.span()[0])

    def move(self) -> None:
        start, end = self.span()
        reschedule(self.one(), by=SERVER, start=start, end=end)

    def cancel(self) -> None:
        self.cancelled.append(act(self.one(), "cancel_by_customer", by=Actor.customer()))

    def undo(self) -> None:
        if self.cancelled:
            undo(self.cancelled.pop(), by=Actor.customer())

    def they_put(self) -> None:
        span = self.span()
        self.theirs[self.person.puts(span)] = span

    def they_change(self) -> None:
        self._change(sorted(self.theirs))

    def they_change_ours(self) -> None:
        self._change(self.ours())

    def _change(self, names: list[str]) -> None:
        if not names:
            return
        name, span = self.draw.choice(names), self.span()
        if self.draw.random() < 0.4:
            self.person.deletes(name)
            self.theirs.pop(name, None)
            return
        self.person.moves(name, span)
        if name in self.theirs:
            self.theirs[name] = span

    def ours(self) -> list[str]:
        return sorted(set(self.person.stands()) - set(self.theirs))

    def fails(self) -> None:
        status = self.draw.choice(STATUSES)
        self.person.there.faults.append(
            Fault(
                status=status,
                reason=self.draw.choice(["rateLimitExceeded", "quotaExceeded", "forbidden"]),
                headers={"Retry-After": "7"} if status in {429, 503} else {},
                done=status >= 500 and self.draw.random() < 0.5,
                half=self.draw.random() < 0.2,
                hangs=self.draw.random() < 0.2,
                method=self.draw.choice(["", "GET", "PUT", "POST", "DELETE", "REPORT", "PROPFIND"]),
            )
        )

    def killed(self) -> None:
        with killed_at(self.draw.randint(1, 14), self.monkeypatch):
            self.draw.choice([write_all, read_all])()

    def forgets(self) -> None:
        self.person.forgets()

    def settle(self) -> None:
        """Servers answer again, and some hours pass."""
        self.person.there.faults.clear()
        for _hour in range(3):
            OutboxMessage.objects.exclude(done_at=None).delete()
            read_all()
            write_all()


def check_flags(life: Life) -> None:
    """Each booking stands there as it is here, or is flagged with what stands there."""
    stands, entries = life.person.stands(), {}
    for entry in CalendarEntry.objects.standing().filter(calendar__resource=life.resource):
        entries[entry.uid] = entry
    expected = []
    for booking in life.bookings():
        entry = entries[booking.uid]
        expected += {
            "": [(booking.start, booking.end)],
            "moved": [(entry.their_start, entry.their_end)],
            "deleted": [],
        }[entry.conflict]
    assert sorted(stands[name] for name in life.ours()) == sorted(expected)


def flags(life: Life) -> dict[Any, Any]:
    rows = CalendarEntry.objects.conflicting().filter(calendar__resource=life.resource)
    return {row.pk: (row.conflict, row.their_start, row.noticed_at) for row in rows}


def decide(life: Life) -> None:
    """Staff press one of the two buttons at each."""
    for number, entry in enumerate(CalendarEntry.objects.conflicting().order_by("pk")):
        if number % 2:
            with suppress(BookingError):
                take_theirs(entry, by=STAFF)
                continue
        keep_ours(entry)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(int(os.environ.get("BAD_MONTHS", "1"))))
@pytest.mark.parametrize("where", ["google", "microsoft", "caldav"])
def test_after_thirty_bad_days_both_calendars_and_the_table_tell_the_same(
    where: str, seed: int, request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    person: Person
    if where == "caldav":
        person = AtRadicale(request.getfixturevalue("account"))
    else:
        there = request.getfixturevalue(where)
        person = AtGoogle(there) if where == "google" else AtMicrosoft(there)
    anna = a_resource(name="Anna", email="anna@example.org")
    let_in(anna, person)
    life = Life(person, anna, random.Random(seed), monkeypatch)  # noqa: S311
    with hardly_any_patience():
        for _day in range(DAYS):
            life.day()
    life.settle()
    check_flags(life)
    before = flags(life)
    read_all()
    assert flags(life) == before  # each once
    decide(life)
    life.settle()
    assert flags(life) == {}
    wanted = sorted((booking.start, booking.end) for booking in life.bookings())
    stands = person.stands()
    assert sorted(stands[name] for name in life.ours()) == wanted  # none lost, none doubled
    assert {name: stands[name] for name in life.theirs} == life.theirs  # nobody overwrote what is theirs
    assert busy(anna) == sorted(life.theirs.values())
    if where == "caldav":
        person.there.stop()
    else:
        told = Counter((mail.event, mail.what) for mail in person.there.mailed)
        assert all(count == 1 for (_event, what), count in told.items() if what != "changed")
