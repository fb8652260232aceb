"""Graph's events as busy times and as ours, and ours as Graph takes them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from bookings.calendars.event_keys import OUR_KEY
from bookings.calendars.marks import Mark, guest_of, is_among, mark_of, read_mark
from bookings.calendars.provider import Busy, Guest, Ours, ToWrite, Written

_SET = "String {7c1e9f52-4c1b-4f0e-9a55-0b8d0c6b3a11} Name"
KEY, MARK = f"{_SET} BookingKey", f"{_SET} BookingMark"
EXPAND = f"singleValueExtendedProperties($filter=id eq '{KEY}' or id eq '{MARK}')"
SELECT = (
    "id,start,end,isAllDay,isCancelled,showAs,responseStatus,attendees,type,seriesMasterId,transactionId,"
    "isOnlineMeeting,onlineMeeting"
)
"""All that is asked of a single event: titles, places and texts are not even sent."""
FREE = {"free", "workingElsewhere"}
MASTER = "seriesMaster"
_SHOWN_AS = {"accepted": "busy", "declined": "free", "tentative": "tentative", "needsAction": "tentative"}
_MEETING = re.compile(r"(?:<div[^>]*>\s*)*_{20,}.*?(?=</body>|\Z)", re.DOTALL | re.IGNORECASE)
"""What Teams puts below the text; without it the meeting is taken back."""

Event = Mapping[str, Any]


def transaction_id(key: str, count: int) -> str:
    """By it Graph knows a repeated request for the ``count``-th event of a key."""
    return f"{key}/{count}"


def key_of(event: Event) -> str:
    """The key of one of ours, or nothing; a copy that a person made has no transaction's id."""
    key, slash, _count = str(event.get("transactionId") or "").partition("/")
    return key if slash and OUR_KEY.fullmatch(key) else ""


def mark_in(event: Event) -> Mark | None:
    properties = {one.get("id"): one.get("value") for one in event.get("singleValueExtendedProperties") or ()}
    return read_mark(str(properties.get(MARK) or ""))


def span(event: Event, zone: str) -> tuple[datetime, datetime]:
    """In UTC; a whole day, which Graph tells as midnights without a zone, begins in ``zone``."""
    start, end = (datetime.fromisoformat(event[side]["dateTime"][:19]) for side in ("start", "end"))
    if event.get("isAllDay"):
        there = ZoneInfo(zone)
        return (
            datetime.combine(start.date(), time(), there).astimezone(UTC),
            datetime.combine(end.date(), time(), there).astimezone(UTC),
        )
    return start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)


def is_busy(event: Event) -> bool:
    """What is cancelled, shown as free or declined by the calendar's owner leaves the time free."""
    answer = (event.get("responseStatus") or {}).get("response")
    return not event.get("isCancelled") and event.get("showAs") not in FREE and answer != "declined"


def busy_of(event: Event, zone: str) -> Busy:
    start, end = span(event, zone)
    return Busy(str(event["id"]), start, end, all_day=bool(event.get("isAllDay")))


def ours_of(event: Event, zone: str) -> Ours:
    start, end = span(event, zone)
    mark = mark_in(event)
    return Ours(
        key=key_of(event),
        start=start,
        end=end,
        sequence=mark.sequence if mark else 0,
        etag=str(event.get("@odata.etag", "")),
        declined=tuple(_address(one) for one in event.get("attendees") or () if _has_declined(one)),
        meeting_url=meeting_url(event),
    )


def meeting_url(event: Event) -> str:
    return str((event.get("onlineMeeting") or {}).get("joinUrl") or "")


def written(event: Event) -> Written:
    return Written(str(event["id"]), str(event.get("@odata.etag", "")), meeting_url(event))


def body_of(event: ToWrite, owners: Sequence[str], there: Event | None = None) -> dict[str, Any]:
    """The event as Graph takes it.

    Whoever is an attendee is mailed by the server, so that without ``invite`` the participants stand in the text.  The
    owner is the organiser and never an attendee; whether they come is told by how the time is shown.
    """
    owner = next((guest for guest in event.guests if is_among(guest.email, owners)), None)
    others = [guest for guest in event.guests if guest is not owner]
    body: dict[str, Any] = {
        "subject": event.title,
        "body": _text(event.description, [] if event.invite else others, there or {}),
        "start": _when(event.start, event.zone),
        "end": _when(event.end, event.zone),
        "location": {"displayName": event.where},
        "showAs": _SHOWN_AS.get(owner.answer, "busy") if owner else "busy",
        "hideAttendees": True,
        "attendees": list(_attendees(others if event.invite else [], there or {})),
        "singleValueExtendedProperties": [
            {"id": KEY, "value": event.key},
            {"id": MARK, "value": str(mark_of(event))},
        ],
    }
    if event.meeting and not (there or {}).get("isOnlineMeeting"):
        body |= {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    return body


def _when(moment: datetime, zone: str) -> dict[str, str]:
    """On the clocks of ``zone``, or in UTC where they show the hour twice: Graph takes no offset."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        local, zone = moment.astimezone(UTC), "UTC"
    return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S}", "timeZone": zone}


def _text(description: str, participants: Sequence[Guest], there: Event) -> dict[str, str]:
    lines = [f"{guest.name} <{guest.email}>" if guest.name else guest.email for guest in participants]
    text = "\n".join([description, "", gettext("Participants:"), *lines]).strip() if lines else description
    meeting = _MEETING.search(str((there.get("body") or {}).get("content") or ""))
    if there.get("isOnlineMeeting") and meeting:
        ours = html.escape(text).replace("\n", "<br>")
        return {"contentType": "html", "content": f"<html><body><div>{ours}</div>{meeting[0]}</body></html>"}
    return {"contentType": "text", "content": text}


def _attendees(guests: Sequence[Guest], there: Event) -> Iterator[dict[str, Any]]:
    """Ours, and those that a person added over there; the answers are the server's to keep."""
    mark = mark_in(there)
    for guest in guests:
        address = {"address": guest.email, **({"name": guest.name} if guest.name else {})}
        yield {"emailAddress": address, "type": "required"}
    for one in there.get("attendees") or ():
        email = _address(one)
        if (mark is None or not mark.was_made(email)) and guest_of(email, guests) is None:
            yield {"emailAddress": one["emailAddress"], "type": one.get("type", "required")}


def _address(attendee: Mapping[str, Any]) -> str:
    return str((attendee.get("emailAddress") or {}).get("address") or "")


def _has_declined(attendee: Mapping[str, Any]) -> bool:
    return bool((attendee.get("status") or {}).get("response") == "declined")
