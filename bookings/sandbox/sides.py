"""What keeps a row on its side: a row of the sandbox never leads to a live one."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from bookings.models import Location, Project, Resource

Flagged = Resource | Project | Location


def why_it_stays(row: Flagged) -> str:
    """Why a stored row may not change its side, in a sentence; empty where it may.  Locks a resource."""
    if isinstance(row, Location):
        is_used = row.resources.exists() or row.project_set.exists()
        return _("Resources or projects are there. Give them another location first.") if is_used else ""
    if isinstance(row, Resource):
        list(Resource.objects.filter(pk=row.pk).locked())
    if row.bookings.exists() or row.reservations.exists():
        return _("It was booked or held already, so that it stays what it is. Make another one.")
    if isinstance(row, Resource) and row.links.exists():
        return _("It belongs to a project. Take it out of that first.")
    return ""


def mixed(row: Resource | Project, others: Iterable[Resource | Location]) -> str:
    """What is wrong with what a row leads to, in a sentence; empty where all of it is on its side."""
    strangers = [str(other) for other in others if other.is_test != row.is_test]
    if not strangers:
        return ""
    if row.is_test:
        words = _("This is for tests, and %(names)s is not. What is for tests leads to nothing live.")
    else:
        words = _("%(names)s is for tests, and this is not. What is live leads to nothing that is for tests.")
    return words % {"names": strangers[0]}
