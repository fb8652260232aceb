"""The one table that says whose time is taken.

Rows are written by ``bookings.lifecycle.claims`` alone: ``save()`` would deadlock on PostgreSQL where two requests
want the same time, and looking before writing proves nothing.
"""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from bookings.constraints import NoOverlap
from bookings.models.bookings import Booking
from bookings.models.reservations import Reservation
from bookings.models.resources import Event, Resource


class OccupancyQuerySet(models.QuerySet["Occupancy"]):
    def live(self) -> "OccupancyQuerySet":
        """Pieces that count, judged by the database's clock."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()))

    def expired(self) -> "OccupancyQuerySet":
        return self.filter(expires_at__lte=Now())

    def overlapping(self, start: datetime, end: datetime) -> "OccupancyQuerySet":
        """Pieces whose claimed range shares an instant with ``[start, end)``."""
        return self.filter(start__lt=end, end__gt=start)


class Occupancy(models.Model):
    """A piece of a resource's time that is taken.

    ``[start, end)`` is the claimed range, buffers included; ``[busy_start, busy_end)`` the bare one.  The constraint
    sees a piece only if ``strict``.  Exactly one of ``booking``, ``reservation`` and ``event`` owns it.
    """

    # Without an index of its own: plans made before the first ANALYZE would take it, and read all of a resource.
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="occupancies", db_index=False)
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    busy_start = models.DateTimeField(_("busy from"))
    busy_end = models.DateTimeField(_("busy until"))
    strict = models.BooleanField(_("strict"), default=True)
    all_day = models.BooleanField(_("all day"), default=False)
    expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    booking = models.ForeignKey(Booking, models.CASCADE, null=True, related_name="occupancies")
    reservation = models.ForeignKey(Reservation, models.CASCADE, null=True, related_name="occupancies")
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="occupancies")

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("occupancy")
        verbose_name_plural = _("occupancies")
        constraints = [
            NoOverlap(name="no_overlap", resource="resource", start="start", end="end", condition="strict"),
            models.CheckConstraint(
                condition=Q(end__gt=F("start"), busy_end__gt=F("busy_start"))
                & Q(busy_start__gte=F("start"), busy_end__lte=F("end")),
                name="occupancy_has_a_length",
            ),
            models.CheckConstraint(
                condition=(
                    Q(booking__isnull=False, reservation__isnull=True, event__isnull=True)
                    | Q(booking__isnull=True, reservation__isnull=False, event__isnull=True)
                    | Q(booking__isnull=True, reservation__isnull=True, event__isnull=False)
                ),
                name="occupancy_has_one_owner",
            ),
        ]
        indexes = [
            # A claim looks back along it, past whatever is not strict.
            models.Index(
                fields=["resource", "start", "end"], name="occupancy_strict", condition=Q(strict=True)
            ),
            # Found by the first three; with the others a search reads in order and never visits the table.
            models.Index(
                fields=["resource", "start", "end", "expires_at", "busy_start", "busy_end"],
                name="occupancy_by_resource",
            ),
            models.Index(
                fields=["resource", "end", "start"], name="occupancy_doubled", condition=Q(strict=False)
            ),
            models.Index(
                fields=["expires_at"], name="occupancy_by_expiry", condition=Q(expires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.start:%Y-%m-%d %H:%M}"
