"""What staff and servers do to a booking's row beside its state: correct it, note attendance, delete it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from bookings import database_clock
from bookings.errors import BookingGone, NotBegun, NotDeletable
from bookings.lifecycle.actors import Actor
from bookings.lifecycle.history import note
from bookings.lifecycle.locks import Locks
from bookings.lifecycle.notices import announce_correction
from bookings.lifecycle.people import leave
from bookings.lifecycle.retries import verb
from bookings.lifecycle.seats import session_of
from bookings.lifecycle.transitions import change_seats
from bookings.models import (
    Booking,
    Customer,
    HistoryEntry,
    IdempotencyKey,
    OutboxMessage,
    Remark,
    Reservation,
    WebhookCall,
)
from bookings.overrides import override
from bookings.people_keys import guest_word, is_guest

CORRECTABLE = ("what", "where", "description", "staff_note", "meta", "participants", "places")


@verb
def correct(
    booking: Booking,
    *,
    by: Actor,
    changes: dict[str, Any] | None = None,
    customer: dict[str, Any] | None = None,
    words: str = "",
) -> Booking:
    """Change a booking's text (``changes``, of ``CORRECTABLE``) and its customer's columns; ``meta`` merges by key.

    A seat's ``places`` are taken or given back, and it costs so much more or less.  History keeps that it happened, not
    what stood there.  Raises ``BookingGone``, ``GroupFull``, ``SessionClosed``, and ``KeyError`` for a column that is
    not correctable.
    """
    changes = changes or {}
    if "places" in changes:
        Locks.of_bookings([booking.pk]).take()
    row = _lock(booking)
    for name, value in changes.items():
        if name not in CORRECTABLE:
            raise KeyError(name)
        if name == "places":
            _change_places(row, value)
        else:
            setattr(row, name, override(row.meta, value) if name == "meta" else value)
    if changes:
        row.sequence += 1
        row.save(update_fields=[*changes, "price", "sequence", "updated_at"])
    if customer:
        Customer.objects.update_or_create(booking=row, defaults=customer)
    changed = ",".join([*changes, *(f"customer.{name}" for name in customer or {})])
    entry = note(row, by=by, words=words, what=HistoryEntry.What.CORRECTED, reason=changed[:40])
    announce_correction(row, entry)
    return row


def _change_places(row: Booking, places: int) -> None:
    if row.needs_seat:
        change_seats(session_of(row), having=row.places, wanting=places)
    if row.price is not None:
        row.price = row.price / row.places * places
    row.places = places


@verb
def note_attendance(booking: Booking, attendance: str, *, by: Actor) -> Booking:
    """Set whether the customer came; a fact beside the state, which can be taken back (``unknown``) at any time.

    Raises ``BookingGone``, and ``NotBegun`` before the start, by the database's clock.
    """
    row = _lock(booking)
    row.attendance = Booking.Attendance(attendance)
    known = row.attendance != Booking.Attendance.UNKNOWN
    if known and not Booking.objects.filter(pk=row.pk, start__lte=Now()).exists():
        raise NotBegun
    row.save(update_fields=["attendance", "updated_at"])
    note(row, by=by, what=HistoryEntry.What.ATTENDANCE, target=row.attendance)
    return row


@verb
def delete(booking: Booking, *, by: Actor) -> None:
    """Hide a booking in a final state everywhere and erase its personal data; history and figures stay.

    What it continues goes with it, since each move took a copy of the customer along.  Raises ``NotDeletable`` while an
    action can still leave its state, and ``BookingGone``.
    """
    row = _lock(booking, *_continued_by(booking))
    if not row.state.final:
        raise NotDeletable
    _erase(row, by)
    while row.continues:
        row = row.continues
        if row.deleted_at is None:
            _erase(row, by)


@verb
def forget_guest(booking: Booking, email: str, *, by: Actor) -> None:
    """Take off whom a booking in a final state names beside its customer, with all that still tells of them.

    Raises ``NotDeletable`` while an action can still leave its state, and ``BookingGone``.
    """
    row = _lock(booking)
    if not row.state.final:
        raise NotDeletable
    row.participants = [one for one in row.participants if not is_guest(one, email)]
    row.sequence += 1
    row.save(update_fields=["participants", "sequence", "updated_at"])
    IdempotencyKey.objects.about(row.pk).filter(body__icontains=email).delete()
    messages = OutboxMessage.objects.filter(booking_id=row.pk, payload__to=guest_word(email))
    messages.waiting().delete()
    messages.update(payload={}, last_error="")
    calls = WebhookCall.objects.filter(booking_id=row.pk)
    calls.filter(Q(payload__icontains=email) | Q(answer__icontains=email)).update(
        payload="", answer="", error=""
    )
    entry = note(row, by=by, what=HistoryEntry.What.CORRECTED, reason="participants")
    announce_correction(row, entry)


def _continued_by(booking: Booking) -> list[UUID]:
    """The ids of what the booking continues, one after the other; they never change."""
    ids: list[UUID] = []
    step = booking.continues_id
    while step:
        ids.append(step)
        step = Booking.objects.values_list("continues", flat=True).get(pk=step)
    return ids


def _lock(booking: Booking, *others: UUID) -> Booking:
    """The booking as it is once its row, and those of the others, are locked; raises ``BookingGone``."""
    Locks.on(bookings=[booking.pk, *others]).take()
    row = Booking.objects.visible().filter(pk=booking.pk).first()
    if row is None:
        raise BookingGone
    return row


def _erase(row: Booking, by: Actor) -> None:
    leave(row.pk)
    Customer.objects.filter(booking=row).delete()
    Remark.objects.filter(booking_id=row.pk).delete()
    IdempotencyKey.objects.about(row.pk).delete()
    messages = OutboxMessage.objects.filter(booking_id=row.pk)
    messages.waiting().delete()
    messages.update(payload={}, last_error="")  # what another server said may name whom it was to reach
    WebhookCall.objects.filter(booking_id=row.pk).update(payload="", answer="", error="")
    held = Reservation.objects.filter(booking=row)
    for hold in held:
        IdempotencyKey.objects.about(hold.pk).delete()
    held.update(customer={}, visitor="", address="", what="", where="", description="")
    for name in ("what", "where", "description", "staff_note", "payment_id", "overstepped"):
        setattr(row, name, "")
    row.meta, row.participants, row.notifications, row.deleted_at = {}, [], {}, database_clock.now()
    row.save()
    announce_correction(row, note(row, by=by, what=HistoryEntry.What.DELETED))
