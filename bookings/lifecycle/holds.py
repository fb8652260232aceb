"""``reserve``, ``extend`` and ``release``: a time or a seat held for a while, judged by the database's clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from bookings import database_clock, limits, sql
from bookings.availability.parts import alike
from bookings.availability.query import NO_BUFFERS, Buffers, Terms
from bookings.availability.terms import terms_of
from bookings.errors import (
    BookingError,
    CapReached,
    HoldNotExtendable,
    OutsideHours,
    ReservationGone,
    SlotTaken,
)
from bookings.lifecycle.actors import Actor
from bookings.lifecycle.claims import Claim, pieces_of, release_pieces
from bookings.lifecycle.hold_caps import check_caps, lock_visitor, spend
from bookings.lifecycle.locks import NO_LOCKS, Locks, lock_resources
from bookings.lifecycle.retries import alone_where, verb
from bookings.lifecycle.rules import check, check_payable, check_places
from bookings.lifecycle.seats import give_seats, session_of
from bookings.lifecycle.transitions import claim_seats, taken
from bookings.lifecycle.writing import write_hold
from bookings.models import Booking, Occupancy, Reservation, Resource
from bookings.proofs import Proof
from bookings.written_out import Statement, columns, update


def _is_one_statement(
    draft: Reservation,
    *,
    companions: Sequence[Resource] = (),
    replacing: Reservation | None = None,
    **_rest: Any,
) -> bool:
    """Whether ``reserve`` writes one hold of one piece, and counts no visitor's."""
    return not (companions or replacing or draft.session or draft.visitor or draft.address)


@alone_where(_is_one_statement)
def reserve(
    draft: Reservation,
    *,
    hold: timedelta,
    by: Actor,
    companions: Sequence[Resource] = (),
    buffers: Buffers = NO_BUFFERS,
    replacing: Reservation | None = None,
    proof: Proof | None = None,
    now: datetime | None = None,
) -> Reservation:
    """Hold what an unsaved reservation names for ``hold`` from the moment of claiming, and save it.

    ``replacing`` is released in the same transaction, and stays if the new one cannot be had.  Raises ``SlotTaken``,
    ``GroupFull``, ``SessionClosed``, ``HoldsExhausted``, ``ProofNeeded``, and what the rules say to a customer.  A
    ``proof`` is spent where this hold needs one.
    """
    return _reserve(draft, hold, by, companions, buffers, replacing, proof, now, _Caps())


def _reserve(
    draft: Reservation,
    hold: timedelta,
    by: Actor,
    companions: Sequence[Resource],
    buffers: Buffers,
    replacing: Reservation | None,
    proof: Proof | None,
    now: datetime | None,
    caps: _Caps,
) -> Reservation:
    check_payable(draft.project, draft.graph_version, by)
    check_places(draft, by)
    lock_visitor(draft)
    if replacing is not None:
        live = lock_live(replacing, besides=locks_of(replacing) | locks_of(draft, companions))
        if live:
            end_hold(live)
    if draft.session:
        draft.resource, draft.start, draft.end = (
            draft.session.resource,
            draft.session.start,
            draft.session.end,
        )
    draft.is_test = draft.resource.is_test
    around = check(draft, by=by, now=now or database_clock.now(), companions=companions)
    draft.proven = caps.check(draft, proof, now or database_clock.now())
    if draft.session:
        claim_seats(draft.session.pk, draft.places)
        draft.holds_seat, draft.expires_at = True, Now() + hold
        draft.save(force_insert=True)
        draft.refresh_from_db(fields=["expires_at"])
    else:
        wanted = _claim_of(draft, hold, companions, buffers, around)
        taken(wanted, lambda: write_hold(draft, wanted))
    if draft.proven and proof:
        spend(proof)
    return draft


@dataclass
class _Caps:
    """What the caps say of one visitor's wish, counted once, however many resources are tried for it."""

    proven: bool | None = None

    def check(self, draft: Reservation, proof: Proof | None, now: datetime) -> bool:
        if self.proven is None:
            self.proven = check_caps(draft, proof, now=now)
        return self.proven


def locks_of(draft: Booking | Reservation, companions: Sequence[Resource] = ()) -> Locks:
    """What is locked where a hold or a booking gives way to another: the session of a seat, else the resources."""
    if draft.session_id:
        return Locks.on(sessions=[draft.session_id])
    return Locks.on(resources=[draft.resource_id, *(resource.pk for resource in companions)])


