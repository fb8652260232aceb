"""CalDAV: calendars of Nextcloud, Fastmail, iCloud, Radicale and whoever else speaks RFC 4791."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import unquote

import httpx2

from bookings.calendars import ics, webdav
from bookings.calendars.errors import (
    CalendarError,
    CalendarGone,
    ChangedThere,
    LeadsElsewhere,
    NotAllowed,
    SignedOut,
    TooManyCalls,
    Unavailable,
)
from bookings.calendars.event_keys import OUR_KEY
from bookings.calendars.event_text import event_text, says_the_same
from bookings.calendars.http import CHANGED, GONE, NOT_UNDERSTOOD, Answer, call, judge
from bookings.calendars.provider import Changes, Listed, ToWrite, Written
from bookings.calendars.webdav import CAL, DAV, SERVER, Found

AT_ONCE = 50
"""Events that are fetched by one request."""
MOST_EVENTS = 20_000
WRITE = {f"{DAV}{name}" for name in ("all", "write", "write-content", "bind")}
GONE_ALREADY = {404, 410}
LOST = {400, 403, 404, 409, 410, 412, 507}
"""What servers answer to a sync token that they do not know any more, each its own."""


class CalDav:
    """One account.  ``zone`` is that of times which name none, ``addresses`` the account's own e-mail addresses."""

    def __init__(
        self, url: str, user: str, password: str, *, zone: str = "UTC", addresses: Sequence[str] = ()
    ) -> None:
        self._url = url
        self._auth = (user, password)
        self._zone = zone
        own = [*addresses, *([user] if "@" in user else [])]
        self._addresses = [address.lower() for address in own if address]

    # --- Which calendars there are ---

    def calendars(self) -> Sequence[Listed]:
        """Those of the account that hold events, found from the server's address alone (RFC 6764)."""
        home = self._home()
        found = {one.url: one for one in self._propfind(home, "1")}
        return [self._listed(one) for one in found.values() if self._holds_events(one)]

    def _home(self) -> str:
        """The address of the collection of calendars, or the calendar itself that was named."""
        named = self._named()
        if f"{CAL}calendar" in named.names(f"{DAV}resourcetype"):
            return named.url
        principal = named.href(f"{DAV}current-user-principal")
        if not principal:
            raise NotAllowed(NOT_UNDERSTOOD)
        (who,) = self._propfind(webdav.joined(named.url, principal), "0")[:1] or [named]
        home = who.href(f"{CAL}calendar-home-set")
        if not home:
            raise NotAllowed(NOT_UNDERSTOOD)
        return webdav.joined(who.url, home)

    def _named(self) -> Found:
        """What answers at the address or, where that is a bare host's, at the well-known one."""
        well_known = webdav.joined(self._url, "/.well-known/caldav")
        is_bare = httpx2.URL(self._url).path in {"", "/"}
        refusal: CalendarError = NotAllowed(NOT_UNDERSTOOD)
        for url in (well_known, self._url) if is_bare else (self._url, well_known):
            try:
                found = self._propfind(url, "0")
            except (SignedOut, TooManyCalls):
                raise
            except CalendarError as error:
                if not isinstance(refusal, LeadsElsewhere):
                    refusal = error
                continue
            if found and (found[0].href(f"{DAV}current-user-principal") or self._holds_events(found[0])):
                return found[0]
        raise refusal

    def _propfind(self, url: str, depth: str) -> list[Found]:
        body = webdav.propfind(
            "d:resourcetype", "d:displayname", "d:current-user-principal", "d:current-user-privilege-set",
            "d:sync-token", "c:calendar-home-set", "c:supported-calendar-component-set", "s:getctag",
        )  # fmt: skip
        return webdav.multistatus(self._call("PROPFIND", url, body, Depth=depth))

    @staticmethod
    def _holds_events(one: Found) -> bool:
        kinds = one.properties.get(f"{CAL}supported-calendar-component-set")
        names = [kind.get("name") for kind in kinds] if kinds is not None else ["VEVENT"]
        return f"{CAL}calendar" in one.names(f"{DAV}resourcetype") and "VEVENT" in names

    @staticmethod
    def _listed(one: Found) -> Listed:
        rights = one.names(f"{DAV}current-user-privilege-set")
        path = unquote(httpx2.URL(one.url).path).rstrip("/")
        name = one.text(f"{DAV}displayname") or path.rpartition("/")[2]
        return Listed(one.url, name[:200], writable=not rights or bool(rights & WRITE))

    # --- Reading ---

    def changes(self, calendar: str, since: str, start: datetime, end: datetime) -> Changes:
        asked = ics.Asked(start, end, self._zone, self._addresses)
        known = json.loads(since) if since else {}
        now = self._marks(calendar)
        if known and known == now:
            return Changes((), (), (), since, whole=False)
        if known.get("sync"):
            answer = self._call(
                "REPORT", calendar, webdav.sync_collection(known["sync"]), lost=True, Depth="1"
            )
            if answer.status not in LOST:
                return self._differing(calendar, answer, asked, now)
        return self._everything(calendar, asked, now)

    def _marks(self, calendar: str) -> dict[str, str]:
        """What tells one state of the calendar from another."""
        found = self._propfind(calendar, "0")
        if not found or not self._holds_events(found[0]):
            raise CalendarGone(GONE)
        marks = {"sync": found[0].text(f"{DAV}sync-token"), "ctag": found[0].text(f"{SERVER}getctag")}
        return {name: mark for name, mark in marks.items() if mark}

    def _everything(self, calendar: str, asked: ics.Asked, now: dict[str, str]) -> Changes:
        body = webdav.events_between(f"{asked.start:%Y%m%dT%H%M%SZ}", f"{asked.end:%Y%m%dT%H%M%SZ}")
        found = webdav.multistatus(self._call("REPORT", calendar, body, Depth="1"))
        read = ics.bounded(self._read(calendar, [one.url for one in found], asked))
        return Changes(read.busy, read.ours, (), json.dumps(now), whole=True, remark=read.remark)

    def _differing(self, calendar: str, answer: Answer, asked: ics.Asked, now: dict[str, str]) -> Changes:
        found = [one for one in webdav.multistatus(answer) if one.url.rstrip("/") != calendar.rstrip("/")]
        there = [one.url for one in found if one.status == 200]
        read = ics.bounded(self._read(calendar, there, asked))
        told = {one.event for one in read.busy} | {self._href(calendar, one.key) for one in read.ours}
        gone = [self._key(one.url) for one in found if one.url not in told]
        token = webdav.parsed(answer).findtext(f"{DAV}sync-token") or ""
        marks = {**now, "sync": token} if token else {}
        return Changes(read.busy, read.ours, gone, json.dumps(marks), whole=False, remark=read.remark)

    def _read(self, calendar: str, urls: Sequence[str], asked: ics.Asked) -> ics.Reading:
        """The events at these addresses; one that cannot be read leaves the others alone."""
        whole = ics.Reading()
        for first in range(0, min(len(urls), MOST_EVENTS), AT_ONCE):
            for one in self._fetched(calendar, urls[first : first + AT_ONCE]):
                try:
                    read = ics.read(
                        one.text(f"{CAL}calendar-data").encode(),
                        asked,
                        name=one.url,
                        etag=_strong(one.text(f"{DAV}getetag")),
                    )
                except Unavailable:
                    whole.remark = ics.SOME_UNREAD
                    continue
                whole.busy += read.busy
                whole.ours += read.ours
                whole.remark = read.remark or whole.remark
        return whole

    def _fetched(self, calendar: str, urls: Sequence[str]) -> Iterator[Found]:
        paths = [httpx2.URL(one).raw_path.decode() for one in urls]
        answer = self._call("REPORT", calendar, webdav.multiget(paths), Depth="1")
        return (one for one in webdav.multistatus(answer) if one.status == 200)

    @staticmethod
    def _key(url: str) -> str:
        """Our key where the address is that of an event of ours, else the address."""
        name = url.rpartition("/")[2].removesuffix(".ics")
        return name if OUR_KEY.fullmatch(name) else url

    # --- Writing ---

    def write(self, calendar: str, event: ToWrite, known: Written | None) -> Written:
        """Put it there once: a first try that was cut off is found by its address, which is made of its key."""
        url = known.event if known else self._href(calendar, event.key)
        body = event_text(event, organizer=self._addresses[0] if self._addresses else "")
        condition = {"If-Match": known.etag} if known and known.etag else {"If-None-Match": "*"}
        answer = self._put(url, body, condition)
        if answer.status == 412 and "If-None-Match" in condition:
            answer = self._put(url, body, {"If-Match": self._etag(url)})
        elif known and answer.status in {404, 410, 412}:
            return self._written_before(url, event)
        judge(answer)
        return Written(url, _strong(answer.headers.get("etag", "")) or self._etag(url))

    def _written_before(self, url: str, event: ToWrite) -> Written:
        """What a try that was cut off put there; raises ``ChangedThere`` for what somebody else did."""
        there = call("GET", url, auth=self._auth)
        if there.status != 200 or not says_the_same(there.body, event):
            raise ChangedThere(CHANGED)
        return Written(url, _strong(there.headers.get("etag", "")) or self._etag(url))

    def remove(self, calendar: str, key: str, known: Written | None, *, tell: bool) -> bool:
        url = known.event if known else self._href(calendar, key)
        answer = call("DELETE", url, auth=self._auth)
        if answer.status not in GONE_ALREADY:
            judge(answer)
            return True
        there = call("GET", url, auth=self._auth)
        if there.status in GONE_ALREADY:
            return False
        judge(there)
        raise ChangedThere(CHANGED)  # one of two answers is wrong: it is tried again

    def _put(self, url: str, body: bytes, condition: dict[str, str]) -> Answer:
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        return call("PUT", url, headers=headers, content=body, auth=self._auth)

    def _etag(self, url: str) -> str:
        body = webdav.propfind("d:getetag")
        (found,) = webdav.multistatus(self._call("PROPFIND", url, body, Depth="0"))[:1]
        return _strong(found.text(f"{DAV}getetag"))

    @staticmethod
    def _href(calendar: str, key: str) -> str:
        return f"{calendar.rstrip('/')}/{key}.ics"

    def _call(self, method: str, url: str, body: bytes, *, lost: bool = False, **headers: str) -> Answer:
        """One call; ``lost`` lets through what may mean that a sync token is lost."""
        answer = call(method, url, headers={**webdav.XML, **headers}, content=body, auth=self._auth)
        return answer if lost and answer.status in LOST else judge(answer)


def _strong(etag: str) -> str:
    """A version as the server itself spells it: proxies that pack answers mark it as weak."""
    return etag.removeprefix("W/")
