"""The addresses under ``/v2``.  Naming a module of views here mounts its calls."""

from importlib import import_module

from bookings.api import reference
from bookings.api.api import api
from bookings.api.routing import patterns

VIEWS = (
    "action_links",
    "app",
    "availability",
    "bookings",
    "bulk",
    "calendars",
    "embed",
    "events",
    "gone",
    "graphs",
    "groups",
    "projects",
    "reservations",
    "resources",
    "webhooks",
)
for module in VIEWS:
    import_module(f"bookings.api.{module}")

app_name = "v2"
urlpatterns = [*reference.urls(), *patterns(api)]
start = [pattern for pattern in urlpatterns if pattern.name == "start"]
