"""``reschedule``: a new booking continues an old one at another time; see ``undo`` for one after a cancellation.

The old slot is given up and the new one claimed in one transaction; a refusal leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from bookings import database_clock, sql
from bookings.constraints import violated
from bookings.errors import (
    ActionNotAvailable,
    BookingError,
    CapReached,
    OutsideHours,
    SlotTaken,
)
from bookings.lifecycle.act import lock_all
from bookings.lifecycle.actors import Actor
from bookings.lifecycle.book import check_overlap, copy_session
from bookings.lifecycle.claims import release_pieces
from bookings.lifecycle.due import leaving, next_due
from bookings.lifecycle.history import entry_of
from bookings.lifecycle.locks import Locks, locked
from bookings.lifecycle.notices import announce_departure, messages_of, messages_of_moved_seat
from bookings.lifecycle.retries import verb
from bookings.lifecycle.rules import check, check_cut_off, check_session, keep_length
from bookings.lifecycle.seats import end_seat_holds, give_seats, session_of
from bookings.lifecycle.transitions import claim_seats, companions_of, enter, occupy
from bookings.lifecycle.waiting import waits_since
from bookings.lifecycle.writing import Rows, follow, write
from bookings.models import (
    Action,
    Booking,
    Calendar,
    Customer,
    HistoryEntry,
    Meeting,
    Resource,
    State,
    lent_place,
)
from bookings.overrides import override
from bookings.written_out import Statement, columns, update

CARRIED = (
    "reference", "nonce", "resource", "project", "option", "price", "currency", "version", "start", "end",
    "buffer_before", "buffer_after", "what", "where", "description", "calendar", "invite", "participants", "my_rsvp",
    "meeting", "meeting_url",
    "meta", "ignore_all_day_events", "max_seats", "session", "places", "min_booking_time", "max_booking_time",
    "min_cancel_time", "waives_cut_off", "auto_complete", "automatic_times", "reminders", "notifications", "payment_id",
    "staff_note", "uid", "bulk", "series", "key", "language", "disposable", "is_test",
)  # fmt: skip
"""What a booking has from the one that it continues.  All else begins anew: attendance, and leave to overlap."""
_CUSTOMER = Statement(
    f"SELECT {columns(Customer, 'c')} FROM {Customer._meta.db_table} c WHERE c.booking_id = %s",  # noqa: S608
    Customer,
)
_OF_SESSION = ("session", "resource", "start", "end", "where", "calendar")


def reschedule(
    booking: Booking,
    *,
    by: Actor,
    start: datetime | None = None,
    end: datetime | None = None,
    resource: Resource | None = None,
    session: Booking | None = None,
    allow_double_bookings: bool = False,
    overstepped: str = "",
    message: str = "",
    meta: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Booking:
    """Move a booking in an occupying state to ``[start, end)``, or a seat to another session; return the new booking.

    The new one enters the old one's state without playing the create action (what is paid stays paid) and keeps
    reference, invitation, payment, notes and customer; the old one ends by its graph's ``continues`` action.
    That the old one was allowed to overlap says nothing about the new time: ``allow_double_bookings`` is asked for
    anew, by staff with the permission and a reason (``overstepped``).  ``meta`` merges by key.
    What a customer moves stays as long as it is, where its option is not as long as ``[start, end)``.
    Raises ``ActionNotAvailable``, ``WindowClosed``, ``SlotTaken``, ``GroupFull``, ``SessionClosed``,
    ``OverlapNotAllowed`` and what the rules say.
    """
    wanted: dict[str, Any] = {"start": start, "end": end, "resource": resource, "session": session}
    changes = {name: value for name, value in wanted.items() if value is not None}
    changes |= {"allow_double_bookings": allow_double_bookings, "overstepped": overstepped}
    return _reschedule(booking, changes, meta or {}, by, message, now or database_clock.now())


def reschedule_any(
    booking: Booking,
    *,
    by: Actor,
    start: datetime,
    end: datetime,
    resources: Mapping[Resource, bool],
    now: datetime | None = None,
) -> Booking:
    """Move a booking to the first of several resources that has the time, in their order; each says whether it may
    overlap there.  Every try is a transaction of its own; if none has it, the last refusal is raised.
    """
    refusal: BookingError = SlotTaken()
    for resource, overlaps in resources.items():
        try:
            return reschedule(
                booking,
                by=by,
                start=start,
                end=end,
                resource=resource,
                allow_double_bookings=overlaps,
                now=now,
            )
        except (SlotTaken, OutsideHours, CapReached) as error:
            refusal = error
    raise refusal


@verb
def _reschedule(
    booking: Booking,
    changes: dict[str, Any],
    meta: Mapping[str, Any],
    by: Actor,
    words: str,
    now: datetime,
) -> Booking:
    there = {f"{name}s": [changes[name].pk] for name in ("resource", "session") if name in changes}
    old = lock_all([booking], besides=Locks.on(**there))[booking.pk]
    action = next((one for one in leaving(old) if one.continues and by.may_play(one)), None)
    if action is None or not old.state.occupies or old.deleted_at:
        raise ActionNotAvailable(available_actions=[one.name for one in leaving(old)])
    if by.is_held_to_the_cut_off(action):
        check_cut_off(old, now)
    check_session(old, changes.get("session"), by)
    by_agent = by.by_agent and by.bound_by_rules
    new = continuation(old, **changes, waives_cut_off=by.decides_for_the_customer, by_agent=by_agent)
    new.meta = override(new.meta, meta)
    check_overlap(new, by)
    if by.bound_by_rules:
        keep_length(new, old.length)
    companions = _companions_at(new, old, by)
    around = check(new, by=by, now=now, companions=companions, ignoring=[old.pk], kept=old.length)
    state, since = old.state, waits_since(old, old.state, by)
    _change_places(old, new, companions, around)
    ended = _end(old, action, by, words)
    if new.owner_email != old.owner_email:
        announce_departure(old, state, ended)
    begin(old, new, companions, state, by, words, moved=True, since=since)
    if new.version.offers_seats:
        _move_seats(old, new, by, words)
    return new


def _move_seats(old: Booking, new: Booking, by: Actor, words: str) -> None:
    """Point the seats that are taken or asked for to the session's continuation, and tell each of them its new time."""
    stands = Q(state__occupies=True) | Q(state__settled=False)
    for seat in locked(Booking.objects.filter(stands, session=old, deleted_at=None)):
        seat.session, seat.resource = new, new.resource
        seat.start, seat.end, seat.sequence = new.start, new.end, seat.sequence + 1
        seat.waives_cut_off = new.waives_cut_off
        seat.due_at = next_due(seat)
        if seat.where == old.where:
            seat.where = new.where
        seat.calendar_id = new.calendar_id
        seat.save(update_fields=[*_OF_SESSION, "waives_cut_off", "sequence", "due_at", "updated_at"])
        name = seat.state.name
        entry = entry_of(seat, by=by, words=words, source=name, target=name, reason="moved")
        follow(entry, messages_of_moved_seat(seat, entry))


