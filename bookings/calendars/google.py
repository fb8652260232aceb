"""Google Calendar (v3): read by sync tokens, written once under ids that are made of the booking's key."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings

from bookings.calendars import google_events as events
from bookings.calendars.errors import ChangedThere, NotAllowed, Unavailable
from bookings.calendars.google_errors import judge
from bookings.calendars.http import CHANGED, NOT_UNDERSTOOD
from bookings.calendars.json_api import Bearer, JsonApi
from bookings.calendars.marks import mark_of
from bookings.calendars.provider import Busy, Changes, Listed, Ours, ToWrite, Written
from bookings.calendars.push import Watched
from bookings.calendars.refusals import MOST_PAGES, TOO_MANY_EVENTS

USUAL_URL = "https://www.googleapis.com/calendar/v3"
WRITERS = {"owner", "writer"}
LOST = (400, 410)
"""What Google answers to a sync token that it does not know any more, or does not read."""
GONE_ALREADY = (404, 410)
MOST_MAKINGS = 50
"""So often one key's event may have been deleted over there."""
A_WEEK = timedelta(days=7)


class Google:
    """One account.  ``zone`` is that of all-day events where the calendar names none."""

    def __init__(self, bearer: Bearer, *, zone: str = "UTC") -> None:
        self._api = JsonApi(settings.GOOGLE_CALENDAR_URL, USUAL_URL, bearer, judge)
        self._zone = zone

    # --- Which calendars there are ---

    def calendars(self) -> Sequence[Listed]:
        pages = list(self._pages("/users/me/calendarList", {"maxResults": "250"}))
        found = [item for page in pages for item in page.get("items", ())]
        owner = next((str(item["id"]) for item in found if item.get("primary")), "")
        return [
            Listed(
                str(item["id"]),
                str(item.get("summaryOverride") or item.get("summary") or item["id"])[:200],
                writable=item.get("accessRole") in WRITERS,
                primary=bool(item.get("primary")),
                owner=owner,
            )
            for item in found
        ]

    # --- Reading ---

    def changes(self, calendar: str, since: str, start: datetime, end: datetime) -> Changes:
        fixed = {"singleEvents": "true", "maxResults": "2500", "fields": events.FIELDS}
        if since:
            pages = list(self._pages(_path(calendar), {**fixed, "syncToken": since}, but=LOST))
            if "error" not in pages[-1]:
                return self._changes(pages, start, end, whole=False)
        within = {"timeMin": _rfc3339(start), "timeMax": _rfc3339(end)}
        return self._changes(list(self._pages(_path(calendar), fixed | within)), start, end, whole=True)

    def _changes(
        self, pages: Sequence[Mapping[str, Any]], start: datetime, end: datetime, *, whole: bool
    ) -> Changes:
        busy: list[Busy] = []
        ours: list[Ours] = []
        gone: list[str] = []
        zone = str(pages[-1].get("timeZone") or self._zone)
        for event in (item for page in pages for item in page.get("items", ())):
            if event.get("status") == events.CANCELLED:
                gone.append(events.key_of(event["id"]) or str(event["id"]))
            elif events.is_ours(event):
                ours.append(events.ours_of(event, zone))
            elif (
                (found := events.busy_of(event, zone))
                and events.is_busy(event)
                and _is_within(found, start, end)
            ):
                busy.append(found)
            else:
                gone.append(str(event["id"]))
        token = str(pages[-1].get("nextSyncToken", ""))
        return Changes(busy, ours, () if whole else gone, token, whole=whole)

    def _pages(
        self, path: str, query: Mapping[str, str], *, but: tuple[int, ...] = ()
    ) -> Iterator[Mapping[str, Any]]:
        """Each page of a list; the last is an error's body where its status is in ``but``."""
        further: dict[str, str] = {}
        for _page in range(MOST_PAGES):
            reply = self._api.call("GET", path, query={**query, **further}, but=but)
            yield reply.body if reply.status == 200 else {"error": reply.status}
            if reply.status != 200 or not reply.body.get("nextPageToken"):
                return
            further = {"pageToken": str(reply.body["nextPageToken"])}
        raise NotAllowed(TOO_MANY_EVENTS)

    # --- Writing ---

    def write(self, calendar: str, event: ToWrite, known: Written | None) -> Written:
        """Make or change it.  ``known`` with the version that stands there overwrites what a person changed."""
        if known is None:
            return self._made(calendar, event)
        for _try in range(2):
            there = self._get(calendar, known.event)
            if there is None:
                raise ChangedThere(CHANGED)
            if _is_written(event, there):
                return events.written(there)
            if known.etag not in {"", there["etag"]} and _is_moved(there):
                raise ChangedThere(CHANGED)
            if changed := self._changed(calendar, event, there):
                return changed
        raise ChangedThere(CHANGED)

    def _made(self, calendar: str, event: ToWrite) -> Written:
        """Insert it, or find what a try that was cut off has inserted."""
        for count in range(MOST_MAKINGS):
            name = events.event_id(event.key, count)
            body = {"id": name, **events.body_of(event)}
            reply = self._api.call("POST", _path(calendar), query=_query(event), body=body, but=(409,))
            if reply.status != 409:
                return _checked(reply.body)
            there = self._get(calendar, name)
            if there is None:
                if name in self._named(
                    calendar, event.key
                ):  # one of three answers is wrong: it is tried again
                    raise ChangedThere(CHANGED)
                continue  # deleted over there
            mark = events.mark_in(there)
            if mark is not None and mark.digest == mark_of(event).digest:
                return Written(
                    name, "" if _is_moved(there) else str(there["etag"]), events.meeting_url(there)
                )
            if changed := self._changed(calendar, event, there):
                return changed
            break
        raise ChangedThere(CHANGED)

    def _changed(self, calendar: str, event: ToWrite, there: events.Event) -> Written | None:
        """The event once it is changed, or None where somebody else was faster."""
        reply = self._api.call(
            "PATCH",
            _path(calendar, str(there["id"])),
            query=_query(event),
            body=events.body_of(event, there),
            headers={"If-Match": str(there["etag"])},
            but=(412,),
        )
        return None if reply.status == 412 else _checked(reply.body)

    def remove(self, calendar: str, key: str, known: Written | None, *, tell: bool) -> bool:
        updates = {"sendUpdates": "all" if tell else "none"}
        stood = False
        for name in [known.event] if known else self._named(calendar, key):
            reply = self._api.call("DELETE", _path(calendar, name), query=updates, but=GONE_ALREADY)
            if reply.status not in GONE_ALREADY:
                stood = True
            elif self._get(calendar, name):  # one of two answers is wrong: it is tried again
                raise ChangedThere(CHANGED)
        return stood

    def _named(self, calendar: str, key: str) -> list[str]:
        query = {"privateExtendedProperty": f"{events.KEY}={key}", "fields": events.FIELDS}
        pages = self._pages(_path(calendar), query)
        return [str(item["id"]) for page in pages for item in page.get("items", ()) if events.is_ours(item)]

    def _get(self, calendar: str, name: str) -> events.Event | None:
        """What stands there, or None where it does not any more."""
        reply = self._api.call("GET", _path(calendar, name), but=GONE_ALREADY)
        is_there = (
            reply.status == 200 and _checked(reply.body) and reply.body.get("status") != events.CANCELLED
        )
        return reply.body if is_there else None

    # --- Being told ---

    def watch(self, calendar: str, address: str, secret: str) -> Watched:
        """For a week.  Google sends ``secret`` as ``X-Goog-Channel-Token``, the id as ``X-Goog-Channel-ID``."""
        body = {
            "id": str(uuid.uuid4()),
            "type": "web_hook",
            "address": address,
            "token": secret,
            "params": {"ttl": str(int(A_WEEK.total_seconds()))},
        }
        answer = self._api.call("POST", f"{_path(calendar)}/watch", body=body).body
        try:
            until = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
            return Watched(str(answer["id"]), str(answer["resourceId"]), until)
        except (KeyError, ValueError, TypeError) as error:
            raise Unavailable(NOT_UNDERSTOOD) from error

    def unwatch(self, channel: Watched) -> None:
        body = {"id": channel.id, "resourceId": channel.resource}
        self._api.call("POST", "/channels/stop", body=body, but=GONE_ALREADY)


def _path(calendar: str, event: str = "") -> str:
    path = f"/calendars/{quote(calendar, safe='')}/events"
    return f"{path}/{quote(event, safe='')}" if event else path


def _query(event: ToWrite) -> dict[str, str]:
    return {"sendUpdates": "all" if event.invite else "none", "conferenceDataVersion": "1"}


def _rfc3339(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _is_within(found: Busy, start: datetime, end: datetime) -> bool:
    return start < found.end and found.start < end and found.start < found.end


def _is_moved(there: events.Event) -> bool:
    """Whether somebody moved it since it was written; one without a mark was changed by somebody."""
    mark = events.mark_in(there)
    return mark is None or events.span(there, "UTC") != (mark.start, mark.end)


def _is_written(event: ToWrite, there: events.Event) -> bool:
    mark = events.mark_in(there)
    return mark is not None and mark.digest == mark_of(event).digest and not _is_moved(there)


def _checked(body: Mapping[str, Any]) -> Written:
    """Half an answer names no event."""
    if not body.get("id"):
        raise Unavailable(NOT_UNDERSTOOD)
    return events.written(body)
