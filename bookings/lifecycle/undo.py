"""``undo``: a new booking continues one that was ended by mistake, where its time is still free."""

from __future__ import annotations

from datetime import datetime

from bookings import database_clock
from bookings.errors import NothingToUndo
from bookings.lifecycle.act import lock_all
from bookings.lifecycle.actors import OWNER, Actor
from bookings.lifecycle.reschedule import begin, companions_booked, continuation
from bookings.lifecycle.retries import verb
from bookings.lifecycle.rules import check_again, may_overlap
from bookings.lifecycle.transitions import occupy
from bookings.lifecycle.undoable import undoable_state
from bookings.lifecycle.waiting import waits_since
from bookings.models import Booking, State


@verb
def undo(booking: Booking, *, by: Actor, now: datetime | None = None) -> Booking:
    """Take back how a booking ended while that may be undone, if the time is still free; return the new booking.

    A final state never comes alive: the new booking continues the old one in the state it had before.  What an owner
    takes back nobody was told of, so that nobody is told that it stands.  Raises ``NothingToUndo``, ``SlotTaken``
    and ``CapReached``.
    """
    old = lock_all([booking])[booking.pk]
    before = undoable_state(old, now or database_clock.now(), by=by)
    if before is None:
        raise NothingToUndo
    return stand_again(old, before, by=by, quiet=by.kind == OWNER)


def stand_again(old: Booking, before: State, *, by: Actor, quiet: bool) -> Booking:
    """Continue a booking that ended, and is locked, in the state it had before.

    It may overlap where its project says so still; leave that staff gave it is not given anew.

    Raises ``SlotTaken``, ``GroupFull`` and, of those who are bound by rules, ``CapReached``.
    """
    new = continuation(old, allow_double_bookings=old.allow_double_bookings and may_overlap(old))
    companions = companions_booked(old)
    new.state = before
    if before.occupies:
        around = check_again(new, by=by, companions=companions)
        occupy(new, [resource.pk for resource in companions], around)
    since = waits_since(old, before, by)
    begin(old, new, companions, before, by, "", moved=False, since=since, quiet=quiet)
    return new
