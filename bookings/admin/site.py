"""The one row of the site."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from bookings.admin.backups import backup_now, backups_page, new_backup_key
from bookings.admin.fields.pictures import PICTURES
from bookings.admin.fields.plain import CurrencyField, ZoneField
from bookings.admin.hours import HOURS, hours_of
from bookings.admin.mixins import RecordedAdmin
from bookings.admin.setup import missing_page, remove_demo_page, set_up_at_the_desk
from bookings.backups.state import in_words
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
    formfield_overrides = PICTURES
    inlines = HOURS
    history_parts = hours_of("site")
    fieldsets = [
        (None, {"fields": ["name", "address", "phone", "email"]}),
        (_("Place and words"), {"fields": ["country", "timezone", "language", "currency", "week_start"]}),
        (_("Looks"), {"fields": ["summary", "picture", "accent"]}),
        (_("Assistants"), {"fields": ["agents_may_book"]}),
        (_("Law"), {"fields": ["imprint_url", "privacy_url"]}),
        (_("Backups"), {"fields": ["backups"]}),
    ]
    readonly_fields = ["backups", "page_of_backups"]

    @admin.display(description=_("How it stands"))
    def backups(self, site: Site) -> str:
        return in_words()

    @admin.display(description=_("Backups"))
    def page_of_backups(self, site: Site) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:bookings_site_backups"), _("All about backups")
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever may change the site is led to the page of backups, too."""
        own = [*super().get_fieldsets(request, obj)]
        if self.has_change_permission(request, obj):
            own[-1] = (_("Backups"), {"fields": ["backups", "page_of_backups"]})
        return own

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:bookings_site_change", args=[Site.current().pk]))

    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view
        return [
            path("setup/", own(set_up_at_the_desk), name="bookings_site_setup"),
            path("missing/", own(missing_page), name="bookings_site_missing"),
            path("backups/", own(backups_page), name="bookings_site_backups"),
            path("backups/now/", own(backup_now), name="bookings_site_backup_now"),
            path("backups/key/", own(new_backup_key), name="bookings_site_backup_key"),
            path("demo/", own(remove_demo_page), name="bookings_site_remove_demo"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
