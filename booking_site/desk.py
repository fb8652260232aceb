"""The staff's desk as a site: its name, and what stands on its first page in which order."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# What staff do all day first, what is set up once last; other models follow by name.
ORDER = [
    "Booking",
    "Event",
    "Project",
    "Resource",
    "Location",
    "Site",
    "Graph",
    "OutboxMessage",
    "Webhook",
    "ApiKey",
]


class StaffDesk(AdminSite):
    site_header = site_title = _("Staff's desk")
    index_title = _("What there is to do")
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Bookings before accounts, and within them in the order above."""
        found: list[Any] = super().get_app_list(request, app_label)
        for one in found:
            one["models"].sort(key=lambda model: _place(model["object_name"]))
        return sorted(found, key=lambda one: one["app_label"] != "bookings")


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


class DeskConfig(AdminConfig):
    default_site = "booking_site.desk.StaffDesk"
