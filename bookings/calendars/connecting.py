"""Connecting a resource with calendars elsewhere, choosing among them, and disconnecting."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from bookings.calendars.channels import close_all
from bookings.calendars.missed import enqueue_coming
from bookings.calendars.provider import Listed
from bookings.calendars.revoking import end_access, when_done
from bookings.calendars.secrets import seal
from bookings.lifecycle.busy_elsewhere import forget_busy, keep_what_was_made_here
from bookings.models import Calendar, CalendarEntry, Connection, OutboxMessage, Resource

AGAIN = timedelta(minutes=1)


class WrongChoice(Exception):
    """A calendar was named that is not there, or that cannot be what it was named for; the words are for people."""


@dataclass(frozen=True)
class Choice:
    """Ids of a resource's calendars: which are read, which take bookings, and which of these is the primary one."""

    read: frozenset[UUID]
    write: frozenset[UUID]
    primary: UUID | None = None


@dataclass(frozen=True)
class Wishes:
    """A choice by names, made before the calendars are known; without ``read`` all are read."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    primary: str = ""

    def __bool__(self) -> bool:
        return bool(self.read or self.write or self.primary)


NO_WISHES = Wishes()


def caldav(resource: Resource, *, url: str, user: str, password: str) -> Connection:
    """An unsaved connection with a CalDAV server."""
    url = url.strip() if "://" in url else f"https://{url.strip()}"
    return Connection(
        resource=resource,
        kind=Connection.Kind.CALDAV,
        address=url,
        account=user.strip(),
        secret=seal({"password": password}),
    )


def ics_address(resource: Resource, *, url: str) -> Connection:
    """An unsaved connection with an address that ends in .ics; of it only the host is kept readable."""
    url = url.strip()
    return Connection(
        resource=resource,
        kind=Connection.Kind.ICS,
        address=httpx2.URL(url).host,
        secret=seal({"url": url}),
    )


def connect(connection: Connection, listed: Sequence[Listed] = ()) -> Connection:
    """Save a connection with the calendars that were found; without any a worker asks for them at once."""
    with transaction.atomic():
        connection.save(force_insert=True)
        settle_calendars(connection, listed)
    return connection


def connect_account(
    drafted: Connection, listed: Sequence[Listed], *, write: bool, wishes: Wishes = NO_WISHES
) -> Connection:
    """Connect an account whose owner agreed; one that is connected already is only let in again.

    Its main calendar is read and, where ``write`` is, takes the bookings; staff choose otherwise later.  Where there
    are ``wishes``, these say what is read and written; raises ``WrongChoice`` for a calendar that is not there.
    """
    main = next((one for one in listed if one.primary), None) or next(iter(listed), None)
    drafted.account = (main.owner if main else "")[:300]
    with transaction.atomic():
        known = drafted.resource.connections.exclude(state=Connection.State.LEAVING).filter(
            kind=drafted.kind, account=drafted.account
        )
        connection = known.first() if drafted.account else None
        if connection is not None:
            _let_in_again(connection, drafted.secret)
            settle_calendars(connection, listed)
        else:
            connection = connect(drafted, listed)
            rows = connection.calendars.filter(provider_id__in=[main.id] if main else [])
            read = frozenset(rows.values_list("pk", flat=True))
            takes = rows.filter(provider_access=Calendar.Access.OWNER).values_list("pk", flat=True)
            written = frozenset(takes) if write else frozenset()
            choose(connection, Choice(read=read, write=written, primary=next(iter(written), None)))
        if wishes:
            chosen = by_names(connection, read=wishes.read, write=wishes.write, primary=wishes.primary)
            choose(connection, chosen)
    enqueue_coming(drafted.resource)
    return connection


def _let_in_again(connection: Connection, secret: str) -> None:
    Connection.objects.filter(pk=connection.pk).update(
        secret=secret,
        state=Connection.State.NEW,
        last_error="",
        failures=0,
        next_due_at=Now(),
        lease_until=None,
    )


def settle_calendars(connection: Connection, listed: Sequence[Listed]) -> None:
    """Take note of which calendars there are: a new one is read, one that is gone is left to say so itself."""
    known = {row.provider_id: row for row in connection.calendars.all()}
    for one in listed:
        row = known.get(one.id)
        access = Calendar.Access.OWNER if one.writable else Calendar.Access.READER
        if row is None:
            Calendar.objects.create(
                resource=connection.resource,
                connection=connection,
                provider=connection.kind,
                provider_id=one.id,
                name=one.name[:200] or one.id[:200],
                provider_access=access,
                provider_primary=one.primary,
            )
        elif (row.name, row.provider_access) != (one.name, access):
            Calendar.objects.filter(pk=row.pk).update(name=one.name[:200], provider_access=access)


def choose(connection: Connection, choice: Choice) -> None:
    """Read and write as chosen; what is read no more is freed.  Raises ``WrongChoice``."""
    rows = {row.pk: row for row in connection.calendars.all()}
    _check(rows, choice)
    with transaction.atomic():
        Resource.objects.locked().get(pk=connection.resource_id)
        for pk, row in rows.items():
            chosen: dict[str, Any] = {"provider_sync": pk in choice.read, "writes": pk in choice.write}
            if chosen["provider_sync"] and not row.provider_sync:
                chosen |= {"cursor": "", "read_whole_at": None}
            Calendar.objects.filter(pk=pk).update(**chosen)
        _settle_primary(connection.resource, choice.primary)
        _settle_writing(connection.resource)
        Connection.objects.filter(pk=connection.pk).update(next_due_at=Now())
    for pk in rows.keys() - choice.read:
        forget_busy(rows[pk])
    enqueue_coming(connection.resource)


def read_or_forget(calendar: Calendar) -> None:
    """After ``provider_sync`` was changed: free what was read, or let everything be read anew."""
    if calendar.provider_sync:
        Calendar.objects.filter(pk=calendar.pk).update(cursor="", read_whole_at=None)
        Connection.objects.filter(pk__in=[calendar.connection_id]).update(next_due_at=Now())
    else:
        forget_busy(calendar)


def _check(rows: dict[UUID, Calendar], choice: Choice) -> None:
    chosen = choice.read | choice.write | ({choice.primary} if choice.primary else set())
    if chosen - rows.keys():
        raise WrongChoice(_("There is no such calendar."))
    for pk in choice.write:
        if rows[pk].provider_access != Calendar.Access.OWNER:
            raise WrongChoice(_("“%(name)s” may only be read.") % {"name": rows[pk].name})
    if choice.primary and choice.primary not in choice.write:
        raise WrongChoice(_("The primary calendar must take bookings."))


def _settle_primary(resource: Resource, wanted: UUID | None) -> None:
    """One calendar takes the bookings that name none: as wanted, else as it was, else one that takes them."""
    calendars = Calendar.objects.filter(resource=resource)
    present = calendars.filter(primary=True).select_related("connection").first()
    taking = calendars.taking_bookings().order_by("-provider_primary", "name").first()
    stays = present is not None and present.is_elsewhere and present.takes_bookings
    chosen = wanted or (present.pk if present and stays else None) or (taking.pk if taking else None)
    if chosen is None:
        own = calendars.filter(provider=Calendar.Provider.OWN).order_by("-primary", "created_at").first()
        chosen = own.pk if own else None
    if present is None or present.pk != chosen:
        calendars.filter(primary=True).update(primary=False)
        calendars.filter(pk__in=[chosen]).update(primary=True)
    resource.give_calendar()


def _settle_writing(resource: Resource) -> None:
    """Note at the resource, and at those that it may accompany, whether a booking may have to be written."""
    beside = Resource.objects.filter(Q(pk=resource.pk) | Q(projects__resources=resource)).distinct()
    for row in beside.order_by("pk"):
        near = Q(resource=row) | Q(resource__projects__resources=row)
        writes = Calendar.objects.taking_bookings().filter(near).exists()
        Resource.objects.filter(pk=row.pk).exclude(writes_calendar=writes).update(writes_calendar=writes)


def by_names(
    connection: Connection,
    *,
    read: Collection[str],
    write: Collection[str],
    primary: str = "",
) -> Choice:
    """A choice by names; without ``read`` all are read.  Raises ``WrongChoice`` with the names that there are."""
    rows = list(connection.calendars.all())
    ids = {row.name.casefold(): row.pk for row in rows}

    def found(name: str) -> UUID:
        if name.casefold() not in ids:
            raise WrongChoice(
                _("There is no calendar “%(name)s”. There are: %(names)s.")
                % {"name": name, "names": ", ".join(row.name for row in rows) or _("none")}
            )
        return ids[name.casefold()]

    first = {found(primary)} if primary else set()
    return Choice(
        read=frozenset(map(found, read)) if read else frozenset(ids.values()),
        write=frozenset(map(found, write)) | first,
        primary=found(primary) if primary else None,
    )


def disconnect(connection: Connection, *, keep_events: bool) -> str:
    """Read and write no more, and free what was read; answers in words what becomes of the access, or nothing.

    Coming events of ours stay over there, or are removed by the worker, which then forgets the connection.
    """
    resource = connection.resource
    with transaction.atomic():
        Resource.objects.locked().get(pk=resource.pk)
        Connection.objects.filter(pk=connection.pk).update(
            state=Connection.State.LEAVING, next_due_at=Now(), last_error="", remark=""
        )
        connection.calendars.update(provider_sync=False, writes=False)
        keep_what_was_made_here(connection)
        _settle_primary(resource, None)
        _settle_writing(resource)
    for calendar in connection.calendars.all():
        forget_busy(calendar)
    if not keep_events:
        _enqueue_removals(connection)
    connection.state = Connection.State.LEAVING
    said = leave_if_done(connection)
    enqueue_coming(resource)
    return said


def _enqueue_removals(connection: Connection) -> None:
    coming = CalendarEntry.objects.standing().filter(calendar__connection=connection, end__gt=Now())
    for entry in coming:
        OutboxMessage.objects.get_or_create(
            dedupe_key=f"calendar:leaving:{entry.pk}",
            defaults={
                "kind": "calendar",
                "booking_id": entry.booking_id,
                "payload": {"leaving": str(connection.pk)},
                "run_after": Now(),
            },
        )


def leave_if_done(connection: Connection) -> str:
    """Forget a connection once none of its events waits to be removed; look again in a minute otherwise.

    Its channels are closed at once, since that takes the access which ends with it.  Answers in words what becomes of
    the access over there, or nothing.
    """
    close_all(connection)
    waiting = OutboxMessage.objects.waiting().filter(kind="calendar", payload__leaving=str(connection.pk))
    if waiting.exists():
        Connection.objects.filter(pk=connection.pk).update(lease_until=None, next_due_at=Now() + AGAIN)
        return when_done(connection)
    said = end_access(connection)
    Connection.objects.filter(pk=connection.pk, state=Connection.State.LEAVING).delete()
    return said
