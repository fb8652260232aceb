"""Locations: where resources are."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from bookings.admin.fields.plain import ObjectField, ZoneField
from bookings.admin.hours import HOURS, hours_of
from bookings.admin.mixins import RecordedAdmin
from bookings.models import Location


class LocationForm(forms.ModelForm):
    timezone = ZoneField()
    meta = ObjectField(label=_("Meta"), required=False)

    class Meta:
        model = Location
        exclude: tuple[str, ...] = ()


@admin.register(Location)
class LocationAdmin(RecordedAdmin):
    form = LocationForm
    inlines = HOURS
    history_parts = hours_of("location")
    list_display = ["name", "timezone"]
    search_fields = ["name", "address"]
    fieldsets = [
        (None, {"fields": ["name", "address", "timezone", "description"]}),
        (_("For programs"), {"fields": ["meta"], "classes": ["collapse"]}),
    ]
