"""What can be booked, and the calendars that belong to it."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.fields import PictureField
from bookings.models.locations import Location
from bookings.models.recorded import Recorded
from bookings.models.sites import Site
from bookings.typed_fields import EmailField, NameField, WordField
from bookings.validators import validate_list, validate_object, validate_zone


class ResourceQuerySet(models.QuerySet["Resource"]):
    def active(self) -> "ResourceQuerySet":
        return self.filter(deleted_at=None)

    def locked(self) -> "ResourceQuerySet":
        """Row locks in order of id, so that two transactions never wait for each other."""
        return self.order_by("pk").select_for_update(no_key=True)


class Resource(models.Model):
    """A person, a room, a car: whatever has time of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = NameField(_("name"), max_length=200)
    first_name = NameField(_("first name"), max_length=100, blank=True)
    last_name = NameField(_("last name"), max_length=100, blank=True)
    slug = models.SlugField(_("address on the site"), max_length=80, unique=True)
    email = EmailField(_("e-mail"), blank=True, help_text=_("Gets a mail for each of its bookings."))
    timezone = WordField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text=_("Empty: its location's, else the site's, as it is now."),
    )
    location = models.ForeignKey(
        Location, models.SET_NULL, null=True, blank=True, related_name="resources", verbose_name=_("location")
    )
    image = PictureField(_("picture"), upload_to="resources/", blank=True)
    availability_constraints = models.JSONField(
        _("availability constraints"), default=list, blank=True, validators=[validate_list]
    )
    daily_cap = models.PositiveSmallIntegerField(
        _("bookings a day"),
        null=True,
        blank=True,
        help_text=_("At most so many bookings a day; empty: no limit."),
    )
    meta = models.JSONField(_("meta"), default=dict, blank=True, validators=[validate_object])
    tags = models.JSONField(_("tags"), default=list, blank=True, validators=[validate_list])
    sends_mail = models.BooleanField(_("gets mails about its bookings"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)

    objects = ResourceQuerySet.as_manager()
    history = Recorded()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.timezone:
            self.timezone = self.location.timezone if self.location else Site.current().timezone
        super().save(*args, **kwargs)

    def give_calendar(self) -> None:
        """The primary calendar, which takes the resource's bookings, unless it has one."""
        if not self.calendars.filter(primary=True).exists():
            self.calendars.create(primary=True)


class Calendar(models.Model):
    """A calendar of a resource; the primary one takes the bookings that name none."""

    class Provider(models.TextChoices):
        OWN = "timekit", _("this site")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="calendars", verbose_name=_("resource")
    )
    name = NameField(_("name"), max_length=200, default="Bookings")
    description = models.TextField(_("description"), blank=True)
    foregroundcolor = models.CharField(_("text colour"), max_length=16, blank=True)
    backgroundcolor = models.CharField(_("colour"), max_length=16, blank=True)
    primary = models.BooleanField(_("primary"), default=False)
    provider = models.CharField(
        _("provider"), max_length=20, choices=Provider.choices, default=Provider.OWN, editable=False
    )
    provider_sync = models.BooleanField(
        _("counts as busy"), default=True, help_text=_("Events of this calendar make the resource busy.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["-primary", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(primary=True),
                name="one_primary_calendar_per_resource",
                violation_error_message=_("The resource has a primary calendar already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.resource})"


class Event(models.Model):
    """Busy time in a calendar that is not a booking; half-open ``[start, end)``."""

    LONGEST = timedelta(days=366)
    """How long one may be, through whichever door."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="events", verbose_name=_("calendar"))
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    all_day = models.BooleanField(_("all day"), default=False)
    what = models.CharField(_("what"), max_length=500, blank=True)
    where = models.CharField(_("where"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    participants = models.JSONField(_("participants"), default=list, blank=True, validators=[validate_list])
    invite = models.BooleanField(_("invite"), default=False)
    my_rsvp = models.CharField(_("own answer"), max_length=20, default="accepted")
    busy = models.BooleanField(_("busy"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=models.F("start")),
                name="event_ends_after_it_starts",
                violation_error_message=_("The end must come after the start."),
            )
        ]
        indexes = [models.Index(fields=["calendar", "start"])]

    def __str__(self) -> str:
        return self.what or str(_("busy"))
