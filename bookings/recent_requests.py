"""The last calls of each API key, kept in memory and written a batch at a time, so that no call waits for it.

The web server writes once a second (``keep_writing``), and whoever looks writes what its own process has first.  What
was not written when a process dies is lost.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Q, QuerySet, Subquery
from django.db.models.expressions import OuterRef

from bookings.models import ApiKey, RecentRequest

KEPT = timedelta(days=7)
OF_ONE_KEY = 1000
BETWEEN_WRITES_SECONDS = 1.0
_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]{1,80}")
_OTHER_NAME = "…"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What is noted of one call; ``refusal`` is the JSON of an answer that was none of success, read when written."""

    key: UUID
    at: datetime
    call: str
    status: int
    refusal: bytes
    user_agent: str
    request_id: UUID


class Unwritten:
    """The calls that this process has answered since it last wrote, the newest of each key."""

    def __init__(self) -> None:
        self._calls: dict[UUID, deque[Call]] = {}
        self._lock = threading.Lock()
        self.has_news = threading.Event()

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.setdefault(call.key, deque(maxlen=OF_ONE_KEY)).append(call)
        self.has_news.set()

    def take(self) -> list[Call]:
        with self._lock:
            taken, self._calls = self._calls, {}
            self.has_news.clear()
        return sorted((call for calls in taken.values() for call in calls), key=lambda call: call.at)


_unwritten = Unwritten()
note = _unwritten.add


def write() -> int:
    """Write what this process has; return how many calls.  A database that does not take them loses them."""
    calls = _unwritten.take()
    if not calls:
        return 0
    try:
        with transaction.atomic():
            RecentRequest.objects.bulk_create([_row(call) for call in calls])
    except (DatabaseError, InterfaceError) as error:
        log.warning("recent_requests_lost", count=len(calls), error=type(error).__name__)
        return 0
    return len(calls)


def keep_writing() -> None:
    """Start a thread that writes once a second while there is something, and holds no connection meanwhile."""
    threading.Thread(target=_write_on, name="recent-requests", daemon=True).start()


def _write_on() -> None:
    while _unwritten.has_news.wait():
        time.sleep(BETWEEN_WRITES_SECONDS)
        write()
        connection.close()


def _row(call: Call) -> RecentRequest:
    code, fields = _refused(call.refusal)
    return RecentRequest(
        key_id=call.key,
        at=call.at,
        call=call.call[:120],
        status=call.status,
        code=code,
        fields=fields,
        user_agent="".join(one for one in call.user_agent if one.isprintable())[:200],
        request_id=call.request_id,
    )


def _refused(body: bytes) -> tuple[str, str]:
    """The code of a refusal and the names of its fields; a name that could be more than one is left out."""
    try:
        told: Any = json.loads(body) if body else {}
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        return "", ""
    return str(told.get("code", ""))[:40], ", ".join(_fitting(_names(told)))


def _names(told: dict[str, Any]) -> list[str]:
    errors = told.get("errors")
    found = list(errors) if isinstance(errors, dict) else [told.get("field") or ""]
    return list(dict.fromkeys(name if _NAME.fullmatch(name) else _OTHER_NAME for name in found if name))


def _fitting(names: list[str]) -> Iterator[str]:
    """The first of them that fit into the column."""
    length = 0
    for name in names:
        length += len(name) + 2
        if length > 300:
            return
        yield name


def beyond_a_thousand() -> QuerySet[RecentRequest]:
    """Of each key what is older than its newest thousand."""
    of_key = RecentRequest.objects.filter(key=OuterRef("pk")).order_by("-pk").values("pk")
    last = ApiKey.objects.annotate(last=Subquery(of_key[OF_ONE_KEY : OF_ONE_KEY + 1])).exclude(last=None)
    older = Q(pk__in=[])
    for key, newest in last.values_list("pk", "last"):
        older |= Q(key=key, pk__lte=newest)
    return RecentRequest.objects.filter(older)
