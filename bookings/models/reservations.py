"""Held times and seats, before they are bookings; on pages they are called holds."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from bookings import database_clock
from bookings.models.bookings import Booking
from bookings.models.graphs import GraphVersion
from bookings.models.keys import ApiKey
from bookings.models.options import Option
from bookings.models.projects import Project
from bookings.models.resources import Resource


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def live(self) -> "ReservationQuerySet":
        """Neither used, released nor expired, judged by the database's clock."""
        return self.filter(booking=None, released_at=None, expires_at__gt=Now())

    def unproven(self, within: timedelta) -> "ReservationQuerySet":
        """Held now, or held and booked ``within`` so long, by visitors who are counted and have proven nothing."""
        ours = self.filter(proven=False, released_at=None, expires_at__gt=Now() - within).exclude(address="")
        return ours.filter(Q(expires_at__gt=Now(), booking=None) | Q(booking__isnull=False))


class Reservation(models.Model):
    """Holds ``[start, end)`` of a resource, or a seat of a session, until ``expires_at``.

    Never deleted by expiring: the row stays as a record and merely holds nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="reservations")
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="reservations")
    option = models.ForeignKey(Option, models.SET_NULL, null=True, related_name="+")
    graph_version = models.ForeignKey(GraphVersion, models.PROTECT, null=True, related_name="+")
    session = models.ForeignKey(Booking, models.CASCADE, null=True, related_name="seat_holds")
    places = models.PositiveIntegerField(_("places"), default=1, db_default=1)
    holds_seat = models.BooleanField(_("holds a seat"), default=False)
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    what = models.CharField(_("what"), max_length=500, blank=True)
    where = models.CharField(_("where"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    customer = models.JSONField(_("customer"), default=dict, blank=True)
    allow_double_bookings = models.BooleanField(_("may overlap"), default=False)
    key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="+")
    visitor = models.CharField(
        _("visitor"), max_length=64, blank=True, help_text=_("Digest of the token or address that holds it.")
    )
    address = models.CharField(
        _("address"), max_length=64, blank=True, help_text=_("Digest of the address that it was made from.")
    )
    proven = models.BooleanField(
        _("proven"),
        default=False,
        db_default=False,
        help_text=_("Whoever holds it has done the work that the site asks under attack."),
    )
    assignment = models.JSONField(null=True, editable=False)
    """What the history of its booking will tell; see ``HistoryEntry.assignment``."""
    is_test = models.BooleanField(default=False, db_default=False, editable=False)
    extensions = models.PositiveSmallIntegerField(_("times extended"), default=0)
    expires_at = models.DateTimeField(_("held until"))
    created_at = models.DateTimeField(_("created"), default=database_clock.now, editable=False)
    released_at = models.DateTimeField(_("released"), null=True)
    booking = models.OneToOneField(Booking, models.CASCADE, null=True, related_name="reservation")

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(places=1) | Q(places__gt=1, session__isnull=False),
                name="held_places_are_a_sessions",
            )
        ]
        indexes = [
            models.Index(
                fields=["visitor", "expires_at"], name="reservation_by_visitor", condition=~Q(visitor="")
            ),
            models.Index(
                fields=["address", "expires_at"], name="reservation_by_address", condition=~Q(address="")
            ),
            models.Index(
                fields=["project", "expires_at"],
                name="reservation_unproven",
                condition=Q(proven=False) & ~Q(address=""),
            ),
            models.Index(
                fields=["session", "expires_at"], name="reservation_seat_holds", condition=Q(holds_seat=True)
            ),
            models.Index(fields=["created_at"], name="reservation_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.start:%Y-%m-%d %H:%M}"

    @property
    def length(self) -> timedelta:
        return self.end - self.start
