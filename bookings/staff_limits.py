"""Which resources a member of staff may see, and so which rows: the one place that says it.

Somebody who is limited runs the bookings of some resources, and may say when those are open; nothing else is set up.
What is not named here, or as a page in ``limited_pages``, is not theirs: it is missing or refused, whatever their role
says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.limited_pages import NARROWED
from bookings.models import (
    Action,
    Booking,
    Calendar,
    CalendarEntry,
    Event,
    HistoryEntry,
    Location,
    Option,
    OutboxMessage,
    Person,
    PersonBooking,
    Project,
    ProjectResource,
    Reservation,
    Resource,
    StaffLimit,
)

Seen = frozenset[UUID] | None
"""The ids of the resources that somebody sees; None for all, also for those to come."""
OF_OTHERS = _("It takes the time of others, too, for whom you do not book.")
Rows = TypeVar("Rows", bound=QuerySet[Any])
_HOURS = ("weeklyhours", "datedhours")

PERMISSIONS = {
    f"bookings.{name}"
    for name in (
        *("view_booking", "add_booking", "change_booking", "decide_booking", "delete_booking"),
        *("override_overlap", "view_customer", "view_historyentry", "view_remark", "view_reservation"),
        *(
            "manage_staff",
            "view_person",
            "view_outboxmessage",
            "change_outboxmessage",
            "view_resource",
            "view_location",
        ),
        *(f"{verb}_{model}" for verb in ("view", "add", "change", "delete") for model in ("event", *_HOURS)),
    )
}
"""What a limited member may do at most."""


def resources_seen_by(user: Any) -> Seen:
    """A superuser sees everything.  No query for the user of a request."""
    if user.is_superuser or not user.pk:
        return None
    try:
        return frozenset(map(UUID, user.staff_limit.resources))
    except StaffLimit.DoesNotExist:
        return None


def sees(user: Any, resource: UUID) -> bool:
    seen = resources_seen_by(user)
    return seen is None or resource in seen


def is_limited(user: Any) -> bool:
    return resources_seen_by(user) is not None


def _people(seen: frozenset[UUID]) -> Q:
    own = PersonBooking.objects.filter(booking__resource__in=seen, booking__deleted_at=None)
    return Q(Exists(own.filter(person=OuterRef("pk"))))


def _messages(seen: frozenset[UUID]) -> Q:
    """Of bookings; what tells of none is the site's own."""
    return Q(Exists(Booking.objects.filter(resource__in=seen, pk=OuterRef("booking_id"))))


def _projects(seen: frozenset[UUID]) -> Q:
    return Q(pk__in=ProjectResource.objects.filter(resource__in=seen).values("project"))


_OWN: Mapping[type[Model], Callable[[frozenset[UUID]], Q]] = {
    Resource: lambda seen: Q(pk__in=seen),
    Booking: lambda seen: Q(resource__in=seen),
    Reservation: lambda seen: Q(resource__in=seen),
    Calendar: lambda seen: Q(resource__in=seen),
    CalendarEntry: lambda seen: Q(booking__resource__in=seen),
    Event: lambda seen: Q(calendar__resource__in=seen),
    Location: lambda seen: Q(pk__in=Resource.objects.filter(pk__in=seen).values("location")),
    Option: lambda seen: Q(project__in=ProjectResource.objects.filter(resource__in=seen).values("project")),
    OutboxMessage: _messages,
    HistoryEntry: lambda seen: Q(booking__resource__in=seen),
    Person: _people,
    Project: _projects,
}


def limited(rows: Rows, user: Any) -> Rows:
    """Those of the rows that the user may see; raises KeyError for rows of which nobody said whose they are."""
    return narrowed(rows, resources_seen_by(user))


def narrowed(rows: Rows, seen: Seen) -> Rows:
    """Those of the rows that concern such resources."""
    return rows if seen is None else rows.filter(_OWN[rows.model](seen))


def takes_others(companions: Iterable[Resource], seen: Seen) -> bool:
    """Whether the time of somebody is taken along whom one who sees ``seen`` does not see."""
    return seen is not None and any(one.pk not in seen for one in companions)


def taking_others_along(bookings: Iterable[Booking], user: Any) -> set[UUID]:
    """The ids of those with whom the time of somebody goes along whom the user does not see.  One query, for a limited
    user alone.
    """
    seen = resources_seen_by(user)
    if seen is None:
        return set()
    through: Any = Booking.companions.through
    together = through.objects.filter(booking__in=bookings).exclude(resource__in=seen)
    return set(together.values_list("booking_id", flat=True))


def begins_to_take(booking: Booking, action: Action) -> bool:
    """Whether the action takes time that the booking does not have yet."""
    return booking.version.claims_time and action.target.occupies and not booking.state.occupies


def begins_to_take_others(booking: Booking, action: Action, user: Any) -> bool:
    """The same of somebody whom the user does not see.  At most one query."""
    return begins_to_take(booking, action) and bool(taking_others_along([booking], user))


def is_open_to(user: Any, page: str) -> bool:
    """Whether a page of the desk, by the name of its URL, is there for that user."""
    return page.removeprefix("admin:") in NARROWED or not is_limited(user)


class StaffBackend(ModelBackend):
    """Django's own, which knows of a limit: whoever has one may do at most what is named above."""

    def get_user(self, user_id: Any) -> User | None:
        """With the limit, in one query: every page asks for it."""
        user = User.objects.select_related("staff_limit").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user: Any, obj: Any = None) -> set[str]:
        found = super().get_all_permissions(user, obj)
        return found & PERMISSIONS if is_limited(user) else found
