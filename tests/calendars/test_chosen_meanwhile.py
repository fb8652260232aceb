"""Staff choose which calendars are read while a worker writes what it has read."""

from threading import Thread

import pytest
from django.db import connection as database

from bookings.calendars.connecting import Choice, choose, connect, disconnect, ics_address
from bookings.calendars.provider import Listed
from bookings.lifecycle import busy_elsewhere
from bookings.lifecycle.busy_elsewhere import Difference, Stretch, note_busy
from bookings.models import Event, Occupancy
from tests.calendars.conftest import soon
from tests.situations import a_resource

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
NOTHING = Choice(read=frozenset(), write=frozenset())


def read_no_more(connection):
    choose(connection, NOTHING)


def disconnected(connection):
    disconnect(connection, keep_events=True)


@pytest.mark.parametrize("decide", [read_no_more, disconnected])
def test_what_is_written_while_a_calendar_is_given_up_keeps_nothing_busy(monkeypatch, decide):
    drafted = ics_address(a_resource(), url="https://calendar.example/rota.ics")
    connection = connect(drafted, [Listed("ics", "calendar.example", writable=False)])
    calendar = connection.calendars.get()
    remove = busy_elsewhere._remove

    def staff_decides():
        try:
            decide(connection)
        finally:
            database.close()

    staff = Thread(target=staff_decides)

    def meanwhile(events):
        if staff.ident is None:  # the worker has looked whether the calendar is read
            staff.start()
            staff.join(1)
        remove(events)

    monkeypatch.setattr(busy_elsewhere, "_remove", meanwhile)
    note_busy(calendar, Difference(new=[Stretch("one", soon(10), soon(11))]), {})
    staff.join(20)
    assert not staff.is_alive()
    assert not Event.objects.exists()
    assert not Occupancy.objects.exists()
