"""Locations: where resources are."""

from typing import Any, cast

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.plain import ObjectField, ZoneField
from bookings.admin.hours import HOURS, hours_of
from bookings.admin.mixins import Narrowed, RecordedAdmin
from bookings.admin.sandbox import FOR_TESTS, OnOneSide
from bookings.models import Location, Site


class LocationForm(OnOneSide):
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
class LocationAdmin(Narrowed, RecordedAdmin):
    form = LocationForm
    inlines = HOURS
    history_parts = hours_of("location")
    list_display = ["name", "timezone", "is_test"]
    search_fields = ["name", "address"]
    fieldsets = [
        (None, {"fields": ["name", "address", "timezone", "description"]}),
        (gettext_lazy("For programs"), {"fields": [*FOR_TESTS, "meta"], "classes": ["collapse"]}),
    ]
