"""Who calls, which rows exist for them, and what a call finds on its request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from bookings.forms import Scope
from bookings.lifecycle import Actor
from bookings.models import (
    Booking,
    Location,
    Project,
    ProjectResource,
    Reservation,
    Resource,
    Webhook,
    WeeklyHours,
)
from bookings.models.booking_queries import BookingQuerySet
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
    is_test: bool = False
    """Whether it has a test key on a live site: it sees what is for tests and nothing else, and others see the rest."""

    def __str__(self) -> str:
        return self.name

    @property
    def is_limited(self) -> bool:
        return self.limited_to is not None

    @property
    def is_counted(self) -> bool:
        """Whether what it holds and books counts for the address that it calls from: a page's, unless it is a test."""
        return self.is_widget and not self.is_test

    @property
    def actor(self) -> Actor:
        return Actor.of_key(self.id, is_widget=self.is_widget)

    def projects(self) -> ProjectQuerySet:
        projects = Project.objects.active().filter(is_test=self.is_test)
        if self.is_widget:
            projects = projects.exclude(visibility=Project.Visibility.STAFF)
        return projects if self.limited_to is None else projects.filter(pk__in=self.limited_to)

    def resources(self) -> ResourceQuerySet:
        resources = Resource.objects.active().filter(is_test=self.is_test)
        if self.limited_to is None:
            return resources
        links = ProjectResource.objects.filter(project__in=self.limited_to, resource=OuterRef("pk"))
        return resources.filter(Exists(links))

    def listed_projects(self) -> ProjectQuerySet:
        """Those that a list may name: to a page only what the home page names, too."""
        projects = self.projects()
        return projects.filter(visibility=Project.Visibility.PUBLIC) if self.is_widget else projects

    def locations(self) -> QuerySet[Location]:
        """A page, or a key that is limited to projects, sees those at which one of its projects takes place.

        Each with ``has_hours``: whether opening hours of its own are kept for it.
        """
        weekly = WeeklyHours.objects.filter(location=OuterRef("pk"))
        locations = Location.objects.filter(is_test=self.is_test).annotate(has_hours=Exists(weekly))
        if not self.is_widget and self.limited_to is None:
            return locations
        return locations.filter(self.listed_projects().their_locations())

    def bookings(self) -> BookingQuerySet:
        return self._own(Booking.objects.visible())

    def with_deleted_bookings(self) -> BookingQuerySet:
        """The same and those that were deleted: a seat stays, and names the session that it was of."""
        return self._own(Booking.objects.all())

    def _own(self, bookings: BookingQuerySet) -> BookingQuerySet:
        bookings = bookings.filter(is_test=self.is_test)
        return bookings if self.limited_to is None else bookings.filter(project__in=self.limited_to)

    def sees(self, booking: Booking) -> bool:
        """Whether one that was not deleted is among ``bookings``.  No query."""
        is_its_own = self.limited_to is None or booking.project_id in self.limited_to
        return booking.is_test == self.is_test and is_its_own

    def reservations(self) -> ReservationQuerySet:
        reservations = Reservation.objects.filter(is_test=self.is_test)
        return reservations if self.limited_to is None else reservations.filter(project__in=self.limited_to)

    def webhooks(self) -> QuerySet[Webhook]:
        return Webhook.objects.filter(is_test=self.is_test)

    def scope(self) -> Scope:
        """What its requests may name."""
        return _ScopeOf(self)

    def may_change(self, resource: Resource) -> bool:
        """Whether it is the caller's alone: of a limited one's resources those that no other project has."""
        if self.limited_to is None:
            return True
        others = Project.objects.active().exclude(pk__in=self.limited_to)
        return not others.filter(links__resource=resource).exists()


class _ScopeOf(Scope):
    def __init__(self, caller: Caller) -> None:
        self.caller, self.limited, self.is_test = caller, caller.is_limited, caller.is_test

    @property
    def projects(self) -> ProjectQuerySet:
        return self.caller.projects()

    @property
    def resources(self) -> ResourceQuerySet:
        return self.caller.resources()

    @property
    def bookings(self) -> BookingQuerySet:
        return self.caller.bookings()

    @property
    def reservations(self) -> ReservationQuerySet:
        return self.caller.reservations()

    def has(self, project: Project) -> bool:
        limits = self.caller.limited_to
        is_seen = project.is_for_customers or not self.caller.is_widget
        return is_seen and project.is_test == self.is_test and (limits is None or project.pk in limits)


class ApiRequest(HttpRequest):
    """A request under ``/v2`` as its calls get it.  Django makes the object; this is its type."""

    id: str
    """What the answer names in ``Timekit-Request-Id``, and the log where something went wrong."""
    caller: Caller | None
    """Who calls, as soon as the key is known, though the call be refused."""
    usage: Usage | None
    """What is used of the limit that it was counted on; None until then, and where limits are off."""
    auth: Caller
    """There is none in the calls that need no key."""
