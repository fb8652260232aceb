"""Empties the sandbox: what was booked in it, and what test keys made; what staff made stays unless it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from bookings import recent_requests
from bookings.lifecycle.retries import verb
from bookings.models import (
    ApiKey,
    Booking,
    Calendar,
    Event,
    HistoryEntry,
    IdempotencyKey,
    Location,
    Project,
    RecentRequest,
    Reservation,
    Resource,
    SandboxRow,
    Webhook,
)
from bookings.removals import delete_bookings, delete_with_history


@dataclass(frozen=True)
class Contents:
    """What goes when the sandbox is emptied; ``with_copies``: also the rows for tests that staff made.

    Everything is on a resource for tests, or is marked so itself: nothing else is ever among it.
    """

    with_copies: bool = False
    _marks: dict[str, list[str]] = field(
        default_factory=lambda: {kind: SandboxRow.objects.ids(kind) for kind in SandboxRow.Kind.values}
    )

    @property
    def bookings(self) -> QuerySet[Booking]:
        return Booking.objects.filter(resource__is_test=True)

    @property
    def reservations(self) -> QuerySet[Reservation]:
        return Reservation.objects.filter(resource__is_test=True)

    @property
    def events(self) -> QuerySet[Event]:
        return Event.objects.filter(calendar__resource__is_test=True, pk__in=self._marks["event"])

    @property
    def calendars(self) -> QuerySet[Calendar]:
        return Calendar.objects.filter(resource__is_test=True, primary=False, pk__in=self._marks["calendar"])

    @property
    def webhooks(self) -> QuerySet[Webhook]:
        return self._of_tests(Webhook)

    @cached_property
    def projects(self) -> QuerySet[Project]:
        """One that an API key is limited to stays: without it the key would be limited to nothing."""
        needed = ApiKey.objects.active().exclude(projects=None).values("projects")
        return self._of_tests(Project).exclude(pk__in=needed)

    @property
    def resources(self) -> QuerySet[Resource]:
        return self._of_tests(Resource)

    @property
    def locations(self) -> QuerySet[Location]:
        """Those at which nothing stays; asked once the others are gone."""
        return self._of_tests(Location).filter(resources=None, project=None)

    def _of_tests(self, model: type[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = model.objects.filter(is_test=True)
        return rows if self.with_copies else rows.filter(pk__in=self._marks[model._meta.model_name])


@verb
def empty_sandbox(*, with_copies: bool = False) -> None:
    """Delete it all, in one transaction.  Test keys stay, and find nothing but what staff made."""
    recent_requests.write()
    list(Resource.objects.filter(is_test=True).locked())  # nothing is booked meanwhile
    contents = Contents(with_copies)
    HistoryEntry.objects.filter(booking_id__in=contents.bookings.values("pk"), disposable=True).delete()
    delete_bookings(contents.bookings)
    for rows in (contents.reservations, contents.events, contents.calendars):
        rows.delete()
    for recorded in (contents.webhooks, contents.projects, contents.resources, contents.locations):
        delete_with_history(recorded)
    IdempotencyKey.objects.of_the_sandbox().delete()
    RecentRequest.objects.filter(key__is_test=True).delete()
    SandboxRow.objects.all().delete()
