"""Channels by which Google and Microsoft call when a calendar changes: opened, renewed, closed and heard.

They only make reading sooner.  Without https, without a channel or with every call lost, polling finds the same.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from bookings import database_clock
from bookings.calendars.errors import CalendarError
from bookings.calendars.kinds import provider_of
from bookings.calendars.provider import Provider
from bookings.calendars.push import Pushing, Watched
from bookings.models import Calendar, Channel, Connection

BY_CALENDAR, BY_ACCOUNT = Connection.Kind.GOOGLE, Connection.Kind.MICROSOFT
EARLY = timedelta(days=1)
"""So long before it ends a channel is followed by another."""
REST = timedelta(hours=1)
"""So long a provider that opened none is left alone."""
GONE = frozenset({"subscriptionRemoved", "reauthorizationRequired"})

log = structlog.get_logger(__name__)


def keep_open(connection: Connection, provider: Provider) -> None:
    """See that everything that is read of a connection is watched, and nothing else.  Raises nothing."""
    if connection.kind not in {BY_CALENDAR, BY_ACCOUNT} or not settings.SITE_URL.startswith("https://"):
        return
    if Connection.objects.filter(pk=connection.pk, state=Connection.State.LEAVING).exists():
        return  # disconnected while it was read
    pushing = cast(Pushing, provider)
    read = connection.calendars.filter(Q(provider_sync=True) | Q(writes=True))
    wanted: list[Calendar | None] = [*read]
    if connection.kind == BY_ACCOUNT and wanted:
        wanted = [None]
    lasting = connection.channels.filter(until__gt=database_clock.now() + EARLY)
    kept = {channel.calendar_id: channel.pk for channel in lasting}
    for calendar in wanted:
        key = calendar.pk if calendar else None
        if key not in kept:
            kept[key] = _open(connection, calendar, pushing)
    used = {calendar.pk if calendar else None for calendar in wanted}
    stays = [pk for key, pk in kept.items() if key in used]
    _close(connection.channels.exclude(pk__in=stays), pushing)


def _open(connection: Connection, calendar: Calendar | None, pushing: Pushing) -> UUID:
    """The row comes first: Microsoft calls its address before it answers."""
    secret = secrets.token_urlsafe(32)
    channel = Channel.objects.create(
        connection=connection, calendar=calendar, digest=_digest(secret), until=Now() + EARLY + REST
    )
    address = settings.SITE_URL + reverse("pages:calendar_told", args=[channel.pk])
    try:
        watched = pushing.watch(calendar.provider_id if calendar else "", address, secret)
    except CalendarError as error:
        log.warning("calendar_channel_refused", connection=str(connection.pk), why=error.text)
        return channel.pk
    rows = Channel.objects.filter(pk=channel.pk)
    rows.update(provider_id=watched.id, watched=watched.resource, until=watched.until)
    return channel.pk


def _close(channels: Iterable[Channel], pushing: Pushing) -> None:
    """One that could not be closed ends by itself within a week, and is heard no more.

    A provider that failed once is asked no more, so that nobody who waits for this waits for each.
    """
    fails = False
    for channel in channels:
        if channel.provider_id and not fails:
            try:
                pushing.unwatch(Watched(channel.provider_id, channel.watched, channel.until))
            except CalendarError as error:
                fails = True
                log.warning("calendar_channel_stays", channel=str(channel.pk), why=error.text)
        Channel.objects.filter(pk=channel.pk).delete()


def close_all(connection: Connection) -> None:
    """Have the provider call no more, while its access still lasts.  Raises nothing."""
    channels = list(connection.channels.all())
    if not channels:
        return
    try:
        _close(channels, cast(Pushing, provider_of(connection)))
    except CalendarError as error:  # its secret cannot be read any more
        log.warning("calendar_channels_stay", connection=str(connection.pk), why=error.text)


def is_open(channel: UUID) -> bool:
    """Whether somebody may call it, also while it is being opened."""
    return Channel.objects.filter(pk=channel, until__gt=Now()).exists()


def hear(channel: UUID, secret: str, events: Iterable[str] = ()) -> bool:
    """Let what is watched be read now, if ``secret`` is the channel's; nothing that was sent is believed beyond that.

    ``events`` are those of the channel's own life, after some of which another must follow.
    """
    row = Channel.objects.filter(pk=channel, until__gt=Now()).first()
    if not secrets.compare_digest(_digest(secret), row.digest if row else ""):
        return False
    assert row is not None  # noqa: S101  # no digest is empty
    if GONE & set(events):
        Channel.objects.filter(pk=row.pk).update(until=Now() + REST)
    Connection.objects.filter(pk=row.connection_id).update(next_due_at=Now())
    return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
