"""A stand-in of Google Calendar and of Google's OAuth.

The form of each request is that of Google's discovery document of calendar v3, revision 20260517
(https://www.googleapis.com/discovery/v1/apis/calendar/v3/rest), and so is the table of scopes: a token whose scopes do
not stand beside a method gets 403 from it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request

from tests.calendars.oauth_server import GoogleOAuth, OAuthError
from tests.calendars.stand_in import Mailed, Refusal, need, only

_BASE = "https://www.googleapis.com/auth/calendar"
LIST_SCOPE, EVENTS_SCOPE = f"{_BASE}.calendarlist.readonly", f"{_BASE}.events"
_READ = ("", ".app.created", ".events", ".events.freebusy", ".events.owned", ".events.owned.readonly")
_READ += (".events.public.readonly", ".events.readonly", ".readonly")
_WRITE = ("", ".app.created", ".events", ".events.owned")


def _scopes(*endings: str) -> frozenset[str]:
    return frozenset(_BASE + ending for ending in endings)


_TIMES = {"timeMin", "timeMax"}
_WITH_NO_TOKEN = _TIMES | {
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "updatedMin",
}
_LIST = _WITH_NO_TOKEN | {
    "maxResults",
    "pageToken",
    "showDeleted",
    "singleEvents",
    "syncToken",
    "fields",
    "timeZone",
}
_EVENT = {
    "id", "summary", "description", "location", "start", "end", "attendees", "transparency", "status",
    "extendedProperties", "conferenceData", "guestsCanSeeOtherGuests", "sequence", "visibility", "recurrence",
}  # fmt: skip
_UPDATES = {"all", "externalOnly", "none"}
_ANSWERS = {"needsAction", "declined", "tentative", "accepted"}


class Google(GoogleOAuth):
    """One account's calendars: ``events`` holds for each calendar its events by their ids, deleted ones too."""

    ROUTES = (
        *GoogleOAuth.ROUTES,
        ("GET", "/calendar/v3/users/me/calendarList", "calendarList.list"),
        ("GET", "/calendar/v3/calendars/<calendar>/events", "events.list"),
        ("POST", "/calendar/v3/calendars/<calendar>/events", "events.insert"),
        ("POST", "/calendar/v3/calendars/<calendar>/events/watch", "events.watch"),
        ("GET", "/calendar/v3/calendars/<calendar>/events/<event>", "events.get"),
        ("PATCH", "/calendar/v3/calendars/<calendar>/events/<event>", "events.patch"),
        ("DELETE", "/calendar/v3/calendars/<calendar>/events/<event>", "events.delete"),
        ("POST", "/calendar/v3/freeBusy", "freebusy.query"),
        ("POST", "/calendar/v3/channels/stop", "channels.stop"),
    )
    SCOPES: Mapping[str, frozenset[str]] = {
        "calendarList.list": _scopes("", ".calendarlist", ".calendarlist.readonly", ".readonly"),
        "events.list": _scopes(*_READ),
        "events.get": _scopes(*_READ),
        "events.watch": _scopes(*_READ),
        "events.insert": _scopes(*_WRITE),
        "events.patch": _scopes(*_WRITE),
        "events.delete": _scopes(*_WRITE),
        "freebusy.query": _scopes("", ".events.freebusy", ".freebusy", ".readonly"),
        "channels.stop": _scopes("", ".events", ".events.readonly", ".readonly", ".settings.readonly"),
    }

    def __init__(self, owner: str = "anna@example.org", zone: str = "Europe/Berlin") -> None:
        super().__init__()
        self.owner, self.zone = owner, zone
        self.lists = [{"id": owner, "summary": "Anna", "accessRole": "owner", "primary": True}]
        self.events: dict[str, dict[str, dict[str, Any]]] = {owner: {}}
        self.changed: list[tuple[str, str]] = []  # (calendar, event), in the order in which they changed
        self.round = 0  # tokens of another one are forgotten
        self.channels: dict[str, dict[str, Any]] = {}
        self.makes_meetings = "at once"  # or "later", where the request is pending first, or "never"
        self.page = 2500  # the most that a page holds here

    # --- What a person does over there ---

    def has_another(self, calendar: str) -> None:
        """One more calendar, which is the account's own, too."""
        self.lists.append({"id": calendar, "summary": calendar, "accessRole": "owner"})
        self.events[calendar] = {}

    def has(self, calendar: str | None = None) -> list[dict[str, Any]]:
        """The events that are there and not deleted."""
        events = self.events[calendar or self.owner].values()
        return [event for event in events if event["status"] != "cancelled"]

    def person_puts(self, start: str, end: str, **more: Any) -> str:
        """Somebody's own event; returns its id."""
        event = f"theirs{next(self.numbers)}"
        kind = "date" if len(start) == 10 else "dateTime"
        body = {
            "summary": "secret",
            "start": {kind: start},
            "end": {kind: end},
            "status": "confirmed",
            **more,
        }
        self._keep(self.owner, event, body)
        return event

    def person_puts_series(self, *days: str, **more: Any) -> tuple[str, list[str]]:
        """A series at nine in Berlin; each of its instances has an id of its own, made of the series' and the time."""
        whole = self.person_puts(
            f"{days[0]}T09:00:00+01:00", f"{days[0]}T10:00:00+01:00", recurrence=["RRULE"], **more
        )
        instances = []
        for day in days:
            start, end = (datetime.fromisoformat(f"{day}T{hour}:00:00") for hour in ("09", "10"))
            times = [moment.replace(tzinfo=ZoneInfo(self.zone)) for moment in (start, end)]
            name = f"{whole}_{times[0].astimezone(UTC):%Y%m%dT%H%M%SZ}"
            start_and_end = {
                s: {"dateTime": t.isoformat()} for s, t in zip(("start", "end"), times, strict=True)
            }
            body = {**start_and_end, "recurringEventId": whole, "status": "confirmed", **more}
            self._keep(self.owner, name, body)
            instances.append(name)
        return whole, instances

    def person_changes(self, event: str, **more: Any) -> None:
        self._keep(self.owner, event, {**self.events[self.owner][event], **more})

    def person_answers(self, event: str, email: str, answer: str) -> None:
        found = copy.deepcopy(self.events[self.owner][event])
        for attendee in found["attendees"]:
            if attendee["email"] == email:
                attendee["responseStatus"] = answer
        self._keep(self.owner, event, found)

    def forget_tokens(self) -> None:
        self.round += 1

    # --- The methods ---

    def calendarlist_list(self, request: Request) -> Mapping[str, Any]:
        only(request.args, {"maxResults", "pageToken", "fields", "minAccessRole"}, "parameter")
        need(1 <= int(request.args.get("maxResults", 100)) <= 250, "maxResults")
        start, page = int(request.args.get("pageToken", 0)), min(self.page, 250)
        more = {"nextPageToken": str(start + page)} if len(self.lists) > start + page else {}
        return {"kind": "calendar#calendarList", "items": self.lists[start : start + page], **more}

    def events_list(self, request: Request, calendar: str) -> Mapping[str, Any]:
        self._calendar(calendar)
        asked = request.args
        only(asked, _LIST, "parameter")
        need(1 <= int(asked.get("maxResults", 250)) <= 2500, "maxResults")
        need(not ("syncToken" in asked and _WITH_NO_TOKEN & set(asked)), "not together with syncToken")
        need("syncToken" not in asked or asked.get("showDeleted") != "false", "showDeleted")
        for name in _TIMES & set(asked):
            need(datetime.fromisoformat(asked[name]).tzinfo is not None, f"{name} names no offset")
        names = self._wanted(calendar, asked)
        start, page = int(asked.get("pageToken", 0)), min(self.page, int(asked.get("maxResults", 250)))
        answer = {
            "timeZone": self.zone,
            "items": [self._shown(calendar, one) for one in names[start : start + page]],
        }
        if len(names) > start + page:
            return {**answer, "nextPageToken": str(start + page)}
        return {**answer, "nextSyncToken": f"sync-{self.round}-{len(self.changed)}"}

    def _wanted(self, calendar: str, asked: Mapping[str, str]) -> list[str]:
        left_out = "recurrence" if asked.get("singleEvents") == "true" else "recurringEventId"
        events = {name: event for name, event in self.events[calendar].items() if left_out not in event}
        if "syncToken" in asked:
            _sync, known, number = asked["syncToken"].split("-")
            if int(known) != self.round:
                raise Refusal(410, "fullSyncRequired")
            later = self.changed[int(number) :]
            return list(
                dict.fromkeys(event for where, event in later if where == calendar and event in events)
            )
        live = [name for name, event in events.items() if event["status"] != "cancelled"]
        return [name for name in live if self._fits(events[name], asked)]

    def _fits(self, event: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
        start, end = (self.moment(event[side]) for side in ("start", "end"))
        if "timeMin" in asked and end <= datetime.fromisoformat(asked["timeMin"]):
            return False
        if "timeMax" in asked and start >= datetime.fromisoformat(asked["timeMax"]):
            return False
        if "privateExtendedProperty" in asked:
            name, _equals, value = asked["privateExtendedProperty"].partition("=")
            private = event.get("extendedProperties", {}).get("private", {})
            return bool(private.get(name) == value)
        return True

    def events_get(self, request: Request, calendar: str, event: str) -> Mapping[str, Any]:
        only(request.args, {"timeZone", "maxAttendees", "fields"}, "parameter")
        return self._event(calendar, event)

    def events_insert(self, request: Request, calendar: str) -> tuple[int, Mapping[str, Any]]:
        body = self._checked(request)
        need("start" in body and "end" in body, "start and end are required")
        events = self._calendar(calendar)
        name = body.get("id") or f"made{next(self.numbers)}"
        need(re.fullmatch(r"[a-v0-9]{5,1024}", name) is not None, "id")
        if name in events:
            raise Refusal(409, "duplicate", "The requested identifier already exists.")
        self._keep(calendar, name, {"status": "confirmed", **body})
        self._mail(request, calendar, name, "invited", self._guests(calendar, name))
        return 200, self._event(calendar, name)

    def events_patch(self, request: Request, calendar: str, event: str) -> Mapping[str, Any]:
        body = self._checked(request)
        need("id" not in body, "id")
        found = self._event(calendar, event)
        if request.headers.get("If-Match", found["etag"]) != found["etag"]:
            raise Refusal(412, "conditionNotMet")
        before = set(self._guests(calendar, event))
        self._keep(calendar, event, {**found, **body})
        after = set(self._guests(calendar, event))
        self._mail(request, calendar, event, "cancelled", before - after)
        self._mail(request, calendar, event, "invited", after - before)
        self._mail(request, calendar, event, "changed", after & before)
        return self._event(calendar, event)

    def events_delete(self, request: Request, calendar: str, event: str) -> None:
        only(request.args, {"sendUpdates"}, "parameter")
        if self._event(calendar, event)["status"] == "cancelled":
            raise Refusal(410, "deleted", "Resource has been deleted")
        guests = self._guests(calendar, event)
        self._keep(calendar, event, {**self.events[calendar][event], "status": "cancelled"})
        self._mail(request, calendar, event, "cancelled", guests)

    def events_watch(self, request: Request, calendar: str) -> Mapping[str, Any]:
        self._calendar(calendar)
        body = request.get_json()
        only(body, {"id", "type", "address", "token", "params", "expiration"}, "field")
        need(re.fullmatch(r"[A-Za-z0-9\-_+/=]{1,64}", body.get("id", "")) is not None, "id")
        need(body.get("type") == "web_hook" and len(body.get("token", "")) <= 256, "type or token")
        if not body["address"].startswith("https://"):
            raise Refusal(400, "push.webhookUrlNotHttps")
        if body["id"] in self.channels:
            raise Refusal(400, "channelIdNotUnique")
        until = datetime.now(UTC) + timedelta(seconds=int(body.get("params", {}).get("ttl", 604800)))
        self.channels[body["id"]] = {**body, "calendar": calendar, "resourceId": f"resource-{calendar}"}
        expiration = str(int(until.timestamp() * 1000))
        return {"id": body["id"], "resourceId": f"resource-{calendar}", "expiration": expiration}

    def channels_stop(self, request: Request) -> None:
        body = request.get_json()
        found = self.channels.get(body["id"])
        if found is None or found["resourceId"] != body["resourceId"]:
            raise Refusal(404, "notFound", "Channel not found")
        del self.channels[body["id"]]

    def freebusy_query(self, request: Request) -> Mapping[str, Any]:
        body = request.get_json()
        need({"timeMin", "timeMax", "items"} <= set(body), "timeMin, timeMax and items are required")
        busy = {
            one["id"]: [{"start": event["start"], "end": event["end"]} for event in self.has(one["id"])]
            for one in body["items"]
        }
        return {"calendars": {name: {"busy": found} for name, found in busy.items()}}

    # --- What holds for several ---

    def error(self, refusal: Refusal) -> Mapping[str, Any]:
        if isinstance(refusal, OAuthError):
            return super().error(refusal)
        reason = {"domain": "global", "reason": refusal.reason, "message": refusal.text}
        return {"error": {"code": refusal.status, "message": refusal.text, "errors": [reason]}}

    def moment(self, when: Mapping[str, str]) -> datetime:
        """A start or an end in UTC; days begin in the calendar's zone."""
        if "date" in when:
            day = date.fromisoformat(when["date"])
            return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        return datetime.fromisoformat(when["dateTime"]).astimezone(UTC)

    def _calendar(self, calendar: str) -> dict[str, dict[str, Any]]:
        if calendar not in self.events:
            raise Refusal(404, "notFound", "Not Found")
        return self.events[calendar]

    def _event(self, calendar: str, event: str) -> dict[str, Any]:
        if event not in self._calendar(calendar):
            raise Refusal(404, "notFound", "Not Found")
        return copy.deepcopy(self.events[calendar][event])

    def _shown(self, calendar: str, event: str) -> dict[str, Any]:
        """Of a deleted event only its id is sure to be told."""
        found = self._event(calendar, event)
        return {"id": event, "status": "cancelled"} if found["status"] == "cancelled" else found

    def _checked(self, request: Request) -> dict[str, Any]:
        only(request.args, {"sendUpdates", "conferenceDataVersion"}, "parameter")
        need(request.args.get("sendUpdates", "none") in _UPDATES, "sendUpdates")
        body: dict[str, Any] = request.get_json()
        only(body, _EVENT, "field")
        for side in {"start", "end"} & set(body):
            need(len({"date", "dateTime"} & set(body[side])) == 1, side)
            self.moment(body[side])
        for guest in body.get("attendees", ()):
            need("@" in guest.get("email", ""), "Invalid attendee email.")
            need(guest.get("responseStatus", "needsAction") in _ANSWERS, "responseStatus")
        for name, value in body.get("extendedProperties", {}).get("private", {}).items():
            need(len(name) <= 44 and len(value) <= 1024, "extended property")
        if "conferenceData" in body and request.args.get("conferenceDataVersion") == "1":
            body["conferenceData"] = self._conference(body["conferenceData"])
        return body

    def person_meets(self, event: str, address: str) -> None:
        """What is made of a request that was pending, or another meeting that somebody put into it."""
        found = self.events[self.owner][event]
        video = {"conferenceId": "x", "entryPoints": [{"entryPointType": "video", "uri": address}]}
        self._keep(self.owner, event, {**found, "conferenceData": video})

    def _conference(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        if "createRequest" not in asked:
            return asked
        need(bool(asked["createRequest"].get("requestId")), "Invalid conference request id")
        need(asked["createRequest"]["conferenceSolutionKey"]["type"] == "hangoutsMeet", "conference type")
        if self.makes_meetings == "never":
            raise Refusal(400, "invalid", "Invalid conference type value.")
        if self.makes_meetings == "later":
            return {**asked, "createRequest": {**asked["createRequest"], "status": {"statusCode": "pending"}}}
        address = f"https://meet.google.com/{asked['createRequest']['requestId'][:10]}"
        return {"conferenceId": "x", "entryPoints": [{"entryPointType": "video", "uri": address}]}

    def _keep(self, calendar: str, event: str, body: Mapping[str, Any]) -> None:
        found = {**copy.deepcopy(dict(body)), "id": event, "etag": f'"{next(self.numbers)}"'}
        for guest in found.get("attendees", ()):
            if guest["email"].lower() == self.owner:
                guest["self"] = True
            guest.setdefault("responseStatus", "needsAction")
        self.events[calendar][event] = found
        self.changed.append((calendar, event))

    def _guests(self, calendar: str, event: str) -> list[str]:
        attendees = self.events[calendar][event].get("attendees", ())
        return [one["email"] for one in attendees if not one.get("self")]

    def _mail(self, request: Request, calendar: str, event: str, what: str, guests: Any) -> None:
        if request.args.get("sendUpdates") == "all":
            self.mailed += self._mails(event, what, guests)

    @staticmethod
    def _mails(event: str, what: str, guests: Any) -> Iterator[Mailed]:
        return (Mailed(guest, what, event) for guest in sorted(guests))
