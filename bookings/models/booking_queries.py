"""What is asked of bookings."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from bookings.models.graphs import Action, GraphVersion, State
from bookings.models.history import HistoryEntry

if TYPE_CHECKING:
    from bookings.models.bookings import Booking

MEETING_PATIENCE = timedelta(minutes=10)
"""So long the link of a video meeting may be on its way."""


def waiting_for_a_decision() -> Q:
    """The condition on bookings in an unsettled state that an owner may decide."""
    return Q(state__in=undecided_states().values("pk"), deleted_at=None)


def undecided_states() -> models.QuerySet[State]:
    """The unsettled states that an owner may decide, in no order."""
    decisions = Action.objects.filter(source=OuterRef("pk"), by_owner=True, continues=False)
    return State.objects.filter(Exists(decisions), settled=False).order_by()


class Meeting(models.TextChoices):
    """Where a booking takes place online, and whose link that is."""

    NONE = "", _("none")
    CALENDAR = "calendar", _("made by the connected calendar (Google Meet, Teams)")
    JITSI = "jitsi", _("a room of its own at JITSI_URL")
    FIXED = "fixed", _("at the resource’s own link")


class BookingQuerySet(models.QuerySet["Booking"]):
    model: type[Booking]

    def visible(self) -> BookingQuerySet:
        """Not deleted."""
        return self.filter(deleted_at=None)

    def live(self) -> BookingQuerySet:
        """Not deleted, and not in the sandbox."""
        return self.visible().filter(is_test=False)

    def not_moved(self) -> BookingQuerySet:
        """None that another continues.  A join would do, but SQLite builds itself an index of all rows for it."""
        return self.filter(~Exists(self.model.objects.order_by().filter(continues=OuterRef("pk"))))

    def over(self) -> BookingQuerySet:
        """What took time and took place, so that it takes none any more; what ended before it began was cancelled.

        A request that nobody accepted in time never took any.
        """
        taking = State.objects.order_by().filter(version=OuterRef(OuterRef("version")), occupies=True)
        steps = HistoryEntry.objects.order_by().filter(booking_id=OuterRef("pk"))
        return (
            self.visible()
            .not_moved()
            .filter(
                Exists(steps.filter(target__in=taking.values("name"))),
                state__occupies=False,
                state_entered_at__gte=F("start"),
                version__claims=GraphVersion.Claims.TIME,
            )
        )

    def without_link(self) -> BookingQuerySet:
        """To come, to take place online, and with no link although there was time to get one.

        Asked for by ``start`` it is read along its index, whatever the planner thinks of the rest.
        """
        return self.visible().filter(
            ~Q(meeting=Meeting.NONE),
            ~Q(meeting=Meeting.FIXED) | Q(resource__meeting_url=""),
            meeting_url="",
            state__occupies=True,
            state__settled=True,
            start__gt=Now(),
            state_entered_at__lte=Now() - MEETING_PATIENCE,
            is_test=False,
        )

    def occupying(self) -> BookingQuerySet:
        return self.filter(state__occupies=True)

    def to_decide(self) -> BookingQuerySet:
        """In an unsettled state, waiting for what the owner or staff decide."""
        return self.filter(waiting_for_a_decision())

    def sessions(self) -> BookingQuerySet:
        """Bookings that offer seats."""
        return self.filter(state__version__offers_seats=True)

    def of_series(self, series_id: uuid.UUID | None) -> BookingQuerySet:
        """What stands in a series where it stands now, by start: of a booking that moved only the last."""
        rows = self.visible().filter(series__isnull=False, series=series_id, continued_by=None)
        return rows.order_by("start", "pk")

    def in_full(self) -> BookingQuerySet:
        """With everything that a page or an answer shows, in a constant number of queries."""
        return self.select_related(
            "state__version__graph",
            "resource__location",
            "project",
            "option",
            "customer",
            "calendar",
            "session",
        ).prefetch_related(Prefetch("state__leaving", Action.objects.select_related("target")))
