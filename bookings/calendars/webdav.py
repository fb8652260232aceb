"""The XML of WebDAV and CalDAV (RFC 4791, 5397, 6578): what is asked, and what a multistatus says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import httpx2
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from bookings.calendars.errors import Unavailable
from bookings.calendars.http import NOT_UNDERSTOOD, Answer

DAV, CAL, SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_SPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"'
XML = {"Content-Type": "application/xml; charset=utf-8"}


@dataclass(frozen=True)
class Found:
    """One resource of a multistatus: its whole address, and the properties that it has."""

    url: str
    status: int
    properties: dict[str, Any]

    def text(self, name: str) -> str:
        element = self.properties.get(name)
        return (element.text or "").strip() if element is not None else ""

    def href(self, name: str) -> str:
        """The address that stands in a property, as it is written there."""
        element = self.properties.get(name)
        inner = element.find(f"{DAV}href") if element is not None else None
        return (inner.text or "").strip() if inner is not None else ""

    def names(self, name: str) -> set[str]:
        """The tags within a property, however deep."""
        element = self.properties.get(name)
        return {one.tag for one in element.iter()} if element is not None else set()


def propfind(*names: str) -> bytes:
    wanted = "".join(f"<{name}/>" for name in names)
    return _document(f"<d:propfind {_SPACES}><d:prop>{wanted}</d:prop></d:propfind>")


def sync_collection(token: str) -> bytes:
    return _document(
        f"<d:sync-collection {_SPACES}><d:sync-token>{escape(token)}</d:sync-token>"
        "<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
    )


def events_between(start: str, end: str) -> bytes:
    """Which events there are; ``start`` and ``end`` are spelt as iCalendar spells UTC."""
    return _document(
        f"<c:calendar-query {_SPACES}><d:prop><d:getetag/></d:prop><c:filter>"
        '<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
        f'<c:time-range start="{start}" end="{end}"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>'
    )


def multiget(hrefs: Sequence[str]) -> bytes:
    listed = "".join(f"<d:href>{escape(one)}</d:href>" for one in hrefs)
    return _document(
        f"<c:calendar-multiget {_SPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop>{listed}</c:calendar-multiget>"
    )


def _document(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>{text}'.encode()


def multistatus(answer: Answer) -> list[Found]:
    return list(_found(parsed(answer), answer.url))


def parsed(answer: Answer) -> Any:
    """The root of an answer; raises ``Unavailable`` for what is no XML, or is meant to harm."""
    try:
        return fromstring(answer.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unavailable(NOT_UNDERSTOOD) from error


def _found(root: Any, base: str) -> Iterator[Found]:
    for response in root.iter(f"{DAV}response"):
        href = response.find(f"{DAV}href")
        if href is None or not href.text:
            raise Unavailable(NOT_UNDERSTOOD)
        properties: dict[str, Any] = {}
        for part in response.iter(f"{DAV}propstat"):
            if _status(part) == 200:
                properties |= {one.tag: one for prop in part.iter(f"{DAV}prop") for one in prop}
        yield Found(joined(base, href.text.strip()), _status(response, default=200), properties)


def joined(base: str, href: str) -> str:
    """The whole address of what is named within another."""
    try:
        return str(httpx2.URL(base).join(href))
    except httpx2.InvalidURL as error:
        raise Unavailable(NOT_UNDERSTOOD) from error


def _status(element: Any, default: int = 0) -> int:
    status = element.find(f"{DAV}status")
    words = (status.text or "").split() if status is not None else []
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else default
