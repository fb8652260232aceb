"""Locations: where resources are."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.plain import ObjectField, ZoneField
from bookings.admin.hours import HOURS, hours_of
from bookings.admin.mixins import RecordedAdmin
from bookings.models import Location, Site


class LocationForm(forms.ModelForm):
    timezone = ZoneField(required=False, initial="")
    meta = ObjectField(label=gettext_lazy("Meta"), required=False)

    class Meta:
        model = Location
        exclude: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "timezone" in self.fields:
            words = _("as the site has it: %(zone)s") % {"zone": Site.current().timezone}
            cast(ZoneField, self.fields["timezone"]).offer_none(words)


@admin.register(Location)
class LocationAdmin(RecordedAdmin):
    form = LocationForm
    inlines = HOURS
    history_parts = hours_of("location")
    list_display = ["name", "timezone"]
    search_fields = ["name", "address"]
    fieldsets = [
        (None, {"fields": ["name", "address", "timezone", "description"]}),
        (gettext_lazy("For programs"), {"fields": ["meta"], "classes": ["collapse"]}),
    ]
