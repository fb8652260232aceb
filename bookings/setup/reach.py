"""Whom somebody may manage: members who may no more, and see no more, than they do themselves.

What counts is what roles say, also where a limit takes most of it away: who manages somebody could use their login.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.roles import MANAGE_STAFF, ROLES
from bookings.staff_limits import Seen, resources_seen_by


class OutOfReach(Exception):
    """The member is not theirs to manage, or not there."""


class ManagesNobody(OutOfReach):
    """They may not manage staff at all."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far ``user`` reaches: ``permissions`` are ids, None for a superuser's; ``seen`` as ``resources_seen_by``."""

    user: User
    permissions: frozenset[int] | None
    seen: Seen

    def members(self) -> list[User]:
        """Those within, by login name, with their roles and limits: never oneself; superusers to superusers alone."""
        rows = User.objects.filter(is_staff=True).exclude(pk=self.user.pk)
        if self.permissions is not None:
            beyond = self._beyond()
            rows = rows.filter(
                ~Exists(beyond.filter(user=OuterRef("pk"))),
                ~Exists(beyond.filter(group__user=OuterRef("pk"))),
                is_superuser=False,
            )
        full = rows.select_related("staff_limit").prefetch_related("groups").order_by("username")
        return [one for one in full if self.covers(resources_seen_by(one))]

    def member(self, pk: int) -> User:
        """Raises ``OutOfReach``."""
        for one in self.members():
            if one.pk == pk:
                return one
        raise OutOfReach

    def roles(self) -> list[Group]:
        """The seeded roles that may be given, in their order: those that allow nothing beyond one's own."""
        rows = Group.objects.filter(name__in=ROLES)
        if self.permissions is not None:
            rows = rows.filter(~Exists(self._beyond().filter(group=OuterRef("pk"))))
        return sorted(rows, key=lambda group: list(ROLES).index(group.name))

    def covers(self, limit: Seen) -> bool:
        """Whether somebody with that limit sees no more."""
        return self.seen is None or (limit is not None and limit <= self.seen)

    def _beyond(self) -> QuerySet[Permission]:
        return Permission.objects.order_by().exclude(pk__in=self.permissions or ())


def reach_of(user: Any) -> Reach:
    """As the database has it now; raises ``ManagesNobody``."""
    if not (user.is_active and user.is_staff):
        raise ManagesNobody
    if user.is_superuser:
        return Reach(user=user, permissions=None, seen=None)
    rows = Permission.objects.filter(Q(user=user) | Q(group__user=user)).order_by()
    found = dict(rows.values_list("pk", "codename"))
    if MANAGE_STAFF not in found.values():
        raise ManagesNobody
    return Reach(user=user, permissions=frozenset(found), seen=resources_seen_by(user))


def reaches(user: Any, member: User) -> bool:
    try:
        reach_of(user).member(member.pk)
    except OutOfReach:
        return False
    return True
