"""A stand-in of Microsoft Graph's calendars and of Microsoft's OAuth.

The form of each request is that of Graph v1.0's reference (https://learn.microsoft.com/graph/api/resources/calendar,
its pages event-delta, calendar-post-events, event-update, event-delete, json-batching and subscription), and the table
of scopes that of their permission tables: a token whose scopes do not stand beside a method gets 403 from it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from tests.calendars.oauth_server import OAuth, OAuthError
from tests.calendars.stand_in import Mailed, Refusal, need, only

_READ = frozenset({"Calendars.Read", "Calendars.ReadBasic", "Calendars.ReadWrite"})
_DETAILS = frozenset({"Calendars.Read", "Calendars.ReadWrite"})
_WRITE = frozenset({"Calendars.ReadWrite"})
_SHOWN = {"free", "tentative", "busy", "oof", "workingElsewhere", "unknown"}
_WRITABLE = {
    "subject", "body", "start", "end", "location", "showAs", "attendees", "hideAttendees", "transactionId",
    "singleValueExtendedProperties", "isOnlineMeeting", "onlineMeetingProvider", "isAllDay",
}  # fmt: skip
_TELLING = {"subject", "body", "start", "end", "location"}
_BLOB = "<div>________________________________________<br>Join the meeting</div>"
_FILTER = re.compile(r"singleValueExtendedProperties/Any\(ep: ep/id eq '([^']+)' and ep/value eq '([^']+)'\)")
_EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '[^']+'(?: or id eq '[^']+')*\)")
_V = "/v1.0"
_EVENT = f"{_V}/me/events/<event>"
_CALENDAR = f"{_V}/me/calendars/<calendar>"


class Microsoft(OAuth):
    """One account's calendars: ``events`` holds the events by their ids, deleted ones as None."""

    ROUTES = (
        ("POST", "/<tenant>/oauth2/v2.0/token", "token"),
        ("GET", f"{_V}/me/calendars", "calendars.list"),
        ("GET", f"{_CALENDAR}/calendarView/delta", "events.delta"),
        ("GET", f"{_CALENDAR}/events", "events.list"),
        ("POST", f"{_CALENDAR}/events", "events.create"),
        ("GET", _EVENT, "events.get"),
        ("PATCH", _EVENT, "events.update"),
        ("DELETE", _EVENT, "events.delete"),
        ("POST", f"{_V}/$batch", "batch"),
        ("POST", f"{_V}/subscriptions", "subscriptions.create"),
        ("DELETE", f"{_V}/subscriptions/<subscription>", "subscriptions.delete"),
    )
    OPEN = frozenset({"token", "batch"})  # each request in a batch is judged by itself
    SCOPES: Mapping[str, frozenset[str]] = {
        "calendars.list": _READ | {"Calendars.Read.Shared"},
        "events.delta": _READ,
        "events.list": _READ,
        "events.get": _READ,
        "events.create": _WRITE,
        "events.update": _WRITE,
        "events.delete": _WRITE,
        "subscriptions.create": _DETAILS,
        "subscriptions.delete": _DETAILS,
    }

    def __init__(self, owner: str = "anna@example.org") -> None:
        super().__init__()
        self.owner = owner
        self.lists = [{"id": "C1", "name": "Calendar", "canEdit": True, "isDefaultCalendar": True}]
        self.events: dict[str, dict[str, Any] | None] = {}
        self.changed: list[str] = []
        self.transactions: dict[str, str] = {}
        self.round = 0  # delta links of another one are forgotten
        self.page = 200
        self.subscriptions: dict[str, Mapping[str, Any]] = {}
        self.repeats_are_conflicts = True  # what a transaction's id that was used answers: 409, or the event

    # --- What a person does over there ---

    def has_another(self, calendar: str) -> None:
        """One more calendar, which is the account's own, too."""
        self.lists.append({"id": calendar, "name": calendar, "canEdit": True, "isDefaultCalendar": False})

    def has(self) -> list[dict[str, Any]]:
        return [event for event in self.events.values() if event is not None]

    def person_puts(self, start: str, end: str, **more: Any) -> str:
        """Somebody's own event, its times in UTC; returns its id."""
        times = {
            side: {"dateTime": when, "timeZone": "UTC"} for side, when in (("start", start), ("end", end))
        }
        return self._keep(f"E{next(self.numbers)}", {"calendar": "C1", "subject": "secret", **times, **more})

    def person_puts_series(self, *days: str, **more: Any) -> tuple[str, list[str]]:
        """A series at nine; of its occurrences a delta tells nothing but the times."""
        master = self.person_puts(f"{days[0]}T09:00:00", f"{days[0]}T10:00:00", type="seriesMaster", **more)
        occurrences = [
            self.person_puts(f"{day}T09:00:00", f"{day}T10:00:00", type="occurrence", seriesMasterId=master)
            for day in days
        ]
        return master, occurrences

    def person_changes(self, event: str, **more: Any) -> None:
        self._keep(event, {**self._event(event), **more})

    def person_deletes(self, event: str) -> None:
        self.events[event] = None
        self.changed.append(event)

    def person_answers(self, event: str, email: str, answer: str) -> None:
        found = self._event(event)
        for attendee in found["attendees"]:
            if attendee["emailAddress"]["address"] == email:
                attendee["status"] = {"response": answer}
        self._keep(event, found)

    def forget_links(self) -> None:
        self.round += 1

    # --- The methods ---

    def calendars_list(self, request: Request) -> Mapping[str, Any]:
        only(request.args, {"$top", "$select", "$skip"}, "parameter")
        start = int(request.args.get("$skip", 0))
        more = {}
        if len(self.lists) > start + self.page:
            more["@odata.nextLink"] = f"{self.url}{_V}/me/calendars?$skip={start + self.page}"
        owner = {"owner": {"name": "Anna", "address": self.owner}}
        return {"value": [{**one, **owner} for one in self.lists[start : start + self.page]], **more}

    def events_delta(self, request: Request, calendar: str) -> Mapping[str, Any]:
        self._calendar(calendar)
        asked = request.args
        only(asked, {"startDateTime", "endDateTime", "$deltatoken", "$skiptoken"}, "parameter")
        if "startDateTime" in asked:
            window = f"{asked['startDateTime']}_{asked['endDateTime']}"
            state = [self.round, 0, 0, len(self.changed), window]
        else:
            state = (asked.get("$deltatoken") or asked["$skiptoken"]).split("!")
        known, since, skip, until, window = state
        until = min(int(until), len(self.changed))
        if int(known) != self.round:
            raise Refusal(410, "SyncStateNotFound", "The sync state generation is not found.")
        names = list(dict.fromkeys(self.changed[int(since) : until]))
        page = names[int(skip) : int(skip) + self.page]
        start, end = (datetime.fromisoformat(one) for one in window.split("_"))
        shown = [self._in_delta(name, start, end) for name in page]
        if not int(since):
            shown = [one for one in shown if "@removed" not in one]
        path = f"{self.url}{_CALENDAR.replace('<calendar>', calendar)}/calendarView/delta"
        if len(names) > int(skip) + self.page:
            token = f"{known}!{since}!{int(skip) + self.page}!{until}!{window}"
            return {"value": shown, "@odata.nextLink": f"{path}?$skiptoken={token}"}
        token = f"{known}!{until}!0!{10**9}!{window}"
        return {"value": shown, "@odata.deltaLink": f"{path}?$deltatoken={token}"}

    def _in_delta(self, name: str, start: datetime, end: datetime) -> Mapping[str, Any]:
        event = self.events[name]
        if event is None or not (self.span(event)[0] < end and self.span(event)[1] > start):
            return {"id": name, "@removed": {"reason": "deleted"}}
        told = self._shown(name, "")
        if event.get("type") == "occurrence":
            return {part: told[part] for part in ("id", "type", "seriesMasterId", "start", "end")}
        return told

    def events_list(self, request: Request, calendar: str) -> Mapping[str, Any]:
        self._calendar(calendar)
        only(request.args, {"$filter", "$select", "$expand", "$top"}, "parameter")
        wanted = _FILTER.fullmatch(request.args.get("$filter", ""))
        need(wanted is not None, "$filter")
        assert wanted
        prop = {"id": wanted[1], "value": wanted[2]}
        here = (
            (name, event) for name, event in self.events.items() if event and event["calendar"] == calendar
        )
        names = [name for name, event in here if prop in event.get(_PROPERTIES, ())]
        return {"value": [self._selected(request, name) for name in names]}

    def events_create(self, request: Request, calendar: str) -> tuple[int, Mapping[str, Any]]:
        self._calendar(calendar)
        body = self._checked(request)
        need({"subject", "start", "end"} <= set(body), "subject, start and end")
        transaction = body.get("transactionId")
        if transaction in self.transactions:
            before = self.transactions[transaction]
            if self.repeats_are_conflicts or self.events[before] is None:
                raise Refusal(409, "ErrorDuplicateTransactionId")
            return 201, self._shown(before, "")
        name = self._keep(f"E{next(self.numbers)}", {"calendar": calendar, **body})
        if transaction:
            self.transactions[transaction] = name
        self._mail(name, "invited", self._guests(name))
        return 201, self._shown(name, "")

    def events_get(self, request: Request, event: str) -> Mapping[str, Any]:
        only(request.args, {"$select", "$expand"}, "parameter")
        self._event(event)
        return self._selected(request, event)

    def events_update(self, request: Request, event: str) -> Mapping[str, Any]:
        body = self._checked(request)
        need("transactionId" not in body, "transactionId cannot be changed")
        found = self._event(event)
        if request.headers.get("If-Match", found["@odata.etag"]) != found["@odata.etag"]:
            raise Refusal(412, "ErrorIrresolvableConflict")
        properties = {one["id"]: one for one in (*found.get(_PROPERTIES, ()), *body.get(_PROPERTIES, ()))}
        before, is_told = (
            set(self._guests(event)),
            any(found.get(part) != body.get(part) for part in _TELLING),
        )
        if found.get("isOnlineMeeting") and "body" in body and "____" not in body["body"]["content"]:
            found |= {"isOnlineMeeting": False, "onlineMeeting": None}
        self._keep(event, {**found, **body, _PROPERTIES: list(properties.values())})
        after = set(self._guests(event))
        self._mail(event, "cancelled", before - after)
        self._mail(event, "invited", after - before)
        self._mail(event, "changed", after & before if is_told else ())
        return self._shown(event, "")

    def events_delete(self, _request: Request, event: str) -> None:
        self._event(event)
        self._mail(event, "cancelled", self._guests(event))
        self.person_deletes(event)

    def batch(self, request: Request) -> Mapping[str, Any]:
        asked = request.get_json()["requests"]
        need(1 <= len(asked) <= 20, "a batch holds up to 20 requests")
        need(len({one["id"] for one in asked}) == len(asked), "ids must differ")
        return {"responses": [self._one_of(request, one) for one in asked]}

    def _one_of(self, request: Request, one: Mapping[str, Any]) -> Mapping[str, Any]:
        need(one["url"].startswith("/") and {"id", "method", "url"} <= set(one), "a request of a batch")
        headers = {**one.get("headers", {}), "Authorization": request.headers.get("Authorization", "")}
        builder = EnvironBuilder(
            f"{_V}{one['url']}", method=one["method"], headers=headers, json=one.get("body")
        )
        answer = self._answer(Request(builder.get_environ()))
        return {
            "id": one["id"],
            "status": answer.status_code,
            "headers": dict(answer.headers),
            "body": answer.get_json(),
        }

    def subscriptions_create(self, request: Request) -> tuple[int, Mapping[str, Any]]:
        body = request.get_json()
        required = {"changeType", "notificationUrl", "resource", "expirationDateTime"}
        only(body, required | {"clientState", "lifecycleNotificationUrl"}, "field")
        need(required <= set(body), "required fields")
        need(len(body.get("clientState", "")) <= 128, "clientState")
        need(
            body.get("lifecycleNotificationUrl", "https://").startswith("https://"),
            "lifecycleNotificationUrl",
        )
        need(set(body["changeType"].split(",")) <= {"created", "updated", "deleted"}, "changeType")
        need(re.fullmatch(r"/?me/events", body["resource"]) is not None, "resource")
        need(body["notificationUrl"].startswith("https://"), "notificationUrl")
        until = datetime.fromisoformat(body["expirationDateTime"])
        need(until <= datetime.now(UTC) + timedelta(minutes=10_080), "expirationDateTime")
        name = f"S{next(self.numbers)}"
        self.subscriptions[name] = body
        return 201, {**body, "id": name}

    def subscriptions_delete(self, _request: Request, subscription: str) -> None:
        if self.subscriptions.pop(subscription, None) is None:
            raise Refusal(404, "ResourceNotFound")

    # --- What holds for several ---

    def error(self, refusal: Refusal) -> Mapping[str, Any]:
        if isinstance(refusal, OAuthError):
            return super().error(refusal)
        return {"error": {"code": refusal.reason, "message": refusal.text, "innerError": {}}}

    @staticmethod
    def span(event: Mapping[str, Any]) -> tuple[datetime, datetime]:
        """In UTC."""
        start, end = (
            datetime.fromisoformat(event[side]["dateTime"]).replace(tzinfo=ZoneInfo(event[side]["timeZone"]))
            for side in ("start", "end")
        )
        return start.astimezone(UTC), end.astimezone(UTC)

    def _calendar(self, calendar: str) -> None:
        if calendar not in {one["id"] for one in self.lists}:
            raise Refusal(404, "ErrorItemNotFound")

    def _event(self, event: str) -> dict[str, Any]:
        found = self.events.get(event)
        if found is None:
            raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return copy.deepcopy(found)

    def _selected(self, request: Request, name: str) -> Mapping[str, Any]:
        expand = request.args.get("$expand", "")
        need(not expand or _EXPAND.fullmatch(expand) is not None, "$expand")
        shown = self._shown(name, expand)
        if "$select" not in request.args:
            return shown
        chosen = {*request.args["$select"].split(","), "id", "@odata.etag", _PROPERTIES}
        only(chosen, {*_WRITABLE, *_TOLD}, "$select")
        return {part: value for part, value in shown.items() if part in chosen}

    def _shown(self, name: str, expand: str) -> dict[str, Any]:
        """Times are told in UTC; extended properties only where they are asked for."""
        event = self._event(name)
        times = zip(("start", "end"), self.span(event), strict=True)
        told = {
            side: {"dateTime": f"{when:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"} for side, when in times
        }
        wanted = set(re.findall(r"'([^']+)'", expand))
        properties = [one for one in event.pop(_PROPERTIES, ()) if one["id"] in wanted]
        event.pop("calendar")
        return {**event, **told, **({_PROPERTIES: properties} if properties else {})}

    def _checked(self, request: Request) -> dict[str, Any]:
        only(request.args, (), "parameter")
        body: dict[str, Any] = request.get_json()
        only(body, _WRITABLE, "field")
        need(body.get("showAs", "busy") in _SHOWN, "showAs")
        for side in {"start", "end"} & set(body):
            need(set(body[side]) == {"dateTime", "timeZone"} and "+" not in body[side]["dateTime"], side)
            ZoneInfo(body[side]["timeZone"])
        for guest in body.get("attendees", ()):
            need(
                "@" in guest["emailAddress"]["address"] and guest["type"] in {"required", "optional"},
                "attendees",
            )
        for one in body.get(_PROPERTIES, ()):
            need(
                re.fullmatch(r"String \{[0-9a-f-]{36}\} Name \w+", one["id"]) is not None, "extended property"
            )
        if "onlineMeetingProvider" in body:
            need(body["onlineMeetingProvider"] == "teamsForBusiness", "onlineMeetingProvider")
            body["onlineMeeting"] = {"joinUrl": f"https://teams.microsoft.com/l/{next(self.numbers)}"}
            content = f"<html><body>{body['body']['content']}{_BLOB}</body></html>"
            body["body"] = {"contentType": "html", "content": content}
        return body

    def _keep(self, event: str, body: Mapping[str, Any]) -> str:
        usual = {"showAs": "busy", "isAllDay": False, "isCancelled": False, "type": "singleInstance"}
        usual |= {"responseStatus": {"response": "organizer"}, "transactionId": None}
        etag = f'W/"{next(self.numbers)}"'
        self.events[event] = {**usual, **copy.deepcopy(dict(body)), "id": event, "@odata.etag": etag}
        self.changed.append(event)
        return event

    def _guests(self, event: str) -> list[str]:
        return [one["emailAddress"]["address"] for one in (self.events[event] or {}).get("attendees", ())]

    def _mail(self, event: str, what: str, guests: Iterable[str]) -> None:
        """Whoever is an attendee is mailed: there is no switch against it."""
        self.mailed += [Mailed(guest, what, event) for guest in sorted(guests)]


_PROPERTIES = "singleValueExtendedProperties"
_TOLD = {
    "id", "@odata.etag", "isCancelled", "responseStatus", "type", "seriesMasterId", "onlineMeeting", _PROPERTIES,
}  # fmt: skip
