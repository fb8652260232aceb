"""What can be booked, and the calendars that belong to it."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.constraints import RaisesConfigVersion
from bookings.models.feeds import Fed
from bookings.models.fields import PictureField
from bookings.models.locations import Location
from bookings.models.recorded import Recorded
from bookings.models.sandbox import Sandboxed
from bookings.models.sites import Site
from bookings.typed_fields import EmailField, NameField, WordField
from bookings.validators import LONGEST_LINK, validate_link, validate_list, validate_object, validate_zone


class ResourceQuerySet(models.QuerySet["Resource"]):
    def active(self) -> "ResourceQuerySet":
        return self.filter(deleted_at=None)

    def live(self) -> "ResourceQuerySet":
        """In use, and not in the sandbox."""
        return self.active().filter(is_test=False)

    def locked(self) -> "ResourceQuerySet":
        """Row locks in order of id, so that two transactions never wait for each other."""
        return self.order_by("pk").select_for_update(no_key=True)


class Resource(Sandboxed, Fed):
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
    meeting_url = models.CharField(
        _("link of its video meetings"),
        max_length=LONGEST_LINK,
        blank=True,
        default="",
        db_default="",
        validators=[validate_link],
        help_text=_("Told to customers where a project’s video meetings are at this link."),
    )
    writes_calendar = models.BooleanField(default=False, db_default=False, editable=False)
    """One of its calendars is elsewhere and takes its bookings: said here so that a booking need not look."""
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)

    objects = ResourceQuerySet.as_manager()
    history = Recorded(excluded_fields=["writes_calendar"])

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ["name", "pk"]
        constraints = [RaisesConfigVersion(name="resource_raises_version")]

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

    def busy_calendar(self) -> "Calendar":
        """One of this site's own whose events make it busy, whatever becomes of those elsewhere; made if need be."""
        own = self.calendars.filter(provider=Calendar.Provider.OWN, provider_sync=True)
        found = own.order_by("-primary", "created_at").first()
        return found or self.calendars.create(
            name=gettext("Busy"), primary=not self.calendars.filter(primary=True).exists()
        )


class CalendarQuerySet(models.QuerySet["Calendar"]):
    def elsewhere(self) -> "CalendarQuerySet":
        """Those of a provider, connected still."""
        return self.exclude(connection=None).exclude(connection__state="leaving")

    def taking_bookings(self) -> "CalendarQuerySet":
        """Those elsewhere into which bookings are written."""
        return self.elsewhere().filter(writes=True)


class Calendar(models.Model):
    """A calendar of a resource; the primary one takes the bookings that name none.

    One with a ``connection`` lies elsewhere, where ``provider_id`` names it: its busy times are read where
    ``provider_sync`` is on, and bookings are written into it where ``writes`` is.
    """

    class Provider(models.TextChoices):
        OWN = "timekit", _("this site")
        CALDAV = "caldav", "CalDAV"
        ICS = "ics", _("an address that ends in .ics")
        GOOGLE = "google", "Google"
        MICROSOFT = "microsoft", "Microsoft 365"

    class Access(models.TextChoices):
        OWNER = "owner", _("may be written")
        READER = "reader", _("may only be read")

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
    connection = models.ForeignKey(
        "bookings.Connection", models.CASCADE, null=True, related_name="calendars", editable=False
    )
    provider_id = models.CharField(max_length=1000, blank=True, default="", db_default="", editable=False)
    provider_access = models.CharField(
        _("access"),
        max_length=10,
        choices=Access.choices,
        default=Access.OWNER,
        db_default=Access.OWNER,
        editable=False,
    )
    provider_primary = models.BooleanField(null=True, editable=False)
    """What its provider says; None where it is this site's own."""
    writes = models.BooleanField(_("takes bookings"), default=False, db_default=False, editable=False)
    cursor = models.TextField(blank=True, default="", db_default="", editable=False)
    """From where its provider is asked for changes."""
    read_whole_at = models.DateTimeField(null=True, editable=False)
    remark = models.TextField(blank=True, default="", db_default="", editable=False)
    """What of it could not be read, a sentence in English; empty where everything was."""
    provider_sync = models.BooleanField(
        _("counts as busy"), default=True, help_text=_("Events of this calendar make the resource busy.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["-primary", "name", "pk"]
        constraints = [
            RaisesConfigVersion(name="calendar_raises_version", of=["resource", "primary"]),
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(primary=True),
                name="one_primary_calendar_per_resource",
                violation_error_message=_("The resource has a primary calendar already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.resource})"

    @property
    def is_elsewhere(self) -> bool:
        return self.provider != self.Provider.OWN

    @property
    def takes_bookings(self) -> bool:
        """Whether a booking may name it: this site's own always, one elsewhere where it is connected and written."""
        if not self.is_elsewhere:
            return True
        return self.writes and self.connection is not None and self.connection.state != "leaving"


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
    remote = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    """A fingerprint of its id where it was read from a calendar elsewhere; of such a one only the times are kept."""
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
        indexes = [
            models.Index(fields=["calendar", "start"]),
            models.Index(fields=["calendar", "remote"], name="event_read_elsewhere", condition=~Q(remote="")),
        ]

    def __str__(self) -> str:
        if self.remote:
            return str(_("busy (calendar)"))
        return self.what or str(_("busy"))
