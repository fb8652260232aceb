"""Opening hours as tables on the page of what has them: the site, a location, a resource, a project.

Below the week stands a small form that needs no script: it adds ranges to several weekdays at once, or takes over the
week of a resource.  What is taken over is a copy.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTimeWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Model, QuerySet
from django.db.models.fields import BLANK_CHOICE_DASH
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.changes import Parts
from bookings.admin.fields.choices import offer_choices, offer_known_rows
from bookings.admin.fields.clock_ranges import ClockRangesField
from bookings.admin.mixins import Table
from bookings.admin.week_in_words import week_in_words
from bookings.languages import site_of
from bookings.models import DatedHours, Location, Project, Resource, Site, WeeklyHours

TO_THE_MINUTE: dict[Any, Any] = {models.TimeField: {"widget": AdminTimeWidget(format="%H:%M")}}


class MoreHoursForm(forms.Form):
    """Ranges for the ticked days, and the resource whose week is taken over."""

    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("on"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ranges = ClockRangesField(label=gettext_lazy("open"), required=False)
    copied = forms.ModelChoiceField(
        label=gettext_lazy("Take over the weekly hours of"),
        queryset=Resource.objects.none(),
        required=False,
        help_text=gettext_lazy("A copy, which replaces the week above."),
    )

    def __init__(
        self, *args: Any, sources: QuerySet[Resource], weekdays: Sequence[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "days", _names(weekdays))
        offer_known_rows(self, "copied", sources, sources)  # the page has asked whether there are any

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("ranges") and not data.get("days") and "days" not in self.errors:
            self.add_error("days", _("Tick the days on which it is open then."))
        if data.get("days") and not data.get("ranges") and "ranges" not in self.errors:
            self.add_error("ranges", _("Write from when to when it is open on these days."))
        return data


class WeekFormSet(forms.BaseInlineFormSet):
    """The rows of a week, whose days are in the order of ``weekdays``.

    ``sources`` are the resources whose week this member of staff may take over.
    """

    weekdays: Sequence[int] = range(7)
    sources: QuerySet[Resource] = Resource.objects.none()
    may_add = False

    @cached_property
    def more(self) -> MoreHoursForm:
        data = self.data if self.is_bound else None
        prefix = f"{self.prefix}-more"
        return MoreHoursForm(data, prefix=prefix, sources=self.sources, weekdays=self.weekdays)

    @property
    def without_rows(self) -> str:
        """What counts where this week is empty, in a sentence."""
        return _without_rows(self.instance, self.weekdays)

    def clean(self) -> None:
        super().clean()
        if self.may_add and not self.more.is_valid():
            raise ValidationError(_("Some hours are not right; each says why."))

    def save(self, commit: bool = True) -> Any:
        saved = super().save(commit)
        more = self.more.cleaned_data if self.may_add else {}
        if more.get("copied"):
            self._take_over(more["copied"])
        for weekday in more.get("days", ()):
            for opens, closes in more["ranges"]:
                self._add(weekday, opens, closes)
        return saved

    def _take_over(self, source: Resource) -> None:
        for row in list(self._rows().all()):
            self.deleted_objects.append(row)
            row.delete()
        for row in source.weeklyhours.all():
            self._add(row.weekday, row.opens, row.closes)

    def _add(self, weekday: int, opens: Any, closes: Any) -> None:
        row, is_new = self._rows().get_or_create(weekday=weekday, opens=opens, closes=closes)
        if is_new:
            self.new_objects.append(row)

    def _rows(self) -> Any:
        return self.instance.weeklyhours


def _names(weekdays: Sequence[int]) -> list[tuple[int, str]]:
    return [(day, str(WeeklyHours.Weekday(day).label)) for day in weekdays]


def _without_rows(owner: Model, weekdays: Sequence[int]) -> str:
    if isinstance(owner, Project):
        return _("None: as its resources have them. Hours here narrow those.")
    for above in _above(owner):
        if week := week_in_words(above.weeklyhours.all(), weekdays):
            return _("None: as %(name)s has them, %(week)s.") % {"name": above, "week": week}
    return _("None: open day and night.")


def _above(owner: Model) -> list[Any]:
    """Whose hours count for an owner without any, the nearest first."""
    if isinstance(owner, Site):
        return []
    place = owner.location if isinstance(owner, Resource) else None
    return [*([place] if isinstance(place, Location) else []), Site.current()]


class WeeklyHoursInline(Table):
    model = WeeklyHours
    formset = WeekFormSet
    template = "admin/bookings/hours.html"
    fields = ["weekday", "opens", "closes"]
    formfield_overrides = TO_THE_MINUTE
    extra = 0
    verbose_name_plural = gettext_lazy("weekly hours")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.may_add = self.has_add_permission(request, obj)
        formset.sources = self._sources(request, obj)
        formset.weekdays = site_of(request).weekdays
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[WeeklyHours]:
        first = site_of(request).weekdays[0]
        rows: QuerySet[WeeklyHours] = super().get_queryset(request)
        return rows.order_by((F("weekday") + 7 - first) % 7, "opens")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "weekday":
            kwargs["choices"] = [*BLANK_CHOICE_DASH, *_names(site_of(request).weekdays)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def _sources(self, request: HttpRequest, obj: Any) -> QuerySet[Resource]:
        """The resources with a week of their own that this member of staff may see on their own page."""
        desk = self.admin_site.get_model_admin(Resource)
        if not (desk.has_view_permission(request) and self.has_delete_permission(request, obj)):
            return Resource.objects.none()
        with_a_week = WeeklyHours.objects.filter(resource__isnull=False).values("resource")
        rows = desk.get_queryset(request).filter(pk__in=with_a_week)
        return rows.exclude(pk=obj.pk) if isinstance(obj, Resource) else rows


class DatedHoursInline(Table):
    model = DatedHours
    fields = ["first", "last", "opens", "closes", "note"]
    formfield_overrides = TO_THE_MINUTE
    extra = 1
    verbose_name_plural = gettext_lazy("dated exceptions: other hours, or closed")


HOURS: list[Any] = [WeeklyHoursInline, DatedHoursInline]


def hours_of(owner: str) -> Parts:
    """The tables of hours that hang on a row, for its history."""
    return ((WeeklyHours, owner), (DatedHours, owner))
