"""The addresses under ``/v2``."""

from bookings.api.endpoints import api
from bookings.api.reference import pages
from bookings.api.routing import all_others, patterns

app_name = "v2"
urlpatterns = [*patterns(api), *pages.urls(), all_others]
start = [pattern for pattern in urlpatterns if pattern.name == "start"]
