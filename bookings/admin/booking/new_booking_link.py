"""What a link to the page of a new booking names: a resource and a time."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from bookings.admin.fields.choices import offer_rows
from bookings.admin.fields.wall_clock import read_wall_clock
from bookings.models import Resource
from bookings.staff_limits import limited
from bookings.validators import zones


class AskedForm(forms.Form):
    """The time that a link names: ``day`` and ``clock`` on the resource's clocks, or ``start`` on those of ``zone``."""

    resource = forms.ModelChoiceField(Resource.objects.none(), required=False)
    day = forms.DateField(required=False)
    clock = forms.TimeField(required=False)
    start = forms.CharField(required=False, max_length=40)
    zone = forms.ChoiceField(required=False, choices=[(name, name) for name in sorted(zones())])

    def __init__(self, data: Any, user: Any) -> None:
        super().__init__(data)
        offer_rows(self, "resource", limited(Resource.objects.live(), user))
        self.full_clean()

    @property
    def resource_asked(self) -> Resource | None:
        return self.cleaned_data.get("resource")

    def chosen(self) -> dict[str, Any]:
        """What the form of a new booking begins with; what cannot be read is left out."""
        resource, said = self.resource_asked, self.cleaned_data
        asked: dict[str, Any] = {"resource": resource.pk} if resource else {}
        start, zone = said.get("start"), said.get("zone")
        there = (
            read_wall_clock(start, zone, ZoneInfo(resource.timezone)) if resource and start and zone else None
        )
        if there:
            return asked | {"day": there.date(), "clock": f"{there:%H:%M}"}
        if said.get("day"):
            asked["day"] = said["day"]
            if said.get("clock"):
                asked["clock"] = f"{said['clock']:%H:%M}"
        return asked
