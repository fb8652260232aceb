"""The calendar feed of a resource or a project, at its page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.effects.feeds import feed_url

FEED: list[Any] = ["feed", "renew_feed", "feed_address"]


class FeedForm(forms.ModelForm):
    """With a box that makes the address a new one."""

    renew_feed = forms.BooleanField(
        label=gettext_lazy("New address for the feed"),
        required=False,
        help_text=gettext_lazy("The one that is there stops at once."),
    )

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.cleaned_data.get("renew_feed"):
            self.instance.feed_nonce = ""
        return cleaned


class WithFeed(admin.ModelAdmin):
    """A page whose feed's address is seen by whoever sees bookings."""

    readonly_fields = ["feed_address"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and request.user.has_perm("bookings.view_booking"):
            return fieldsets
        return [(title, options | {"fields": _without(options["fields"])}) for title, options in fieldsets]

    @admin.display(description=gettext_lazy("address of the feed"))
    def feed_address(self, row: Any) -> str:
        address = feed_url(row)
        if not address:
            return _("none")
        said = _("Whoever has it sees what it tells. Google reads it once or twice a day, others more often.")
        return format_html("<code>{}</code><br>{}", address, said)


def _without(fields: Any) -> list[Any]:
    return [name for name in fields if name != "feed_address"]
