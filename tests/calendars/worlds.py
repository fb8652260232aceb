"""A resource that is connected with a calendar, as the command and a worker make it."""

from __future__ import annotations

import io
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

from django.core.management import call_command
from django.db.models.functions import Now

from bookings.calendars.connecting import connect_account
from bookings.calendars.kinds import provider_of
from bookings.calendars.oauth import Grant
from bookings.calendars.oauth_servers import GOOGLE_SCOPES, MICROSOFT_SCOPES
from bookings.calendars.reading import read_next
from bookings.calendars.secrets import seal
from bookings.effects.outbox import Sender
from bookings.management.sending import HANDLERS
from bookings.models import CalendarEntry, Connection, Occupancy, OutboxMessage, Resource
from tests.calendars.conftest import PASSWORD, Account
from tests.calendars.oauth_server import OAuth


@contextmanager
def typed(text: str):
    with mock.patch("sys.stdin", io.StringIO(text + "\n")):
        yield


def manage(*words: str, **more: Any) -> str:
    """What ``manage.py calendar`` says."""
    said = io.StringIO()
    call_command("calendar", *words, stdout=said, stderr=said, **more)
    return said.getvalue()


def connected(resource: Resource, account: Account, *words: str) -> Connection:
    """By the command, with the password on standard input."""
    with typed(PASSWORD):
        arguments = ["--caldav", account.url, "--user", account.user, "--password-stdin"]
        manage("connect", "--resource", str(resource.pk), *arguments, *words)
    resource.refresh_from_db()
    return Connection.objects.filter(resource=resource).latest("created_at")


def read_all() -> None:
    """Let a worker read every connection now."""
    Connection.objects.update(next_due_at=Now() - timedelta(seconds=1), lease_until=None)
    while read_next():
        pass


def write_all() -> None:
    """Let a worker write everything that waits, also what would wait longer."""
    for _again in range(3):
        waiting = OutboxMessage.objects.waiting().filter(kind="calendar")
        waiting.update(run_after=Now() - timedelta(seconds=1), lease_until=None)
        CalendarEntry.objects.update(lease_until=None)
        Sender({"calendar": HANDLERS["calendar"]}).send_all()


def busy(resource: Resource) -> list[tuple[Any, Any]]:
    """The pieces of a resource that came from calendars, in order."""
    rows = Occupancy.objects.filter(resource=resource).exclude(event=None).order_by("start")
    assert not rows.filter(strict=True).exists()
    return list(rows.values_list("start", "end"))


def let_in(resource: Resource, kind: str, there: OAuth) -> Connection:
    """A resource whose account at a stand-in is read and takes the bookings, its owner having agreed."""
    access = there.let_in(*{"google": GOOGLE_SCOPES, "microsoft": MICROSOFT_SCOPES}[kind])
    grant = Grant(access, "", int(time.time()) + 3600)
    drafted = Connection(resource=resource, kind=kind, secret=seal(grant.as_secret()))
    connection = connect_account(drafted, provider_of(drafted).calendars(), write=True)
    resource.refresh_from_db()
    return connection