def continuation(old: Booking, **changes: Any) -> Booking:
    """An unsaved booking that continues another with what is ``CARRIED`` along, and with ``changes`` applied."""
    columns = [field.attname for field in Booking._meta.concrete_fields if field.name in CARRIED]
    new = Booking(continues=old, sequence=old.sequence + 1, **{name: getattr(old, name) for name in columns})
    new._state.fields_cache |= {name: row for name, row in old._state.fields_cache.items() if name in CARRIED}
    for name, value in changes.items():
        setattr(new, name, value)
    if "session" in changes:
        _forget_texts_of_session(old, new)
        copy_session(new, changes["session"])
    elif new.resource_id != old.resource_id:
        _settle_with_resource(old, new)
    return new


def _forget_texts_of_session(old: Booking, new: Booking) -> None:
    """What a seat only had from its session it has from the next one."""
    for field in ("what", "where", "description"):
        if old.session and getattr(old, field) == getattr(old.session, field):
            setattr(new, field, "")


def _settle_with_resource(old: Booking, new: Booking) -> None:
    """In the calendar of another resource, and where that is, unless somebody said where."""
    new.calendar = Calendar.objects.filter(resource=new.resource_id, primary=True).first()
    if new.meeting == Meeting.CALENDAR:  # another account makes another
        new.meeting_url = ""
    if old.project and old.where == lent_place(old.project, old.resource):
        new.where = lent_place(new.project, new.resource)


def _change_places(old: Booking, new: Booking, companions: Sequence[Resource], around: timedelta) -> None:
    """Give up the old time and claim the new one; all resources involved are locked."""
    if old.version.claims_time:
        release_pieces(booking=old)
        occupy(new, [resource.pk for resource in companions], around)
    elif old.version.claims_seat and new.session_id != old.session_id:
        claim_seats(session_of(new), new.places)
        give_seats(session_of(old), old.places)
    if old.version.offers_seats:
        new.seats_taken = old.seats_taken - end_seat_holds(old.pk)


def _end(old: Booking, action: Action, by: Actor, words: str) -> HistoryEntry:
    source = old.state
    enter(old, action.target)
    old.seats_taken = 0
    update(old, "state", "state_entered_at", "due_at", "seats_taken", "updated_at")
    entry = entry_of(
        old,
        by=by,
        words=words,
        action=action.name,
        source=source.name,
        target=action.target.name,
        reason="moved",
    )
    return follow(entry, messages_of(old, action.target, entry))


def begin(
    old: Booking,
    new: Booking,
    companions: Sequence[Resource],
    state: State,
    by: Actor,
    words: str,
    *,
    moved: bool,
    since: datetime | None,
    quiet: bool = False,
) -> None:
    """Write the booking that continues ``old``, in that state; ``moved`` or else undone, ``quiet`` without mails.

    ``since`` see ``waits_since``.
    """
    enter(new, state, since)
    customer = _customer_of(old)
    if customer:
        customer.booking = new
    reason = "moved" if moved else "undone"
    entry = entry_of(new, by=by, words=words, source=state.name, target=state.name, reason=reason)
    messages = messages_of(new, state, entry, moved=moved, quiet=quiet)
    try:
        write(Rows(booking=new, customer=customer, entry=entry, messages=messages))
    except IntegrityError as error:
        if violated(error, Booking, "continues"):
            raise ActionNotAvailable from error
        raise
    if companions:
        new.companions.set(companions)


def companions_booked(booking: Booking) -> list[Resource]:
    """In order of id; none where no time is taken."""
    ids = companions_of(booking) if booking.version.claims_time else []
    return list(Resource.objects.filter(pk__in=ids).order_by("pk")) if ids else []


def _companions_at(new: Booking, old: Booking, by: Actor) -> list[Resource]:
    """All who were booked together but the one that the booking is with now.

    Whoever is not bound by rules may put somebody else in the place of the one that it was with.
    """
    companions = companions_booked(old)
    if companions and (new.resource in companions or by.bound_by_rules):
        together = {old.resource, *companions} - {new.resource}
        return sorted(together, key=lambda resource: resource.pk)
    return companions


def _customer_of(booking: Booking) -> Customer | None:
    found = _CUSTOMER.first(sql.stored(Booking, "pk", booking.pk))
    return found[0] if found else None
