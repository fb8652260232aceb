"""``book``: a request becomes a booking, and where its state occupies, the time is its own from then on."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from bookings import database_clock, metrics
from bookings.errors import OverlapNotAllowed, ReservationGone, ReservationMismatch, SessionClosed
from bookings.graphs.flow import Flow
from bookings.lifecycle.actors import STAFF, Actor
from bookings.lifecycle.claims import Claim, hand_over, release_pieces, resources_held
from bookings.lifecycle.history import entry_of
from bookings.lifecycle.holds import end_hold, lock_live, locks_of
from bookings.lifecycle.locks import NO_LOCKS
from bookings.lifecycle.notices import messages_of
from bookings.lifecycle.person_caps import check_blocked, check_person
from bookings.lifecycle.retries import alone_where
from bookings.lifecycle.rules import check, check_payable, check_places
from bookings.lifecycle.seats import check_open, session_of
from bookings.lifecycle.transitions import change_seats, claim_of, claim_seats, enter, taken
from bookings.lifecycle.writing import Rows, write
from bookings.models import Action, Booking, Customer, Meeting, Reservation, Resource
from bookings.models.bookings import new_reference


def _is_one_statement(
    draft: Booking,
    *,
    companions: Sequence[Resource] = (),
    reservation: Reservation | None = None,
    words: str = "",
    **_rest: Any,
) -> bool:
    """Whether ``book`` has nothing to write but what ``writing`` writes, and nothing to take over.

    What is counted under a lock it locks, and is then begun anew in a transaction.
    """
    return not (companions or reservation or draft.session or words.strip())


@alone_where(_is_one_statement)
def book(
    draft: Booking,
    *,
    graph: str | Flow,
    by: Actor,
    customer: Customer | None = None,
    companions: Sequence[Resource] = (),
    reservation: Reservation | None = None,
    else_anew: bool = False,
    assignment: dict[str, Any] | None = None,
    words: str = "",
    now: datetime | None = None,
) -> Booking:
    """Save an unsaved booking along the published version of ``graph`` (its name, or the flow as read) and return it.

    A live ``reservation`` of the same resources, start and end is handed over and cannot fail; for other times, or for
    more than it holds, the time is claimed anew, and if that fails the reservation stays.  One that ended raises
    ``ReservationGone`` unless ``else_anew``.  ``assignment`` is why it came to its resource, as ``HistoryEntry`` keeps
    it; a reservation that is handed over says so itself.  Raises ``SlotTaken``, ``GroupFull``, ``SessionClosed``, and
    what the rules say to a customer; nothing is written then.
    """
    flow = graph if isinstance(graph, Flow) else Flow.published(graph)
    draft.reference = (
        new_reference()
    )  # anew where this is tried again, since another booking may have drawn it
    draft.version, draft.by_agent = flow.version, by.by_agent and by.bound_by_rules
    check_overlap(draft, by)
    check_payable(draft.project, flow.version, by)
    if draft.session:
        copy_session(draft, draft.session)
    lay_in_its_world(draft)
    give_meeting(draft)
    if not draft.is_test:
        if flow.somebody_is_blocked:
            check_blocked(customer, by, draft)
        check_person(customer, by)
    around = timedelta()
    held = _held(reservation, draft, companions, by=by, else_anew=else_anew)
    takes = [resource.pk for resource in companions]
    handed = held.reservation if held and held.covers(draft, takes, by) else None
    if not (handed and draft.places <= handed.places and handed.project_id == draft.project_id):
        check_places(draft, by)
    if handed is None:
        ignoring = [held.reservation.pk] if held else []
        moment = now or database_clock.now()
        around = check(draft, by=by, now=moment, companions=companions, ignoring=ignoring)
        if held:
            release_pieces(reservation=held.reservation)  # or it would stand in its own booking's way
    target = flow.create.target
    enter(draft, target)
    claims = target.occupies and not (handed and _take_over(handed, draft, takes))
    if claims and draft.version.claims_seat:
        claim_seats(session_of(draft), draft.places)
    claim = claim_of(draft, takes, around) if claims and draft.version.claims_time else None
    assignment = handed.assignment if handed else assignment
    rows = _rows(draft, claim, customer, action=flow.create, by=by, words=words, assignment=assignment)
    _write(rows, companions)
    if held:
        end_hold(held.reservation, used_by=draft)
    if not draft.is_test:
        transaction.on_commit(metrics.BOOKINGS.labels(by.kind).inc)
    return draft


def check_overlap(draft: Booking, by: Actor) -> None:
    """Raise ``OverlapNotAllowed``: staff need the permission and a reason; a server key's request is its own reason."""
    if by.kind == STAFF and draft.allow_double_bookings and not (by.may_overlap and draft.overstepped):
        raise OverlapNotAllowed


