"""The staff's desk: Django's admin, in which bookings change through the verbs alone."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from bookings.admin.bookings import BookingAdmin
from bookings.admin.graphs import GraphAdmin, GraphVersionAdmin
from bookings.admin.keys import ApiKeyAdmin
from bookings.admin.outbox import OutboxMessageAdmin, WebhookAdmin
from bookings.admin.places import LocationAdmin, SiteAdmin
from bookings.admin.projects import OptionAdmin, ProjectAdmin, ProjectResourceAdmin
from bookings.admin.resources import ResourceAdmin

admin.site.site_header = admin.site.site_title = _("Staff's desk")
admin.site.index_title = _("What there is to do")
admin.site.enable_nav_sidebar = False

__all__ = [
    "ApiKeyAdmin",
    "BookingAdmin",
    "GraphAdmin",
    "GraphVersionAdmin",
    "LocationAdmin",
    "OptionAdmin",
    "OutboxMessageAdmin",
    "ProjectAdmin",
    "ProjectResourceAdmin",
    "ResourceAdmin",
    "SiteAdmin",
    "WebhookAdmin",
]
