"""The rows of the site, one concept a module."""

from bookings.models.booking_queries import Meeting
from bookings.models.bookings import Booking
from bookings.models.config_versions import ConfigVersion
from bookings.models.connections import CalendarEntry, Channel, Connection
from bookings.models.customers import Customer
from bookings.models.demo_rows import DemoRow
from bookings.models.feeds import CalendarWords, Feed
from bookings.models.graphs import Action, Graph, GraphVersion, Mail, State
from bookings.models.history import HistoryEntry, Remark
from bookings.models.hours import DatedHours, WeeklyHours
from bookings.models.idempotency import IdempotencyKey
from bookings.models.keys import ApiKey
from bookings.models.last_looks import LastLook
from bookings.models.locations import Location
from bookings.models.mail_words import MailKind, MailWords
from bookings.models.occupancies import Occupancy
from bookings.models.options import Option, OptionResource
from bookings.models.outbox import OutboxMessage
from bookings.models.people import (
    Block,
    JoinedUpTo,
    Person,
    PersonAddress,
    PersonBooking,
    PersonProposal,
)
from bookings.models.project_resources import ProjectResource
from bookings.models.projects import Project, lent_place
from bookings.models.proofs import SpentProof
from bookings.models.recent_requests import RecentRequest
from bookings.models.request_counts import RequestCount
from bookings.models.reservations import Reservation
from bookings.models.resources import Calendar, Event, Resource
from bookings.models.sandbox import SandboxRow
from bookings.models.series import Series
from bookings.models.sites import Site
from bookings.models.staff import StaffLimit, StaffSession
from bookings.models.text_counts import TextCount
from bookings.models.upkeep import ReleaseFloor, Standstill, UpkeepRun, UpkeepWish
from bookings.models.webhooks import Webhook, WebhookCall

__all__ = [
    "Action",
    "ApiKey",
    "Block",
    "Booking",
    "Calendar",
    "CalendarEntry",
    "CalendarWords",
    "Channel",
    "ConfigVersion",
    "Connection",
    "Customer",
    "DatedHours",
    "DemoRow",
    "Event",
    "Feed",
    "Graph",
    "GraphVersion",
    "HistoryEntry",
    "IdempotencyKey",
    "JoinedUpTo",
    "LastLook",
    "Location",
    "Mail",
    "MailKind",
    "MailWords",
    "Meeting",
    "Occupancy",
    "Option",
    "OptionResource",
    "OutboxMessage",
    "Person",
    "PersonAddress",
    "PersonBooking",
    "PersonProposal",
    "Project",
    "ProjectResource",
    "RecentRequest",
    "ReleaseFloor",
    "Remark",
    "RequestCount",
    "Reservation",
    "Resource",
    "SandboxRow",
    "Series",
    "Site",
    "SpentProof",
    "StaffLimit",
    "StaffSession",
    "Standstill",
    "State",
    "TextCount",
    "UpkeepRun",
    "UpkeepWish",
    "Webhook",
    "WebhookCall",
    "WeeklyHours",
    "lent_place",
]