def _claim_of(
    draft: Reservation,
    hold: timedelta,
    companions: Sequence[Resource],
    buffers: Buffers,
    around: timedelta,
) -> Claim:
    resources = [draft.resource_id, *(resource.pk for resource in companions)]
    terms = terms_of(draft.project, draft.option)[0] if draft.project else Terms()
    return Claim(
        pieces=pieces_of(alike(resources, draft.length, buffers), draft.start),
        around=around,
        sees_all_day_events=not terms.ignore_all_day_events,
        strict=not draft.allow_double_bookings,
        hold=hold,
    )


@verb
def reserve_any(
    drafts: Sequence[Reservation],
    *,
    hold: timedelta,
    by: Actor,
    buffers: Buffers = NO_BUFFERS,
    replacing: Reservation | None = None,
    proof: Proof | None = None,
    now: datetime | None = None,
) -> Reservation:
    """Hold the first of several that is free, in their order; if none is, the last refusal is raised.

    Who comes first was decided before (``bookings.availability.assignment``), from what was booked then.
    """
    for draft in drafts[:1]:
        lock_visitor(draft)
    lock_resources(
        {draft.resource_id for draft in drafts} | ({replacing.resource_id} if replacing else set())
    )
    refusal: BookingError = SlotTaken()
    caps = _Caps()
    for draft in drafts:
        try:
            return _reserve(draft, hold, by, (), buffers, replacing, proof, now, caps)
        except (SlotTaken, OutsideHours, CapReached) as error:
            refusal = error
            replacing = None
    raise refusal


@verb
def extend(reservation: Reservation, *, hold: timedelta, by: Actor) -> Reservation:
    """Hold a live reservation for ``hold`` from now on; raises ``ReservationGone`` or ``HoldNotExtendable``.

    Together it is never held longer than the operator's cap, counted from when it was made.
    """
    live = lock_live(reservation)
    if live is None:
        raise ReservationGone
    if not extendable(live, hold=hold, by=by, at=database_clock.now()):
        raise HoldNotExtendable
    Reservation.objects.filter(pk=live.pk).update(expires_at=Now() + hold, extensions=F("extensions") + 1)
    live.refresh_from_db(fields=["expires_at", "extensions"])
    kept = Occupancy.objects.filter(reservation=live).update(expires_at=live.expires_at)
    if not kept and live.session_id is None:  # in the last moment somebody else cleared what had ended
        raise ReservationGone
    return live


def extendable(reservation: Reservation, *, hold: timedelta, by: Actor, at: datetime) -> bool:
    """Whether ``extend`` at that moment keeps to the number of times and to the operator's cap."""
    if by.bound_by_rules and reservation.extensions >= limits.HOLD_EXTENSIONS.value:
        return False
    longest = timedelta(seconds=limits.HOLD_SECONDS.value)
    return at + hold <= reservation.created_at + longest


@verb
def release(reservation: Reservation, *, by: Actor) -> None:
    """Let a live reservation go; one that ended already raises ``ReservationGone``."""
    live = lock_live(reservation)
    if live is None:
        raise ReservationGone
    end_hold(live)


def lock_live(reservation: Reservation, *, besides: Locks = NO_LOCKS) -> Reservation | None:
    """The reservation with its row locked, or None if it ended; a seat hold's session, and ``besides``, come before."""
    (besides | locks_of(reservation) if reservation.session_id else besides).take()
    found = _locked_if_live().first(sql.stored(Reservation, "pk", reservation.pk))
    return found[0] if found else None


@cache
def _locked_if_live() -> Statement:
    """Whether one is live, as ``Reservation.objects.live`` says it."""
    text = (
        f"SELECT {columns(Reservation, 'h')} FROM {Reservation._meta.db_table} h WHERE h.id = %s "  # noqa: S608
        f"AND h.booking_id IS NULL AND h.released_at IS NULL AND h.expires_at > {sql.now()}"
    )
    return Statement(f"{text} FOR NO KEY UPDATE" if sql.is_postgresql() else text, Reservation)


def end_hold(reservation: Reservation, used_by: Booking | None = None) -> None:
    """End a locked reservation: used by a booking, or released.  What the booking did not take over is given back."""
    release_pieces(reservation=reservation)
    if reservation.holds_seat:
        reservation.holds_seat = False
        taken_over = (
            used_by is not None and used_by.needs_seat and used_by.session_id == reservation.session_id
        )
        if not taken_over:
            give_seats(session_of(reservation), reservation.places)
    reservation.booking = used_by
    reservation.released_at = None if used_by else database_clock.now()
    update(reservation, "booking", "released_at", "holds_seat")
