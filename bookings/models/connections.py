"""Calendars elsewhere that a resource is connected with, and which booking stands in which of them."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from bookings.models.bookings import Booking
from bookings.models.resources import Calendar, Resource
from bookings.models.upkeep import Standstill

PATIENCE = 3
"""So many failures in a row, within minutes of each other, are no hiccup."""


OVERDUE = timedelta(minutes=1)
"""After so long a try that was due is taken for one more in vain: it hangs, or nobody makes it."""


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def due(self) -> "ConnectionQuerySet":
        """To be read now, and not being read by a worker that lives; nothing while the site stands still."""
        free = Q(lease_until=None) | Q(lease_until__lte=Now())
        return self.filter(Standstill.is_over(), free, next_due_at__lte=Now())

    def stale(self) -> "ConnectionQuerySet":
        """Those whose busy times count although nobody has read them for CALENDAR_STALE_HOURS, or that were never."""
        age = timedelta(hours=settings.CALENDAR_STALE_HOURS)
        never = Q(synced_at=None, created_at__lte=Now() - age)
        return self.exclude(state=Connection.State.LEAVING).filter(never | Q(synced_at__lte=Now() - age))

    def troubled(self) -> "ConnectionQuerySet":
        """Those that staff are to look at: stale, signed out, or failing in more than a hiccup.

        Five minutes after the first failure at the latest, however long calls and their pauses are: the first tries
        are a minute apart (``bookings.calendars.reading``), and whichever is overdue counts as the last.
        """
        signed_out = self.filter(state=Connection.State.SIGNED_OUT)
        lasting = Q(failures__gte=PATIENCE) | Q(failures__gte=1, next_due_at__lte=Now() - OVERDUE)
        failing = self.filter(lasting, state=Connection.State.FAILS)
        return (self.stale() | signed_out | failing).select_related("resource").order_by("created_at")

    def read_in_part(self) -> "ConnectionQuerySet":
        """Those of which something could not be read, as ``remark`` says, and does not count as busy."""
        rows = self.exclude(remark="").exclude(state=Connection.State.LEAVING)
        return rows.select_related("resource").order_by("created_at")


class Connection(models.Model):
    """An account or an address whose calendars a resource's time is read from and its bookings are written to.

    ``secret`` is encrypted (``bookings.calendars.secrets``); nothing else of it opens anything.
    """

    class Kind(models.TextChoices):
        CALDAV = "caldav", "CalDAV"
        ICS = "ics", _("an address that ends in .ics")
        GOOGLE = "google", "Google"
        MICROSOFT = "microsoft", "Microsoft 365"

    class State(models.TextChoices):
        NEW = "new", _("being connected")
        WORKS = "works", _("connected")
        FAILS = "fails", _("does not answer as it should")
        SIGNED_OUT = "signed_out", _("signed out: connect again")
        LEAVING = "leaving", _("being disconnected")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="connections", verbose_name=_("resource")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    address = models.CharField(_("address"), max_length=500, blank=True)
    account = models.CharField(_("account"), max_length=300, blank=True)
    secret = models.TextField(blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.NEW)
    last_error = models.TextField(_("last error"), blank=True)
    remark = models.TextField(_("what could not be read"), blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    synced_at = models.DateTimeField(_("last read"), null=True)
    next_due_at = models.DateTimeField(_("next read"), db_default=Now())
    lease_until = models.DateTimeField(_("being read until"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("connected calendar")
        verbose_name_plural = _("connected calendars")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["next_due_at"], name="connection_by_due")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.account or self.address}".strip()


class Channel(models.Model):
    """A provider's promise to call when something changes in a calendar, or with none in any of the account's.

    Its id stands in the address that is called, and whoever calls brings the secret of which ``digest`` is kept.  One
    without ``provider_id`` is a try that failed, and rests until ``until``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="channels")
    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="channels", null=True)
    digest = models.CharField(max_length=64)
    provider_id = models.CharField(max_length=300, blank=True)
    watched = models.CharField(max_length=1000, blank=True)
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("channel of a connected calendar")
        verbose_name_plural = _("channels of connected calendars")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class CalendarEntryQuerySet(models.QuerySet["CalendarEntry"]):
    def standing(self) -> "CalendarEntryQuerySet":
        return self.filter(removed_at=None)

    def conflicting(self) -> "CalendarEntryQuerySet":
        """Those that somebody changed over there, for staff to decide."""
        return self.standing().exclude(conflict="")


class CalendarEntry(models.Model):
    """A booking as it was written into a calendar elsewhere.

    It is the booking's and of all that continues it, which share ``uid``.  ``count`` rises when the event is made anew
    after it was removed, since an id that was deleted is not free again everywhere.
    """

    class Conflict(models.TextChoices):
        NONE = "", _("none")
        MOVED = "moved", _("moved over there")
        DELETED = "deleted", _("deleted over there")
        DECLINED = "declined", _("declined")

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="entries", verbose_name=_("calendar"), db_index=False
    )
    uid = models.UUIDField()
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="entries", verbose_name=_("booking"))
    """The one of them that was written last."""
    key = models.CharField(max_length=40)
    count = models.PositiveIntegerField(default=1)
    event = models.CharField(max_length=1000, blank=True)
    etag = models.CharField(max_length=300, blank=True)
    meeting_url = models.CharField(max_length=1000, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    written_at = models.DateTimeField(null=True)
    silent = models.BooleanField(default=False, db_default=False)
    """Our own mail invited its guests, so that the provider mails nobody."""
    booked_before = models.BooleanField(default=False, db_default=False)
    """It was booked before the calendar was connected, when our mails brought it into calendars."""
    link_missed = models.BooleanField(default=False, db_default=False)
    """Our mails went out without the link of its meeting, so that another tells of it."""
    removed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    conflict = models.CharField(max_length=10, choices=Conflict.choices, blank=True, default=Conflict.NONE)
    their_start = models.DateTimeField(null=True)
    their_end = models.DateTimeField(null=True)
    their_etag = models.CharField(max_length=300, blank=True)
    noticed_at = models.DateTimeField(null=True)

    objects = CalendarEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking in a calendar elsewhere")
        verbose_name_plural = _("bookings in calendars elsewhere")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["calendar", "key"], name="one_entry_per_key"),
            models.UniqueConstraint(fields=["uid", "calendar"], name="one_entry_per_booking_and_calendar"),
        ]
        indexes = [
            models.Index(fields=["noticed_at"], name="entry_in_conflict", condition=~Q(conflict="")),
        ]

    def __str__(self) -> str:
        return self.key
