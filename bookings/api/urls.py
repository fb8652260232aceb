"""The addresses under ``/v2``."""

from bookings.api.endpoints import api
from bookings.api.reference import pages
from bookings.api.routing import patterns

app_name = "v2"
urlpatterns = [*pages.urls(), *patterns(api)]
start = [pattern for pattern in urlpatterns if pattern.name == "start"]
