"""Who plays: every verb is told, history remembers it, and the rules ask it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from bookings.models import Action, HistoryEntry

CUSTOMER, OWNER, STAFF, KEY, WIDGET, CLOCK = "customer", "owner", "staff", "key", "widget", "clock"


@dataclass(frozen=True)
class Actor:
    """``kind`` is one of the words above; ``id`` is of a user or key, and empty for the others.

    ``by_agent`` tells that an assistant does it in that one's name: it may no more, and history says so.
    """

    kind: str
    id: str = ""
    may_overlap: bool = True
    by_agent: bool = False

    @classmethod
    def customer(cls) -> Actor:
        return cls(CUSTOMER)

    @classmethod
    def owner(cls) -> Actor:
        return cls(OWNER)

    @classmethod
    def staff(cls, user: Any) -> Actor:
        return cls(STAFF, str(user.pk), may_overlap=user.has_perm("bookings.override_overlap"))

    @classmethod
    def of_key(cls, pk: UUID, *, is_widget: bool) -> Actor:
        return cls(WIDGET if is_widget else KEY, str(pk))

    @classmethod
    def trial_payment(cls) -> Actor:
        """The site's own page for payments that are played through, which says what a provider's server would."""
        return cls(KEY)

    @classmethod
    def clock(cls) -> Actor:
        return cls(CLOCK)

    def through_an_agent(self) -> Actor:
        """The same, acting through an assistant."""
        return replace(self, by_agent=True)

    @property
    def bound_by_rules(self) -> bool:
        """Customers and widgets book only what is offered; staff and server keys whatever is free."""
        return self.kind in {CUSTOMER, WIDGET}

    @property
    def decides_for_the_customer(self) -> bool:
        """Staff and owners move what the customer chose; a server key may well speak for the customer."""
        return self.kind in {OWNER, STAFF}

    @property
    def in_history(self) -> str:
        """The word that history uses; a widget is a key."""
        if self.by_agent:
            return HistoryEntry.Actor.AGENT
        return HistoryEntry.Actor.KEY if self.kind == WIDGET else self.kind

    def may_play(self, action: Action) -> bool:
        """Whether an action is theirs; a server key plays what anybody but the clock may."""
        people = {
            CUSTOMER: action.by_customer,
            WIDGET: action.by_customer,
            OWNER: action.by_owner,
            STAFF: action.by_staff or action.by_owner,
            CLOCK: action.by_clock,
        }
        return people.get(self.kind, action.by_customer or action.by_owner or action.by_staff)

    def is_held_to_the_cut_off(self, action: Action) -> bool:
        """Whether ``min_cancel_time`` binds: for customers, also where a server key plays what is theirs alone."""
        if self.kind == KEY:
            return action.by_customer and not (action.by_staff or action.by_owner)
        return self.bound_by_rules
