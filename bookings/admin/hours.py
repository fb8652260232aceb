"""Opening hours as tables at the foot of what has them: the site, a location, a resource, a project."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from bookings.models import DatedHours, WeeklyHours


class WeeklyHoursInline(admin.TabularInline):
    model = WeeklyHours
    fields = ["weekday", "opens", "closes"]
    extra = 0
    verbose_name_plural = _("weekly hours")


class DatedHoursInline(admin.TabularInline):
    model = DatedHours
    fields = ["first", "last", "opens", "closes", "note"]
    extra = 0
    verbose_name_plural = _("dated exceptions: other hours, or closed")


HOURS = [WeeklyHoursInline, DatedHoursInline]
