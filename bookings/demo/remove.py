"""Takes the demo away: what it made, and nothing that staff made or took into use."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from bookings.demo.pictures import HOUSE, is_drawn_here
from bookings.demo.plan import MAIL_DOMAIN, SITE
from bookings.lifecycle.people import forget_without_bookings
from bookings.lifecycle.retries import verb
from bookings.lifecycle.seats import give_seats
from bookings.models import (
    ApiKey,
    Booking,
    DemoRow,
    IdempotencyKey,
    Location,
    Project,
    Reservation,
    Resource,
    Site,
)
from bookings.removals import delete_bookings, delete_with_history

Ids = frozenset[uuid.UUID]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A row of the demo that stays, because of something that is not the demo's."""

    row: Resource | Project | Location | User
    because: tuple[str, ...]
    """What it is used by, as those are called; empty for a user whose e-mail address is somebody's own by now."""


@dataclass(frozen=True)
class Removal:
    """What would go and what would stay, read when it is first asked for."""

    _marks: dict[str, list[str]] = field(
        default_factory=lambda: {str(kind): DemoRow.objects.ids(kind) for kind in DemoRow.Kind.values}
    )

    @property
    def is_possible(self) -> bool:
        """Whether there is anything of the demo."""
        return any(self._marks.values())

    @cached_property
    def _marked_resources(self) -> Ids:
        return _ids(Resource.objects.filter(pk__in=self._marks["resource"]))

    @cached_property
    def _marked_projects(self) -> Ids:
        return _ids(Project.objects.filter(pk__in=self._marks["project"]))

    @cached_property
    def _bookings_that_stay(self) -> QuerySet[Booking]:
        """Of those that touch the demo: whoever took an own resource or project, and what hangs together with it."""
        ours = [("resource__in", self._marked_resources), ("project__in", self._marked_projects)]
        beside = ("", "continues__", "continued_by__", "session__", "seats__")
        touching = Q(*((f"{way}{name}", ids) for way in beside for name, ids in ours), _connector=Q.OR)
        own_resource = ~Q(resource__in=self._marked_resources)
        own_project = Q(project__isnull=False) & ~Q(project__in=self._marked_projects)
        own = Booking.objects.filter(own_resource | own_project)
        return _with_neighbours(_ids(own.filter(touching)), "continues", "continued_by", "session", "seats")

    @cached_property
    def kept_resources(self) -> list[Kept]:
        used = Q(links__project__in=Project.objects.active().exclude(pk__in=self._marked_projects))
        used |= Q(bookings__in=self._bookings_that_stay)
        rows = Resource.objects.filter(pk__in=self._marked_resources).filter(used).distinct()
        return [Kept(row=row, because=self._projects_of(row)) for row in rows]

    def _projects_of(self, resource: Resource) -> tuple[str, ...]:
        own = Project.objects.exclude(pk__in=self._marked_projects)
        used = own.filter(Q(links__resource=resource) | Q(bookings__resource=resource)).order_by("name")
        return tuple(dict.fromkeys(used.values_list("name", flat=True)))

    @cached_property
    def kept_projects(self) -> list[Kept]:
        used = Q(links__resource__in=Resource.objects.exclude(pk__in=self._marked_resources))
        used |= Q(bookings__in=self._bookings_that_stay) | Q(keys__in=self._own_keys)
        ids = _ids(Project.objects.filter(pk__in=self._marked_projects).filter(used))
        return [Kept(row=row, because=self._users_of(row)) for row in Project.objects.filter(pk__in=ids)]

    @property
    def _own_keys(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.active().exclude(pk__in=self._marks["key"])

    def _users_of(self, project: Project) -> tuple[str, ...]:
        own = Resource.objects.exclude(pk__in=self._marked_resources)
        resources = own.filter(Q(links__project=project) | Q(bookings__project=project)).order_by("name")
        keys = self._own_keys.filter(projects=project).order_by("name")
        return tuple(
            dict.fromkeys([*resources.values_list("name", flat=True), *keys.values_list("name", flat=True)])
        )

    @cached_property
    def resources(self) -> QuerySet[Resource]:
        """Those that go."""
        return Resource.objects.filter(
            pk__in=self._marked_resources - {kept.row.pk for kept in self.kept_resources}
        )

    @cached_property
    def projects(self) -> QuerySet[Project]:
        return Project.objects.filter(
            pk__in=self._marked_projects - {kept.row.pk for kept in self.kept_projects}
        )

    @cached_property
    def bookings(self) -> QuerySet[Booking]:
        """All that are of a resource or a project that goes, deleted and moved ones among them."""
        gone = Q(resource__in=self.resources.values("pk")) | Q(project__in=self.projects.values("pk"))
        return _with_neighbours(_ids(Booking.objects.filter(gone)), "continues", "continued_by", "session")

    @property
    def visitors_bookings(self) -> QuerySet[Booking]:
        """Those that somebody made, each counted once however often it moved."""
        return self.bookings.filter(deleted_at=None, disposable=False, continued_by=None)

    @cached_property
    def locations(self) -> QuerySet[Location]:
        """Those at which nothing stays."""
        ours = Location.objects.filter(pk__in=self._marks["location"])
        used = (
            Resource.objects.exclude(pk__in=self.resources.values("pk"))
            .exclude(location=None)
            .values("location")
        )
        shown = (
            Project.objects.exclude(pk__in=self.projects.values("pk"))
            .exclude(location=None)
            .values("location")
        )
        return ours.exclude(pk__in=used).exclude(pk__in=shown)

    @cached_property
    def users(self) -> QuerySet[User]:
        marked = User.objects.filter(pk__in=self._marks["user"])
        return marked.filter(email__endswith=f"@{MAIL_DOMAIN}")

    @cached_property
    def kept(self) -> list[Kept]:
        """Everything that stays, with the reason."""
        taken_over = User.objects.filter(pk__in=self._marks["user"]).exclude(pk__in=self.users.values("pk"))
        users = [Kept(row=user, because=()) for user in taken_over]
        return [*self.kept_resources, *self.kept_projects, *users]

    @cached_property
    def keys(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.filter(pk__in=self._marks["key"])

    @property
    def leaves_nobody(self) -> bool:
        """Whether no superuser would be left."""
        others = User.objects.filter(is_superuser=True, is_active=True).exclude(
            pk__in=self.users.values("pk")
        )
        return not others.exists()


@verb
def remove_demo() -> Removal:
    """Take it away and tell what stayed; that is nobody's demo any more.  One transaction."""
    list(Resource.objects.filter(pk__in=DemoRow.objects.ids("resource")).order_by("pk").select_for_update())
    removal = Removal()
    _ = removal.kept, removal.locations, removal.keys  # read before anything goes
    _give_seats_back(removal.bookings)
    for pk in removal.bookings.values_list("pk", flat=True):
        IdempotencyKey.objects.about(pk).delete()
    delete_bookings(removal.bookings)
    held = Q(resource__in=removal.resources.values("pk")) | Q(project__in=removal.projects.values("pk"))
    Reservation.objects.filter(held).delete()
    for rows in (removal.projects, removal.resources, removal.locations):
        delete_with_history(rows)
    removal.keys.delete()
    _forget_the_site()
    removal.users.delete()  # last, since history names who did all this
    DemoRow.objects.all().delete()
    forget_without_bookings()
    return removal


def _give_seats_back(bookings: QuerySet[Booking]) -> None:
    """Of seats in sessions that stay."""
    ids = bookings.values("pk")
    for seat in bookings.filter(state__occupies=True).exclude(session=None).exclude(session__in=ids):
        if seat.needs_seat and seat.session_id:
            give_seats(seat.session_id, seat.places)


def _forget_the_site() -> None:
    """What the demo said of the business and nobody changed since."""
    site, usual = Site.current(), Site()
    for name, value in SITE.items():
        if getattr(site, name) == value:
            setattr(site, name, getattr(usual, name))
    if site.picture and is_drawn_here(site.picture, HOUSE):
        site.picture.delete(save=False)
    site.save()


def _with_neighbours(ids: Ids, *ways: str) -> QuerySet[Booking]:
    """The bookings, those whose ``ways`` lead to one of them, and so on."""
    while True:
        leading = Q(*((f"{way}__in", ids) for way in ways), _connector=Q.OR)
        more = _ids(Booking.objects.filter(leading)) - ids
        if not more:
            return Booking.objects.filter(pk__in=ids)
        ids |= more


def _ids(rows: QuerySet[Any]) -> Ids:
    return frozenset(rows.values_list("pk", flat=True))
