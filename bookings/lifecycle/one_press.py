"""``press`` and ``take_back``: what staff do by one press, and may take back for a few minutes.

The booking is in its new state at once, and whoever asks is told so; only the mails wait until nothing can be taken
back any more.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from bookings import database_clock
from bookings.errors import ActionNotAvailable, NothingToUndo
from bookings.lifecycle.act import Inputs, act_on_all, available_actions, lock_all
from bookings.lifecycle.actors import Actor
from bookings.lifecycle.history import entry_of
from bookings.lifecycle.notices import messages_of
from bookings.lifecycle.retries import verb
from bookings.lifecycle.transitions import companions_of, enter, occupy, vacate
from bookings.lifecycle.undo import stand_again
from bookings.lifecycle.undoable import ONE_PRESS, may_be_pressed, pressed
from bookings.lifecycle.writing import follow
from bookings.models import Booking, HistoryEntry, OutboxMessage, State
from bookings.written_out import update


def press(booking: Booking, action: str, *, by: Actor, now: datetime | None = None) -> Booking:
    """Play the action of that name, its mails waiting for second thoughts; return the booking in its new state.

    Raises what ``act`` does, and ``ActionNotAvailable`` for what cannot be taken back or asks for more than a press.
    """
    open_to_press = [one for one in available_actions(booking, by) if may_be_pressed(booking, one)]
    if not any(one.name == action for one in open_to_press):
        raise ActionNotAvailable(available_actions=[one.name for one in open_to_press])
    return act_on_all([booking], action, by=by, inputs=Inputs(reason=ONE_PRESS), now=now)[0]


@verb
def take_back(booking: Booking, *, by: Actor, now: datetime | None = None) -> Booking:
    """Take back what ``by`` did to the booking by one press; nobody is told, since nobody was.

    Returns the booking as it was before; where the press ended it that is a new one, which continues it, since a final
    state never comes alive.  Raises ``NothingToUndo`` once its time is over or something else happened since, and
    ``SlotTaken`` or ``GroupFull`` where the time or seat that it gave up is gone.
    """
    old = lock_all([booking])[booking.pk]
    entry = pressed(old, by, now or database_clock.now())
    before = State.objects.filter(version=old.version, name=entry.source).first() if entry else None
    if entry is None or before is None:
        raise NothingToUndo
    _drop_mails(entry)
    if old.state.final:
        return stand_again(old, before, by=by, quiet=True)
    _go_back(old, before, by)
    return old


def _drop_mails(entry: HistoryEntry) -> None:
    mails = OutboxMessage.objects.waiting().filter(
        booking_id=entry.booking_id, kind="mail", payload__history=entry.pk
    )
    reason = gettext_noop("It was taken back.")
    mails.update(outcome=OutboxMessage.Outcome.DROPPED, done_at=Now(), last_error=reason)


def _go_back(booking: Booking, before: State, by: Actor) -> None:
    source = booking.state
    if before.occupies and not source.occupies:
        occupy(booking, companions_of(booking))
    enter(booking, before)
    booking.sequence += 1
    update(booking, "state", "state_entered_at", "due_at", "sequence", "updated_at")
    if source.occupies and not before.occupies:
        vacate(booking)
    entry = entry_of(booking, by=by, source=source.name, target=before.name, reason="undone")
    follow(entry, messages_of(booking, before, entry, quiet=True))
