"""``act``: a booking takes one of the actions that leave its state."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, InternalError, OperationalError
from django.db.models.functions import Now

from bookings import database_clock
from bookings.errors import ActionNotAvailable, BookingError, BookingGone, Conflict
from bookings.lifecycle.actors import Actor
from bookings.lifecycle.due import leaving
from bookings.lifecycle.history import note
from bookings.lifecycle.locks import NO_LOCKS, Locks, playable, played_on
from bookings.lifecycle.notices import Notices
from bookings.lifecycle.retries import Overdue, verb
from bookings.lifecycle.rules import check_again, check_cut_off, check_not_passed
from bookings.lifecycle.transitions import companions_of, play, play_overdue
from bookings.models import Action, Booking, HistoryEntry, Resource, Standstill
from bookings.overrides import override

log = structlog.get_logger(__name__)
REFUSED_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What an action is given: words, a payment's id, what is said of the mails that follow, and labels (``meta``).

    ``reason`` is history's code for how it was played.

    Labels merge by key into those of the booking that the action is played on, not of those that play along.
    """

    message: str = ""
    payment_id: str = ""
    reason: str = ""
    notices: Notices = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)


NO_INPUTS = Inputs()


def act(
    booking: Booking,
    action: str,
    *,
    by: Actor,
    message: str = "",
    payment_id: str = "",
    now: datetime | None = None,
) -> Booking:
    """Play the action of that name and return the booking in its new state.

    Raises ``ActionNotAvailable`` with ``available_actions``, ``WindowClosed`` after a customer's cut-off, and
    ``SlotTaken`` or ``GroupFull`` where the new state occupies and the time or seat is gone.
    """
    inputs = Inputs(message=message, payment_id=payment_id)
    return act_on_all([booking], action, by=by, inputs=inputs, now=now)[0]


@verb
def act_on_all(
    bookings: Sequence[Booking],
    action: str,
    *,
    by: Actor,
    inputs: Inputs = NO_INPUTS,
    now: datetime | None = None,
) -> list[Booking]:
    """Play the action on the first booking and on those others that know it, all or none.

    A seat among them whose session comes first, and takes its seats along, is played on by that alone.
    """
    now = now or database_clock.now()
    rows = lock_all(bookings)
    took_along: set[uuid.UUID | None] = set()
    for booking in bookings:
        current = rows[booking.pk]
        if current.session_id in took_along:
            continue
        open_to = _open_to(current, by, leaving(current))
        playable = (one for one in open_to if not (one.continues and by.bound_by_rules))
        wanted = next((one for one in playable if one.name == action), None)
        if wanted:
            _play_checked(current, wanted, by, inputs, now)
            if wanted.on_seats:
                took_along.add(current.pk)
            if inputs.meta and booking is bookings[0]:
                _label(current, inputs.meta, by)
        elif booking is bookings[0]:
            raise ActionNotAvailable(available_actions=[one.name for one in open_to])
    taken_along = [row.pk for row in rows.values() if row.session_id in took_along]
    rows |= {row.pk: row for row, _is_overdue in (played_on(taken_along) if taken_along else ())}
    return [rows[booking.pk] for booking in bookings]


def lock_all(bookings: Sequence[Booking], *, besides: Locks = NO_LOCKS) -> dict[uuid.UUID, Booking]:
    """The bookings as they are once they and what they take are locked; raises ``Overdue`` if a clock comes first.

    ``besides`` is what else the transaction needs.
    """
    ids = [booking.pk for booking in bookings]
    (Locks.of_bookings(ids) | besides).take()
    rows = played_on(ids)
    if len(rows) < len(set(ids)):
        raise BookingGone
    if any(is_overdue for _row, is_overdue in rows):
        raise Overdue(lambda: _play_all(bookings))
    return {row.pk: row for row, _is_overdue in rows}


