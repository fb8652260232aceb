"""Which rows a caller may name."""

from __future__ import annotations

from django.db.models import QuerySet

from bookings.models import Booking, Project, Reservation, Resource


class Scope:
    """The rows that a caller may name: here everything; everything else does not exist for it.

    Each is made when it is asked for, since most requests name one or two.
    """

    limited = False
    """Whether ``resources`` leaves out some that are active on its side of the sandbox."""
    is_test = False
    """Whether it is the sandbox, with none but its own rows; else it has none of those."""

    @classmethod
    def everything(cls) -> Scope:
        return cls()

    @property
    def projects(self) -> QuerySet[Project]:
        return Project.objects.live()

    @property
    def resources(self) -> QuerySet[Resource]:
        return Resource.objects.live()

    @property
    def bookings(self) -> QuerySet[Booking]:
        return Booking.objects.live()

    @property
    def reservations(self) -> QuerySet[Reservation]:
        return Reservation.objects.filter(is_test=False)

    def has(self, project: Project) -> bool:
        """Whether one that is in use is among ``projects``, and so its resources among ``resources``.  No query."""
        return project.is_test == self.is_test

    def sees(self, row: Resource | Reservation) -> bool:
        """Whether one that is in use is on this side of the sandbox.  No query."""
        return row.is_test == self.is_test
