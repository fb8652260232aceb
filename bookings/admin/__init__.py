"""The staff's desk: Django's admin, in which bookings change through the verbs alone."""

from bookings.admin.booking.booking_admin import BookingAdmin
from bookings.admin.events import EventAdmin
from bookings.admin.graphs import GraphAdmin, GraphVersionAdmin
from bookings.admin.keys import ApiKeyAdmin
from bookings.admin.locations import LocationAdmin
from bookings.admin.mail_words import MailWordsAdmin
from bookings.admin.outbox import OutboxMessageAdmin
from bookings.admin.people.people_admin import PersonAdmin
from bookings.admin.projects import OptionAdmin, ProjectAdmin, ProjectResourceAdmin
from bookings.admin.reservations import ReservationAdmin
from bookings.admin.resources import ResourceAdmin
from bookings.admin.site import SiteAdmin
from bookings.admin.staff import RoleAdmin, StaffAdmin
from bookings.admin.webhooks import WebhookAdmin, WebhookCallAdmin

__all__ = [
    "ApiKeyAdmin",
    "BookingAdmin",
    "EventAdmin",
    "GraphAdmin",
    "GraphVersionAdmin",
    "LocationAdmin",
    "MailWordsAdmin",
    "OptionAdmin",
    "OutboxMessageAdmin",
    "PersonAdmin",
    "ProjectAdmin",
    "ProjectResourceAdmin",
    "ReservationAdmin",
    "ResourceAdmin",
    "RoleAdmin",
    "SiteAdmin",
    "StaffAdmin",
    "WebhookAdmin",
    "WebhookCallAdmin",
]