def lock_many(bookings: Sequence[Booking], *, besides: Locks = NO_LOCKS) -> None:
    """Lock what several verbs in one transaction need; raises ``Overdue`` for all of whom a clock comes first.

    Each verb finds out itself whether its booking is there.
    """
    ids = [booking.pk for booking in bookings]
    (Locks.of_bookings(ids) | besides).take()
    overdue = list(Booking.objects.filter(pk__in=ids, due_at__lte=Now()).only("pk"))
    if overdue:
        raise Overdue(lambda: _play_all(overdue))


def _play_all(overdue: Sequence[Booking]) -> None:
    for booking in overdue:
        play_if_due(booking)


def _play_checked(booking: Booking, action: Action, by: Actor, inputs: Inputs, now: datetime) -> None:
    if by.is_held_to_the_cut_off(action):
        check_cut_off(booking, now)
    check_not_passed(booking, by, now)
    if action.input == Action.Input.PAYMENT:
        booking.payment_id = inputs.payment_id
    play(
        booking,
        action,
        by=by,
        words=inputs.message,
        reason=inputs.reason,
        notices=inputs.notices,
        around=_distance_kept(booking, action, by),
    )


def _distance_kept(booking: Booking, action: Action, by: Actor) -> timedelta:
    """What a request keeps off that takes its time only now: it stands behind whoever booked meanwhile.

    Raises ``CapReached``; staff and server keys pass.
    """
    if not by.bound_by_rules or booking.state.occupies or not action.target.occupies:
        return timedelta()
    companions = Resource.objects.filter(pk__in=companions_of(booking)).order_by("pk")
    return check_again(booking, by=by, companions=list(companions))


def _label(booking: Booking, meta: Mapping[str, Any], by: Actor) -> None:
    booking.meta = override(booking.meta, meta)
    booking.save(update_fields=["meta", "updated_at"])
    note(booking, by=by, what=HistoryEntry.What.CORRECTED, reason="meta")


def available_actions(booking: Booking, by: Actor) -> list[Action]:
    """The actions that leave the booking's state and that this actor may play, moves among them.

    A move is offered to customers too, but only ``reschedule`` plays it for them: alone it would end the booking.
    """
    return _open_to(booking, by, booking.state.leaving.all())


def _open_to(booking: Booking, by: Actor, ways: Iterable[Action]) -> list[Action]:
    return [] if booking.deleted_at else [action for action in ways if by.may_play(action)]


def play_if_due(booking: Booking, *, skip_locked: bool = False) -> bool:
    """Play the automatic action of a booking if its time has come, by the database's clock; tell whether it was played.

    With ``skip_locked`` what others work on is left to them.  Where it is refused (its state occupies, and the time
    went to another) it is due again some minutes later, and in nobody's way until then.  Raises ``Conflict``.
    """
    try:
        return _play_if_due(booking, skip_locked=skip_locked)
    except Conflict:
        raise
    except BookingError:
        _wait(booking)
        return False


def _wait(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk, due_at__lte=Now()).update(due_at=Now() + REFUSED_AGAIN_AFTER)


@verb
def _play_if_due(booking: Booking, *, skip_locked: bool) -> bool:
    if not Locks.of_bookings([booking.pk]).take(skip_locked=skip_locked):
        return False
    return any(map(play_overdue, playable(Booking.objects.filter(pk=booking.pk, due_at__lte=Now()))))


def play_due(limit: int = 100) -> int:
    """Play up to ``limit`` automatic actions that are due, each in its own transaction; return how many were.

    None while the site stands still.
    """
    due = Booking.objects.filter(Standstill.is_over(), due_at__lte=Now()).order_by("due_at").only("pk")
    return sum(_played(booking) for booking in due[:limit])


def _played(booking: Booking) -> bool:
    """Play it, unless somebody else is at it."""
    try:
        return play_if_due(booking, skip_locked=True)
    except Conflict:
        return False
    except (OperationalError, InterfaceError, InternalError):  # of the database, and of no booking
        raise
    except Exception:
        # A fault in one booking must not keep all others waiting; it is tried again as what is refused is.
        log.exception("action_failed", booking=str(booking.pk))
        _wait(booking)
        return False
