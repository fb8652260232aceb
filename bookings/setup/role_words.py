"""The roles of staff in the reader's words."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

ROLE_WORDS = {
    "desk": _("Desk: runs the bookings"),
    "manager": _("Manager: sets up hours and projects, too"),
    "designer": _("Designer: draws the graphs"),
}


def role_name(group: Group) -> str:
    """A seeded role in words; a group that the operator made stays as it is called."""
    return str(ROLE_WORDS.get(group.name, group.name))


def roles_in_words(user: User) -> str:
    """All roles of a member, or that it is a superuser; a dash for none."""
    if user.is_superuser:
        return gettext("superuser")
    groups = sorted(user.groups.all(), key=lambda group: group.name)
    return gettext(", ").join(map(role_name, groups)) or "—"
