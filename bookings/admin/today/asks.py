"""What waits for an answer, with what may be answered by one press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse

from bookings.admin.booking.waiting import waiting_in_turn
from bookings.lifecycle import Actor, available_actions, may_be_pressed
from bookings.models import Action, Booking, State
from bookings.staff_limits import begins_to_take, resources_seen_by, taking_others_along
from bookings.times import brief_day_and_clock, clock, short_day


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer that may be given: by one press, or on a page that asks (``url``)."""

    name: str
    label: str
    url: str = ""
    is_yes: bool = False
    """Whether the time is taken by it: the next step, else what ends the request."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A booking that waits, in the zone of the page."""

    booking: Booking
    zone: str

    @property
    def time(self) -> str:
        return clock(self.booking.start, self.zone)

    @property
    def day(self) -> str:
        return short_day(self.booking.start, self.zone)

    @property
    def until(self) -> str:
        """When the clock answers instead, or empty."""
        return brief_day_and_clock(self.booking.due_at, self.zone) if self.booking.due_at else ""


def waiting_rows(user: Any, most: int, skip: int = 0) -> list[Booking]:
    """What waits for that user, the next to run out first, one more than ``most`` if there are more.  Two queries."""
    return waiting_in_turn(most + 1, skip, seen=resources_seen_by(user))


def with_answers(bookings: list[Booking], user: Any) -> list[Booking]:
    """The same bookings, each with its ``answers``.  One query, two for a limited user."""
    with_others = taking_others_along(bookings, user)
    states: dict[int, State] = {}
    for booking in bookings:  # hundreds of them are in a few states
        booking.state = states.setdefault(booking.state_id, booking.state)
    leaving = Prefetch("leaving", Action.objects.select_related("target"))
    prefetch_related_objects(list(states.values()), leaving)
    for booking in bookings:
        vars(booking)["answers"] = answers_to(booking, may_begin=booking.pk not in with_others)
    return bookings


def answers_to(booking: Booking, *, may_begin: bool) -> list[Answer]:
    """What staff may answer an unsettled booking whose ``state.leaving`` is read; nothing to a settled one.

    Without ``may_begin`` nothing that would begin to take its time.
    """
    if booking.state.settled:
        return []
    open_to_owner = [one for one in available_actions(booking, Actor.owner()) if not one.continues]
    return [_answer(booking, one) for one in open_to_owner if may_begin or not begins_to_take(booking, one)]


def _answer(booking: Booking, action: Any) -> Answer:
    asking = reverse("admin:bookings_booking_act", args=[booking.pk, action.name])
    return Answer(
        name=action.name,
        label=str(action),
        url="" if may_be_pressed(booking, action) else asking,
        is_yes=action.target.occupies,
    )
