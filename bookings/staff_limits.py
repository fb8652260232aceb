"""Which resources a member of staff may see, and so which rows: the one place that says it.

Somebody who is limited runs the bookings of some resources and sets nothing up.  What is not named here is not
theirs: a page is missing to them, a permission is refused, whatever their role says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from bookings.models import (
    Booking,
    CalendarEntry,
    HistoryEntry,
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
Rows = TypeVar("Rows", bound=QuerySet[Any])

PERMISSIONS = {
    f"bookings.{name}"
    for name in (
        *("view_booking", "add_booking", "change_booking", "decide_booking", "delete_booking"),
        *("override_overlap", "view_customer", "view_historyentry", "view_remark", "view_reservation"),
        "view_person",
    )
}
"""What a limited member may do at most."""
PAGES = {
    *(
        "index",
        "login",
        "logout",
        "password_change",
        "password_change_done",
        "jsi18n",
        "auth_user_own_sessions",
    ),
    *(
        f"bookings_booking_{name}"
        for name in (
            *(
                "changelist",
                "change",
                "add",
                "history",
                "export",
                "paper",
                "seen",
                "waiting",
                "again",
                "press",
            ),
            *("take_back", "attended", "new", "calendar", "calendar_feed", "drag", "take_time", "people"),
            *(
                "release",
                "calendar_conflict",
                "act",
                "move",
                "correct",
                "attendance",
                "undo",
                "renew",
                "erase",
            ),
            *("new_series", "series", "classes", "class"),
        )
    ),
    *("bookings_person_changelist", "bookings_person_change"),
    *("bookings_reservation_changelist", "bookings_reservation_change"),
}
"""The names of the desk's pages that hold to the limit; every other is missing to a limited member."""


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


def _projects(seen: frozenset[UUID]) -> Q:
    return Q(pk__in=ProjectResource.objects.filter(resource__in=seen).values("project"))


_OWN: Mapping[type[Model], Callable[[frozenset[UUID]], Q]] = {
    Resource: lambda seen: Q(pk__in=seen),
    Booking: lambda seen: Q(resource__in=seen),
    Reservation: lambda seen: Q(resource__in=seen),
    CalendarEntry: lambda seen: Q(booking__resource__in=seen),
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


def is_open_to(user: Any, page: str) -> bool:
    """Whether a page of the desk, by the name of its URL, is there for that user."""
    return page.removeprefix("admin:") in PAGES or not is_limited(user)


class StaffBackend(ModelBackend):
    """Django's own, which knows of a limit: whoever has one may do at most what is named above."""

    def get_user(self, user_id: Any) -> User | None:
        """With the limit, in one query: every page asks for it."""
        user = User.objects.select_related("staff_limit").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user: Any, obj: Any = None) -> set[str]:
        found = super().get_all_permissions(user, obj)
        return found & PERMISSIONS if is_limited(user) else found
