"""Reading what is busy elsewhere: network and parsing first, then only what differs is written.

A worker takes a connection that is due for the time of a lease; the pages never wait for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from bookings import database_clock
from bookings.calendars import channels, conflicts, leftovers
from bookings.calendars.connecting import leave_if_done, settle_calendars
from bookings.calendars.errors import CalendarError, SignedOut
from bookings.calendars.kinds import provider_of
from bookings.calendars.missed import enqueue_missed
from bookings.calendars.provider import Changes, Provider
from bookings.effects.outbox import doubled
from bookings.lifecycle.busy_elsewhere import Stretch, difference, note_busy
from bookings.models import Calendar, Connection
from bookings.models.connections import PATIENCE

LEASE = timedelta(minutes=15)
AHEAD = timedelta(days=548)
"""Eighteen months."""
WHOLE_EVERY = timedelta(days=1)
"""So often everything is read, since the end of what is read moves on."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
"""The first counts twice, so that three failures lie within minutes."""
OWN_FAULT = gettext_noop("Reading it met a fault of this site; its log says which. It is tried again.")

log = structlog.get_logger(__name__)


def read_next() -> bool:
    """Read the connection that has been due longest; tell whether there was one."""
    connection = _take()
    if connection is None:
        return False
    try:
        read(connection)
    except CalendarError:
        pass  # noted, and told at the desk
    except Exception:
        # One connection must not keep all others from being read.
        log.exception("calendar_failed", connection=str(connection.pk))
        _note_failure(connection, CalendarError(OWN_FAULT))
    return True


def _take() -> Connection | None:
    due = Connection.objects.due().order_by("next_due_at").values_list("pk", flat=True)
    for pk in due[:10]:
        if Connection.objects.due().filter(pk=pk).update(lease_until=Now() + LEASE):
            return Connection.objects.select_related("resource").filter(pk=pk).first()
    return None


def read(connection: Connection) -> None:
    """Read each calendar of a connection and note what came of it; raises the ``CalendarError`` of one that failed."""
    try:
        _read_each(connection)
    except CalendarError as error:
        _note_failure(connection, error)
        raise


def _read_each(connection: Connection) -> None:
    """One that fails leaves the others alone, but for an account that is signed out."""
    if connection.state == Connection.State.LEAVING:
        leave_if_done(connection)
        return
    provider = provider_of(connection)
    if _lists_again(connection):
        settle_calendars(connection, provider.calendars())
    failed: CalendarError | None = None
    for calendar in connection.calendars.filter(Q(provider_sync=True) | Q(writes=True)):
        try:
            _read(provider, calendar)
        except SignedOut:
            raise
        except CalendarError as error:
            failed = failed or error
    enqueue_missed(connection)
    channels.keep_open(connection, provider)
    if failed is not None:
        raise failed
    _note_success(connection)


def _lists_again(connection: Connection) -> bool:
    """Which calendars there are is asked at first, and each day."""
    known = connection.calendars.exclude(read_whole_at=None)
    return not known.filter(read_whole_at__gt=database_clock.now() - WHOLE_EVERY).exists()


def _read(provider: Provider, calendar: Calendar) -> None:
    began = database_clock.now()
    whole = calendar.read_whole_at is None or calendar.read_whole_at <= began - WHOLE_EVERY
    start = began.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    changes = provider.changes(calendar.provider_id, "" if whole else calendar.cursor, start, start + AHEAD)
    if calendar.remark and not changes.whole and (changes.busy or changes.ours or changes.gone):
        # What could not be read may be among what changed; only everything tells that nothing is left of it.
        changes = provider.changes(calendar.provider_id, "", start, start + AHEAD)
    conflicts.notice(calendar, changes, began, until=start + AHEAD)
    written = leftovers.notice(calendar, changes.ours, began)
    marks: dict[str, object] = {"cursor": changes.token}
    if changes.whole:
        marks["read_whole_at"] = began
    if changes.whole or changes.remark:
        marks["remark"] = changes.remark
    stretches = set(_stretches(changes, written)) if calendar.provider_sync else set()
    gone = None if changes.whole else {fingerprint(one) for one in changes.gone}
    note_busy(calendar, difference(calendar, stretches, gone), marks)


def _stretches(changes: Changes, written: Collection[str]) -> Collection[Stretch]:
    """What is busy there; an event that looks like ours and has no key that was ``written`` is somebody else's."""
    foreign = [one for one in changes.ours if one.key not in written]
    return [
        *(Stretch(fingerprint(one.event), one.start, one.end, one.all_day) for one in changes.busy),
        *(Stretch(fingerprint(one.key), one.start, one.end) for one in foreign),
    ]


def fingerprint(event: str) -> str:
    """What an event is known by here: its own id may hold words."""
    return hashlib.sha256(event.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _note_success(connection: Connection) -> None:
    unread = connection.calendars.filter(provider_sync=True).exclude(remark="")
    _settle(
        connection,
        timedelta(minutes=settings.CALENDAR_SYNC_MINUTES),
        state=Connection.State.WORKS,
        synced_at=Now(),
        failures=0,
        last_error="",
        remark=unread.values_list("remark", flat=True).first() or "",
    )


def _note_failure(connection: Connection, error: CalendarError) -> None:
    wait = doubled(FIRST_WAIT, max(connection.failures - 1, 0), LONGEST_WAIT)
    failures = min(connection.failures + 1, 100)
    asked = timedelta(seconds=error.again_in or 0)
    if asked > wait:
        wait, failures = (
            asked,
            max(failures, PATIENCE),
        )  # whoever wants to be left alone so long has no hiccup
    states = Connection.State
    if connection.state != states.LEAVING:
        connection.state = states.SIGNED_OUT if isinstance(error, SignedOut) else states.FAILS
    log.warning("calendar_waits", connection=str(connection.pk), seconds=wait.total_seconds())
    _settle(connection, wait, state=connection.state, failures=failures, last_error=error.text)


def _settle(connection: Connection, wait: timedelta, **columns: object) -> None:
    """Note what came of it, unless it is being disconnected since."""
    rows = Connection.objects.filter(pk=connection.pk)
    if connection.state != Connection.State.LEAVING:
        rows = rows.exclude(state=Connection.State.LEAVING)
    told_meanwhile = When(next_due_at__gt=connection.next_due_at, then=F("next_due_at"))
    rows.update(lease_until=None, next_due_at=Case(told_meanwhile, default=Now() + wait), **columns)
