"""Microsoft 365 (Graph v1.0): read by delta links, written once by transaction ids and an extended property."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings

from bookings.calendars import microsoft_events as events
from bookings.calendars.errors import ChangedThere, NotAllowed, Unavailable
from bookings.calendars.http import CHANGED, NOT_UNDERSTOOD
from bookings.calendars.json_api import Bearer, JsonApi, Reply
from bookings.calendars.marks import mark_of
from bookings.calendars.microsoft_errors import error_of, judge
from bookings.calendars.provider import Busy, Changes, Listed, Ours, ToWrite, Written
from bookings.calendars.push import Watched
from bookings.calendars.refusals import TOO_MANY_EVENTS

USUAL_URL = "https://graph.microsoft.com/v1.0"
LOST = (400, 410)
"""What Graph answers to a delta link that it does not know any more, or does not read."""
MOST_PAGES = 1000
AT_ONCE = 20
"""The most requests that one batch holds."""
MOST_MAKINGS = 50
GONE_ALREADY = (404, 410)
NEARLY_SEVEN_DAYS = timedelta(minutes=10_000)
"""A subscription for events may last 10 080 minutes."""
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC"'
PAGE = {"Prefer": f"{PREFER}, odata.maxpagesize=200"}


class Microsoft:
    """One account.  ``zone`` is that of all-day events, ``addresses`` the owner's own."""

    def __init__(self, bearer: Bearer, *, zone: str = "UTC", addresses: Sequence[str] = ()) -> None:
        self._api = JsonApi(settings.MICROSOFT_GRAPH_URL, USUAL_URL, bearer, judge)
        self._zone = zone
        self._addresses = addresses

    # --- Which calendars there are ---

    def calendars(self) -> Sequence[Listed]:
        query = {"$top": "100", "$select": "id,name,canEdit,isDefaultCalendar,owner"}
        pages = list(self._pages("/me/calendars", query))
        return [
            Listed(
                str(item["id"]),
                str(item.get("name") or item["id"])[:200],
                writable=bool(item.get("canEdit")),
                primary=bool(item.get("isDefaultCalendar")),
                owner=str((item.get("owner") or {}).get("address") or ""),
            )
            for page in pages
            for item in page.get("value", ())
        ]

    # --- Reading ---

    def changes(self, calendar: str, since: str, start: datetime, end: datetime) -> Changes:
        if since:
            pages = list(self._pages(since, but=LOST))
            if "error" not in pages[-1]:
                return self._changes(pages, start, end, whole=False)
        window = {"startDateTime": _utc(start), "endDateTime": _utc(end)}
        pages = list(self._pages(f"{_path(calendar)}/calendarView/delta", window))
        return self._changes(pages, start, end, whole=True)

    def _changes(
        self, pages: Sequence[Mapping[str, Any]], start: datetime, end: datetime, *, whole: bool
    ) -> Changes:
        busy: list[Busy] = []
        ours: list[Ours] = []
        found = {str(item["id"]): item for page in pages for item in page.get("value", ())}
        gone = [name for name, item in found.items() if "@removed" in item]
        for event in self._completed([item for item in found.values() if "@removed" not in item]):
            within = events.busy_of(event, self._zone)
            if events.key_of(event):
                ours.append(events.ours_of(event, self._zone))
            elif (
                events.is_busy(event)
                and within.start < within.end
                and start < within.end
                and within.start < end
            ):
                busy.append(within)
            else:
                gone.append(str(event["id"]))
        token = str(pages[-1].get("@odata.deltaLink") or "")
        return Changes(busy, ours, () if whole else gone, token, whole=whole)

    def _completed(self, items: Sequence[events.Event]) -> Iterator[events.Event]:
        """The events, with what a delta leaves out: our marks, and what an occurrence has from its series."""
        by_id = {str(item["id"]): item for item in items}
        marked = self._by_ids([name for name, item in by_id.items() if events.key_of(item)])
        lacking = {str(item["seriesMasterId"]) for item in items if _lacks_its_series(item)}
        series = {**by_id, **self._by_ids(sorted(lacking - set(by_id)))}
        for name, item in by_id.items():
            if item.get("type") == events.MASTER:  # its occurrences are told of beside it
                continue
            master = series.get(str(item.get("seriesMasterId")), {}) if _lacks_its_series(item) else {}
            taken = {
                part: master[part] for part in ("showAs", "isAllDay", "responseStatus") if part in master
            }
            yield {**taken, **item, **marked.get(name, {})}

    def _by_ids(self, names: Sequence[str]) -> dict[str, events.Event]:
        """Events by their ids, many at once; one that is gone meanwhile is left out."""
        found: dict[str, events.Event] = {}
        for first in range(0, len(names), AT_ONCE):
            asked = [
                {
                    "id": str(number),
                    "method": "GET",
                    "url": f"{_event(name)}?$select={events.SELECT}&$expand={quote(events.EXPAND)}",
                    "headers": {"Prefer": PREFER},
                }
                for number, name in enumerate(names[first : first + AT_ONCE])
            ]
            answer = self._api.call("POST", "/$batch", body={"requests": asked}).body
            for one in answer.get("responses", ()):
                if one["status"] == 200:
                    found[names[first + int(one["id"])]] = one["body"]
                elif one["status"] not in {404, 410}:
                    raise error_of(Reply(one["status"], one.get("headers") or {}, one.get("body") or {}))
        return found

    def _pages(
        self, address: str, query: Mapping[str, str] | None = None, *, but: tuple[int, ...] = ()
    ) -> Iterator[Mapping[str, Any]]:
        """Each page of a list; the last is an error's body where its status is in ``but``."""
        for _page in range(MOST_PAGES):
            reply = self._api.call("GET", address, query=query, headers=PAGE, but=but)
            yield reply.body if reply.status == 200 else {"error": reply.status}
            address, query = str(reply.body.get("@odata.nextLink") or ""), None
            if reply.status != 200 or not address:
                return
        raise NotAllowed(TOO_MANY_EVENTS)

    # --- Writing ---

    def write(self, calendar: str, event: ToWrite, known: Written | None) -> Written:
        """Make or change it.  ``known`` with the version that stands there overwrites what a person changed."""
        if known is None:
            return self._made(calendar, event)
        for _try in range(2):
            there = self._get(known.event)
            if there is None:
                raise ChangedThere(CHANGED)
            if _is_written(event, there) and not _is_moved(there):
                return events.written(there)
            if known.etag not in {"", there["@odata.etag"]} and _is_moved(there):
                raise ChangedThere(CHANGED)
            if changed := self._changed(event, there):
                return changed
        raise ChangedThere(CHANGED)

    def _made(self, calendar: str, event: ToWrite) -> Written:
        """Find what a try that was cut off has made, or make it."""
        for count in range(MOST_MAKINGS):
            names = self._named(calendar, event.key)
            for name in names:
                if found := self._found(event, name):
                    return found
            if names:  # it went this moment, or an answer is wrong: it is tried again
                raise ChangedThere(CHANGED)
            body = {
                **events.body_of(event, self._addresses),
                "transactionId": events.transaction_id(event.key, count),
            }
            reply = self._api.call(
                "POST", f"{_path(calendar)}/events", body=body, headers={"Prefer": PREFER}, but=(409,)
            )
            if reply.status != 409:  # else one that was deleted has this transaction's id
                return _checked(reply.body)
        raise ChangedThere(CHANGED)

    def _found(self, event: ToWrite, name: str) -> Written | None:
        there = self._get(name)
        if there is None:
            return None
        if not _is_written(event, there):
            return self._changed(event, there)
        return Written(name, "" if _is_moved(there) else str(there["@odata.etag"]), events.meeting_url(there))

    def _changed(self, event: ToWrite, there: events.Event) -> Written | None:
        """The event once it is changed, or None where somebody else was faster."""
        reply = self._api.call(
            "PATCH",
            _event(str(there["id"])),
            body=events.body_of(event, self._addresses, there),
            headers={"Prefer": PREFER, "If-Match": str(there["@odata.etag"])},
            but=(412,),
        )
        return None if reply.status == 412 else _checked(reply.body)

    def remove(self, calendar: str, key: str, known: Written | None, *, tell: bool) -> bool:
        """Whoever is an attendee is told by the server in any case: ``tell`` can change nothing of it."""
        stood = False
        for name in [known.event] if known else self._named(calendar, key):
            reply = self._api.call("DELETE", _event(name), headers={"Prefer": PREFER}, but=GONE_ALREADY)
            if reply.status not in GONE_ALREADY:
                stood = True
            elif self._get(name):  # one of two answers is wrong: it is tried again
                raise ChangedThere(CHANGED)
        return stood

    def _named(self, calendar: str, key: str) -> list[str]:
        query = {
            "$filter": f"singleValueExtendedProperties/Any(ep: ep/id eq '{events.KEY}' and ep/value eq '{key}')",
            "$select": "id,transactionId",
        }
        pages = list(self._pages(f"{_path(calendar)}/events", query))
        found = (item for page in pages for item in page.get("value", ()))
        return [str(item["id"]) for item in found if events.key_of(item) == key]

    def _get(self, name: str) -> events.Event | None:
        """What stands there, or None where it does not any more."""
        query = {"$select": f"{events.SELECT},body", "$expand": events.EXPAND}
        reply = self._api.call("GET", _event(name), query=query, headers={"Prefer": PREFER}, but=GONE_ALREADY)
        return reply.body if reply.status == 200 and _checked(reply.body) else None

    # --- Being told ---

    def watch(self, calendar: str, address: str, secret: str) -> Watched:
        """For nearly a week.  Microsoft first asks ``address`` for its ``validationToken``, and sends ``secret`` as
        ``clientState``.  It tells of all calendars of the account at once.
        """
        body = {
            "changeType": "created,updated,deleted",
            "notificationUrl": address,
            "lifecycleNotificationUrl": address,
            "resource": "me/events",
            "expirationDateTime": _utc(datetime.now(UTC) + NEARLY_SEVEN_DAYS),
            "clientState": secret,
        }
        answer = self._api.call("POST", "/subscriptions", body=body).body
        try:
            until = datetime.fromisoformat(str(answer["expirationDateTime"])[:19]).replace(tzinfo=UTC)
            return Watched(str(answer["id"]), str(answer["resource"]), until)
        except (KeyError, ValueError) as error:
            raise Unavailable(NOT_UNDERSTOOD) from error

    def unwatch(self, channel: Watched) -> None:
        self._api.call("DELETE", f"/subscriptions/{quote(channel.id, safe='')}", but=GONE_ALREADY)


def _path(calendar: str) -> str:
    return f"/me/calendars/{quote(calendar, safe='')}"


def _event(name: str) -> str:
    return f"/me/events/{quote(name, safe='')}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _lacks_its_series(item: events.Event) -> bool:
    return bool(item.get("seriesMasterId")) and "showAs" not in item


def _is_moved(there: events.Event) -> bool:
    """Whether somebody moved it since it was written; one without a mark was changed by somebody."""
    mark = events.mark_in(there)
    return mark is None or events.span(there, "UTC") != (mark.start, mark.end)


def _is_written(event: ToWrite, there: events.Event) -> bool:
    mark = events.mark_in(there)
    return mark is not None and mark.digest == mark_of(event).digest


def _checked(body: Mapping[str, Any]) -> Written:
    """Half an answer names no event."""
    if not body.get("id"):
        raise Unavailable(NOT_UNDERSTOOD)
    return events.written(body)
