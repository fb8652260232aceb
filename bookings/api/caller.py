"""Who calls, which rows exist for them, and what a call finds on its request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from bookings.forms import Scope
from bookings.lifecycle import Actor
from bookings.models import Booking, Project, ProjectResource, Reservation, Resource
from bookings.models.bookings import BookingQuerySet
from bookings.models.projects import ProjectQuerySet
from bookings.models.reservations import ReservationQuerySet
from bookings.models.resources import ResourceQuerySet
from bookings.rate_limits import Usage


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whoever uses an API key: a server, or with a widget key a public page."""

    id: UUID
    is_widget: bool
    name: str = ""
    """Who or what uses the key, as history remembers it."""
    value: str = ""
    """A widget key as it is sent, since it is public by nature; a server key is kept nowhere."""
    origins: tuple[str, ...] = ()
    """The pages that may use a widget key; none for any."""
    last_used_at: datetime | None = None
    limited_to: frozenset[UUID] | None = None
    """The ids of the projects that it sees, or None for all."""

    def __str__(self) -> str:
        return self.name

    @property
    def is_limited(self) -> bool:
        return self.limited_to is not None

    @property
    def actor(self) -> Actor:
        return Actor.of_key(self.id, is_widget=self.is_widget)

    def projects(self) -> ProjectQuerySet:
        projects = Project.objects.reachable() if self.is_widget else Project.objects.active()
        return projects if self.limited_to is None else projects.filter(pk__in=self.limited_to)

    def resources(self) -> ResourceQuerySet:
        resources = Resource.objects.active()
        if self.limited_to is None:
            return resources
        links = ProjectResource.objects.filter(project__in=self.limited_to, resource=OuterRef("pk"))
        return resources.filter(Exists(links))

    def bookings(self) -> BookingQuerySet:
        bookings = Booking.objects.visible()
        return bookings if self.limited_to is None else bookings.filter(project__in=self.limited_to)

    def reservations(self) -> ReservationQuerySet:
        reservations = Reservation.objects.all()
        return reservations if self.limited_to is None else reservations.filter(project__in=self.limited_to)

    def scope(self) -> Scope:
        """What its requests may name."""
        return Scope(
            projects=self.projects(),
            resources=self.resources(),
            bookings=self.bookings(),
            reservations=self.reservations(),
            limited=self.is_limited,
        )

    def may_change(self, resource: Resource) -> bool:
        """Whether it is the caller's alone: of a limited one's resources those that no other project has."""
        if self.limited_to is None:
            return True
        others = Project.objects.active().exclude(pk__in=self.limited_to)
        return not others.filter(links__resource=resource).exists()


class ApiRequest(HttpRequest):
    """A request under ``/v2`` as its calls get it.  Django makes the object; this is its type."""

    id: str
    """What the answer names in ``Timekit-Request-Id``, and the log where something went wrong."""
    usage: Usage | None
    """What is used of the limit that it was counted on; None until then, and where limits are off."""
    auth: Caller
    """There is none in the calls that need no key."""
