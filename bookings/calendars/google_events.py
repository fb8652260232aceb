"""Google's events as busy times and as ours, and ours as Google takes them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bookings.calendars.event_keys import OUR_KEY
from bookings.calendars.marks import Mark, guest_of, is_among, mark_of, read_mark
from bookings.calendars.provider import Busy, Ours, ToWrite, Written

KEY, MARK = "bookingKey", "bookingMark"
CANCELLED, DECLINED = "cancelled", "declined"
FIELDS = (
    "nextPageToken,nextSyncToken,timeZone,items(id,etag,status,start,end,transparency,"
    "attendees(email,self,responseStatus),extendedProperties/private,conferenceData/entryPoints)"
)
"""All that is asked of an event: titles, places and descriptions are not even sent."""

Event = Mapping[str, Any]


def event_id(key: str, count: int) -> str:
    """The id under which a key's event is made for the ``count``-th time, in the letters that Google takes (a-v, 0-9).

    An id that was deleted is never free again there, and another count gives another.
    """
    return base64.b32hexencode(f"{key}/{count}".encode()).decode().rstrip("=").lower()


def key_of(event: str) -> str:
    """The key that an id was made of, or nothing where it is not one of ours."""
    padded = event.upper() + "=" * (-len(event) % 8)
    try:
        key, slash, _count = base64.b32hexdecode(padded).decode().partition("/")
    except (binascii.Error, ValueError):
        return ""
    return key if slash and OUR_KEY.fullmatch(key) else ""


def private(event: Event) -> Mapping[str, str]:
    properties = event.get("extendedProperties") or {}
    found: Mapping[str, str] = properties.get("private") or {}
    return found


def mark_in(event: Event) -> Mark | None:
    return read_mark(private(event).get(MARK, ""))


def moment(when: Mapping[str, str], zone: str) -> datetime:
    """A start or an end in UTC; a day begins at midnight of the zone."""
    if "date" in when:
        return datetime.combine(date.fromisoformat(when["date"]), time(), ZoneInfo(zone)).astimezone(UTC)
    return datetime.fromisoformat(when["dateTime"]).astimezone(UTC)


def span(event: Event, zone: str) -> tuple[datetime, datetime]:
    return moment(event["start"], zone), moment(event["end"], zone)


def is_ours(event: Event) -> bool:
    """A copy of one of ours that a person made has another id, and is theirs."""
    key = private(event).get(KEY, "")
    return bool(key) and key_of(event["id"]) == key


def is_busy(event: Event) -> bool:
    """What is cancelled, marked as free or declined by the calendar's owner leaves the time free."""
    return (
        event.get("status") != CANCELLED
        and event.get("transparency") != "transparent"
        and owner_answer(event) != DECLINED
    )


def owner_answer(event: Event) -> str:
    own = (one for one in event.get("attendees") or () if one.get("self"))
    return next((str(one.get("responseStatus", "")) for one in own), "")


def busy_of(event: Event, zone: str) -> Busy:
    start, end = span(event, zone)
    return Busy(str(event["id"]), start, end, all_day="date" in event["start"])


def ours_of(event: Event, zone: str) -> Ours:
    start, end = span(event, zone)
    mark = mark_in(event)
    guests = [one for one in event.get("attendees") or () if not one.get("self")]
    return Ours(
        key=private(event)[KEY],
        start=start,
        end=end,
        sequence=mark.sequence if mark else 0,
        etag=str(event.get("etag", "")),
        declined=tuple(one["email"] for one in guests if one.get("responseStatus") == DECLINED),
        owner_answer=owner_answer(event),
        meeting_url=meeting_url(event),
    )


def meeting_url(event: Event) -> str:
    """The address of its video call, once Google has made one."""
    points = (event.get("conferenceData") or {}).get("entryPoints") or ()
    return next((str(one.get("uri", "")) for one in points if one.get("entryPointType") == "video"), "")


def written(event: Event) -> Written:
    return Written(str(event["id"]), str(event.get("etag", "")), meeting_url(event))


def body_of(event: ToWrite, there: Event | None = None) -> dict[str, Any]:
    """The event as Google takes it; of what is ``there`` guests keep their answers, and those added there stay."""
    body: dict[str, Any] = {
        "summary": event.title,
        "description": event.description,
        "location": event.where,
        "start": _when(event.start, event.zone),
        "end": _when(event.end, event.zone),
        "transparency": "opaque",
        "guestsCanSeeOtherGuests": False,
        "attendees": list(_attendees(event, there or {})),
        "extendedProperties": {"private": {KEY: event.key, MARK: str(mark_of(event))}},
    }
    if event.meeting and not meeting_url(there or {}):
        request = hashlib.sha256(event.key.encode()).hexdigest()[:32]
        solution = {"type": "hangoutsMeet"}
        body["conferenceData"] = {"createRequest": {"requestId": request, "conferenceSolutionKey": solution}}
    return body


def _when(moment: datetime, zone: str) -> dict[str, str]:
    local = moment.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    return {"dateTime": local.isoformat(), "timeZone": zone}


def _attendees(event: ToWrite, there: Event) -> Iterator[dict[str, Any]]:
    mark = mark_in(there)
    present = {str(one.get("email", "")): one for one in there.get("attendees") or ()}
    for guest in event.guests:
        known = next((one for email, one in present.items() if is_among(email, [guest.email])), None)
        answer = known.get("responseStatus", guest.answer) if known else guest.answer
        name = {"displayName": guest.name} if guest.name else {}
        yield {"email": guest.email, "responseStatus": answer, **name}
    for email, one in present.items():
        is_added = mark is None or not mark.was_made(email)
        if is_added and guest_of(email, event.guests) is None:
            yield {"email": email, "responseStatus": one.get("responseStatus", "needsAction")}
