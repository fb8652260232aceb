"""Opening hours as tables at the foot of what has them: the site, a location, a resource, a project."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTimeWidget
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.admin.changes import Parts
from bookings.models import DatedHours, WeeklyHours

TO_THE_MINUTE: dict[Any, Any] = {models.TimeField: {"widget": AdminTimeWidget(format="%H:%M")}}


class WeeklyHoursInline(admin.TabularInline):
    model = WeeklyHours
    fields = ["weekday", "opens", "closes"]
    formfield_overrides = TO_THE_MINUTE
    extra = 0
    verbose_name_plural = _("weekly hours")


class DatedHoursInline(admin.TabularInline):
    model = DatedHours
    fields = ["first", "last", "opens", "closes", "note"]
    formfield_overrides = TO_THE_MINUTE
    extra = 0
    verbose_name_plural = _("dated exceptions: other hours, or closed")


HOURS: list[Any] = [WeeklyHoursInline, DatedHoursInline]


def hours_of(owner: str) -> Parts:
    """The tables of hours that hang on a row, for its history."""
    return ((WeeklyHours, owner), (DatedHours, owner))
