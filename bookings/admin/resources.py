"""Resources with their hours and calendars."""

from datetime import datetime
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.booking.why import why_page
from bookings.admin.calendars import CalendarPages
from bookings.admin.feeds import FEED, FeedForm, WithFeed
from bookings.admin.fields.pictures import PICTURES
from bookings.admin.fields.plain import LinesField, ObjectField, ZoneField
from bookings.admin.fields.slugs import SlugByItself
from bookings.admin.fields.stored_json import StoredJsonModelForm
from bookings.admin.fields.table import TableField
from bookings.admin.fields.table_rows import ConstraintRow
from bookings.admin.hours import HOURS, hours_of
from bookings.admin.mixins import KeptOnceBooked, Narrowed, RecordedAdmin, Table
from bookings.admin.sandbox import FOR_TESTS, PRESS, OnOneSide, say_how_many
from bookings.lifecycle import count_events, remove_calendar
from bookings.models import Calendar, Resource, Site
from bookings.sandbox import copy_resources
from bookings.staff_limits import is_limited

AS_PLACE_OR_SITE = gettext_lazy("as its location has it, without one as the site: %(zone)s")


class CalendarFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        if sum(bool(getattr(form, "cleaned_data", {}).get("primary")) for form in kept) > 1:
            raise ValidationError(_("One calendar can be the primary one."))

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        saved = super().save_existing(form, obj, commit=commit)
        if commit and "provider_sync" in form.changed_data:
            count_events(saved)
        return saved

    def delete_existing(self, obj: Any, commit: bool = True) -> None:
        if commit:
            remove_calendar(obj)


class CalendarInline(Table):
    model = Calendar
    formset = CalendarFormSet
    fields = ["name", "description", "primary", "provider_sync"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Calendar]:
        """This site's own; those elsewhere have a page of theirs."""
        return super().get_queryset(request).filter(provider=Calendar.Provider.OWN)


class ResourceForm(OnOneSide, FeedForm, SlugByItself, StoredJsonModelForm):
    timezone = ZoneField(required=False, initial="", help_text="")
    tags = LinesField(label=gettext_lazy("Tags"), required=False, help_text=gettext_lazy("One a line."))
    meta = ObjectField(label=gettext_lazy("Meta"), required=False)
    availability_constraints = TableField(ConstraintRow, label=gettext_lazy("When it is offered"))

    class Meta:
        model = Resource
        exclude: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "timezone" in self.fields:
            place, zone = self.instance.location, Site.current().timezone
            sentence = _("as %(place)s has it: %(zone)s") if place else AS_PLACE_OR_SITE
            words = {"place": place, "zone": place.timezone if place else zone}
            cast(ZoneField, self.fields["timezone"]).offer_none(str(sentence) % words)


@admin.register(Resource)
class ResourceAdmin(Narrowed, WithFeed, KeptOnceBooked, RecordedAdmin):
    """A resource that was booked stays as a record: it is retired and offered no more.

    A limited member of staff sees their own, and changes when those are open where their role may.
    """

    form = ResourceForm
    formfield_overrides = PICTURES
    change_form_template = "admin/bookings/resource/change_form.html"
    inlines = [*HOURS, CalendarInline]
    history_parts = hours_of("resource")
    list_display = ["name", "timezone", "location", "email", "offered", "is_test"]
    list_filter = [
        "is_test",
        ("location", admin.RelatedOnlyFieldListFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["location"]
    search_fields = ["name", "email"]
    actions = ["retire", "offer_again", "copy_for_tests"]
    fieldsets = [
        (None, {"fields": ["name", "email", "location", "timezone", "image"]}),
        (gettext_lazy("Bookings"), {"fields": ["daily_cap", "sends_mail", "meeting_url"]}),
        (gettext_lazy("In a calendar of one’s own"), {"fields": [*FEED]}),
        (
            gettext_lazy("Further limits"),
            {"fields": ["availability_constraints"], "classes": ["collapse"]},
        ),
        (
            gettext_lazy("For programs"),
            {
                "fields": ["slug", *FOR_TESTS, "first_name", "last_name", "tags", "meta"],
                "classes": ["collapse"],
            },
        ),
    ]

    @admin.display(description=gettext_lazy("offered"), boolean=True)
    def offered(self, resource: Resource) -> bool:
        return resource.deleted_at is None

    def may_change_fields(self, request: HttpRequest, obj: Any) -> bool:
        return super().has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Also of whoever changes the hours on the page alone; without a row, whether resources are set up."""
        if self.may_change_fields(request, obj):
            return True
        user = request.user
        return obj is not None and is_limited(user) and user.has_perm("bookings.change_weeklyhours")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the feed, whose address outlives a limit."""
        fieldsets = super().get_fieldsets(request, obj)
        if not is_limited(request.user):
            return fieldsets
        return [(title, options) for title, options in fieldsets if not {*FEED} & {*options["fields"]}]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or self.may_change_fields(request, obj) or not is_limited(request.user):
            return super().get_readonly_fields(request, obj)
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Of a row whose hours alone are changed nothing is read from what is sent."""
        if is_limited(request.user):
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change or self.may_change_fields(request, obj):
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A new resource gets the calendar that takes its bookings, as through the API."""
        super().save_related(request, form, formsets, change)
        form.instance.give_calendar()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(partial(why_page, self))
        why = path("why/", view, name="bookings_resource_why")
        return [why, *CalendarPages(self).urls, *super().get_urls()]

    @admin.action(description=gettext_lazy("Offer no more"), permissions=["change"])
    def retire(self, request: HttpRequest, resources: QuerySet[Resource]) -> None:
        count = _mark(resources.filter(deleted_at=None), timezone.now())
        messages.success(request, _("%(count)s resources are offered no more.") % {"count": count})

    @admin.action(description=gettext_lazy("Offer again"), permissions=["change"])
    def offer_again(self, request: HttpRequest, resources: QuerySet[Resource]) -> None:
        count = _mark(resources.exclude(deleted_at=None), None)
        messages.success(request, _("%(count)s resources are offered again.") % {"count": count})

    @admin.action(description=PRESS, permissions=["add"])
    def copy_for_tests(self, request: HttpRequest, resources: QuerySet[Resource]) -> None:
        say_how_many(request, len(copy_resources(resources)))


def _mark(resources: QuerySet[Resource], deleted_at: datetime | None) -> int:
    """Set it row by row, since an ``update()`` would leave nothing in their history; answers how many they were."""
    rows = list(resources)
    for row in rows:
        row.deleted_at = deleted_at
        row.save(update_fields=["deleted_at", "updated_at"])
    return len(rows)
