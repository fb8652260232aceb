"""The rows of the site, one concept a module."""

from bookings.models.bookings import Booking
from bookings.models.customers import Customer
from bookings.models.demo_rows import DemoRow
from bookings.models.graphs import Action, Graph, GraphVersion, Mail, State
from bookings.models.history import HistoryEntry, Remark
from bookings.models.hours import DatedHours, WeeklyHours
from bookings.models.idempotency import IdempotencyKey
from bookings.models.keys import ApiKey
from bookings.models.locations import Location
from bookings.models.occupancies import Occupancy
from bookings.models.outbox import OutboxMessage
from bookings.models.projects import Option, OptionResource, Project, ProjectResource, lent_place
from bookings.models.proofs import SpentProof
from bookings.models.request_counts import RequestCount
from bookings.models.reservations import Reservation
from bookings.models.resources import Calendar, Event, Resource
from bookings.models.sites import Site
from bookings.models.webhooks import Webhook

__all__ = [
    "Action",
    "ApiKey",
    "Booking",
    "Calendar",
    "Customer",
    "DatedHours",
    "DemoRow",
    "Event",
    "Graph",
    "GraphVersion",
    "HistoryEntry",
    "IdempotencyKey",
    "Location",
    "Mail",
    "Occupancy",
    "Option",
    "OptionResource",
    "OutboxMessage",
    "Project",
    "ProjectResource",
    "Remark",
    "RequestCount",
    "Reservation",
    "Resource",
    "Site",
    "SpentProof",
    "State",
    "Webhook",
    "WeeklyHours",
    "lent_place",
]
