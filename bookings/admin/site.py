"""The one row of the site."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from bookings.admin.fields.plain import CurrencyField, ZoneField
from bookings.admin.hours import HOURS, hours_of
from bookings.admin.mixins import RecordedAdmin
from bookings.admin.setup import missing_page, remove_demo_page, set_up_at_the_desk
from bookings.models import Site


class SiteForm(forms.ModelForm):
    timezone = ZoneField()
    currency = CurrencyField(required=True, label=_("Currency"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = Site
        exclude: tuple[str, ...] = ()


@admin.register(Site)
class SiteAdmin(RecordedAdmin):
    """There is one row: the list leads straight to it."""

    form = SiteForm
    inlines = HOURS
    history_parts = hours_of("site")
    fieldsets = [
        (None, {"fields": ["name", "address", "phone", "email"]}),
        (_("Place and words"), {"fields": ["country", "timezone", "language", "currency", "week_start"]}),
        (_("Law"), {"fields": ["imprint_url", "privacy_url"]}),
    ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:bookings_site_change", args=[Site.current().pk]))

    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view
        return [
            path("setup/", own(set_up_at_the_desk), name="bookings_site_setup"),
            path("missing/", own(missing_page), name="bookings_site_missing"),
            path("demo/", own(remove_demo_page), name="bookings_site_remove_demo"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
