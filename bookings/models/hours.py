"""Opening hours: weekly rows and dated exceptions, on a site, a location, a resource or a project.

All times are wall clock in the zone of the resource that is searched.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.constraints import RaisesConfigVersion
from bookings.models.locations import Location
from bookings.models.projects import Project
from bookings.models.recorded import Recorded
from bookings.models.resources import Resource
from bookings.models.sites import Site
from bookings.typed_fields import LineField

OWNERS = ("site", "location", "resource", "project")


def exactly_one_owner() -> Q:
    """A condition true where exactly one of the four owner columns is set."""
    either = Q()
    for owner in OWNERS:
        either |= Q(**{f"{name}__isnull": name != owner for name in OWNERS})
    return either


class Hours(models.Model):
    site = models.ForeignKey(Site, models.CASCADE, null=True, blank=True, related_name="%(class)s")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="%(class)s")
    resource = models.ForeignKey(Resource, models.CASCADE, null=True, blank=True, related_name="%(class)s")
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="%(class)s")

    class Meta:
        abstract = True


class WeeklyHours(Hours):
    """Open on ``weekday`` from ``opens`` to ``closes``; a closing at or before the opening is on the next day."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("00:00 is midnight at the end of the day."))

    history = Recorded()

    class Meta:
        verbose_name = _("weekly hours")
        verbose_name_plural = _("weekly hours")
        ordering = ["weekday", "opens"]
        constraints = [
            RaisesConfigVersion(name="weekly_hours_raise_version"),
            models.CheckConstraint(condition=exactly_one_owner(), name="weekly_hours_have_one_owner"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_have_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class DatedHours(Hours):
    """What replaces the week on the days ``first`` to ``last`` (both included): other hours, or closed."""

    first = models.DateField(_("from"))
    last = models.DateField(_("to"), help_text=_("The last day it holds for; the same day for a single day."))
    opens = models.TimeField(_("opens"), null=True, blank=True, help_text=_("Both times empty: closed."))
    closes = models.TimeField(_("closes"), null=True, blank=True)
    note = LineField(_("note"), max_length=120, blank=True, help_text=_("For example: Christmas."))

    history = Recorded()

    class Meta:
        verbose_name = _("dated exception")
        verbose_name_plural = _("dated exceptions")
        ordering = ["first", "opens"]
        constraints = [
            RaisesConfigVersion(name="dated_hours_raise_version"),
            models.CheckConstraint(condition=exactly_one_owner(), name="dated_hours_have_one_owner"),
            models.CheckConstraint(
                condition=Q(last__gte=models.F("first")),
                name="dated_hours_end_after_they_begin",
                violation_error_message=_("The last day must not come before the first."),
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False),
                name="dated_hours_have_both_times_or_none",
                violation_error_message=_("Give both times, or neither for a closed day."),
            ),
        ]

    def __str__(self) -> str:
        return self.note or f"{self.first:%Y-%m-%d}"
