"""Read-only addresses that end in .ics: public holidays, a rota, the secret address of a calendar elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

import httpx2
from django.utils.translation import gettext_noop

from bookings.calendars import ics
from bookings.calendars.errors import NotAllowed
from bookings.calendars.http import call, judge
from bookings.calendars.provider import Changes, Listed, ToWrite, Written

ONLY_READ = gettext_noop("An address that ends in .ics can only be read.")
THE_ONE = "ics"


class IcsAddress:
    """One address, asked with the marks of what was read last (``ETag``, ``Last-Modified``)."""

    def __init__(self, url: str, *, zone: str = "UTC", addresses: Sequence[str] = ()) -> None:
        self._url = "https" + url[len("webcal") :] if url.lower().startswith("webcal:") else url
        self._zone = zone
        self._addresses = [address.lower() for address in addresses if address]

    def calendars(self) -> Sequence[Listed]:
        """The one that is there, named after its host; its address may be a secret."""
        return [Listed(THE_ONE, httpx2.URL(self._url).host, writable=False)]

    def changes(self, calendar: str, since: str, start: datetime, end: datetime) -> Changes:
        known = json.loads(since) if since else {}
        asked = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("modified")}
        answer = judge(call("GET", self._url, headers={name: mark for name, mark in asked.items() if mark}))
        digest = hashlib.sha256(answer.body).hexdigest()
        if answer.status == 304 or digest == known.get("digest"):
            return Changes((), (), (), since, whole=False)
        read = ics.bounded(ics.read(answer.body, ics.Asked(start, end, self._zone, self._addresses)))
        marks = {
            "etag": answer.headers.get("etag"),
            "modified": answer.headers.get("last-modified"),
            "digest": digest,
        }
        return Changes(read.busy, read.ours, (), json.dumps(marks), whole=True, remark=read.remark)

    def write(self, calendar: str, event: ToWrite, known: Written | None) -> Written:
        raise NotAllowed(ONLY_READ)

    def remove(self, calendar: str, key: str, known: Written | None, *, tell: bool) -> bool:
        raise NotAllowed(ONLY_READ)