def lay_in_its_world(draft: Booking) -> None:
    """A booking of a resource for tests is one itself, and from its birth on may be deleted without a trace."""
    draft.is_test = draft.resource.is_test
    draft.disposable = draft.disposable or draft.is_test


def copy_session(draft: Booking, session: Booking) -> None:
    """A seat has its session's times, place and text.

    Raises ``SessionClosed`` where one is no session, or the other no seat.
    """
    if not (session.version.offers_seats and draft.version.claims_seat):
        raise SessionClosed
    draft.session = session
    for field in ("resource", "start", "end", "calendar"):
        setattr(draft, field, getattr(session, field))
    for field in ("what", "where", "description"):
        setattr(draft, field, getattr(draft, field) or getattr(session, field))
    for field in ("min_booking_time", "max_booking_time", "min_cancel_time"):
        if getattr(draft, field) is None:
            setattr(draft, field, getattr(session, field))


def give_meeting(draft: Booking) -> None:
    """A seat meets where its session does; a room of one's own is known to those alone who are told of it."""
    if draft.session_id:
        draft.meeting = Meeting.NONE
    elif draft.meeting == Meeting.JITSI and settings.JITSI_URL:
        draft.meeting_url = f"{settings.JITSI_URL}/{secrets.token_urlsafe(18)}"


class _Held:
    """A reservation beside what is to be booked."""

    def __init__(self, reservation: Reservation) -> None:
        self.reservation = reservation

    def fits(self, draft: Booking, by: Actor) -> bool:
        """Whether it is of the draft's session, or of its resource and times, and keeps as much off.

        Of another offer than the draft's it says nothing of that one's rules, by which some are bound.
        """
        mine, wanted = self.reservation, draft
        if mine.session_id or wanted.session_id:
            return mine.session_id == wanted.session_id
        if mine.allow_double_bookings and not wanted.allow_double_bookings:
            return False
        is_same_offer = (mine.project_id, mine.option_id) == (wanted.project_id, wanted.option_id)
        if not is_same_offer and (by.bound_by_rules or wanted.buffer_before or wanted.buffer_after):
            return False
        return (mine.resource_id, mine.start, mine.end) == (wanted.resource_id, wanted.start, wanted.end)

    def covers(self, draft: Booking, takes: Sequence[uuid.UUID], by: Actor) -> bool:
        """Whether it holds all that the draft wants, and these other resources besides."""
        return self.fits(draft, by) and (
            not takes or {draft.resource_id, *takes} <= resources_held(self.reservation)
        )


def _held(
    reservation: Reservation | None,
    draft: Booking,
    companions: Sequence[Resource],
    *,
    by: Actor,
    else_anew: bool,
) -> _Held | None:
    if reservation is None:
        return None
    claims_anew = bool(companions) or not _Held(reservation).fits(draft, by)
    live = lock_live(reservation, besides=locks_of(draft, companions) if claims_anew else NO_LOCKS)
    if live is None:
        if else_anew:
            return None
        raise ReservationGone
    if live.project_id and draft.project_id and live.project_id != draft.project_id:
        raise ReservationMismatch
    return _Held(live)


def _take_over(reservation: Reservation, draft: Booking, takes: Sequence[uuid.UUID]) -> bool:
    """Whether the booking has what is held; of other places than that only the difference is claimed, or given back."""
    if draft.version.claims_seat:
        if reservation.holds_seat:
            check_open(session_of(draft))
            change_seats(session_of(draft), having=reservation.places, wanting=draft.places)
        return reservation.holds_seat
    return draft.version.claims_time and hand_over(reservation, draft.pk, [draft.resource_id, *takes])


def _rows(
    draft: Booking,
    claim: Claim | None,
    customer: Customer | None,
    *,
    action: Action,
    by: Actor,
    words: str,
    assignment: Any = None,
) -> Rows:
    """What is decided: the booking that entered its first state, and what is to be written with it."""
    entry = entry_of(
        draft,
        by=by,
        words=words,
        action=action.name,
        target=action.target.name,
        reason="overlap" if draft.allow_double_bookings else "",
        assignment=assignment,
    )
    if customer is not None:
        draft.customer = customer  # reminders know by whom they are read, and in which zone
    messages = messages_of(draft, draft.state, entry)
    return Rows(claim=claim, booking=draft, customer=customer, entry=entry, messages=messages)


def _write(rows: Rows, companions: Sequence[Resource]) -> None:
    if rows.claim is None:
        write(rows)
    else:
        taken(rows.claim, lambda: write(rows))
    if companions:
        rows.booking.companions.set(companions)
    if rows.customer is not None:
        rows.booking.customer = rows.customer
