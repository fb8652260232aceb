"""The calls, a module for each kind of thing; importing one mounts its calls on ``api``."""

from bookings.api.api import api
from bookings.api.endpoints import (
    action_links,
    app,
    availability,
    bookings,
    bulk,
    calendars,
    embed,
    events,
    graphs,
    groups,
    locations,
    projects,
    reservations,
    resources,
    retired,
    webhooks,
)

__all__ = [
    "action_links",
    "api",
    "app",
    "availability",
    "bookings",
    "bulk",
    "calendars",
    "embed",
    "events",
    "graphs",
    "groups",
    "locations",
    "projects",
    "reservations",
    "resources",
    "retired",
    "webhooks",
]
