"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from booking_site import health, media, metrics
from bookings.admin.passwords import SetPassword, forgotten
from bookings.admin.setup import how_to_set_up, set_up_by_link
from bookings.api.urls import start

urlpatterns = [
    path("v2/", include("bookings.api.urls")),  # first, since it is asked most
    path("v2", include(start)),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.page, name="metrics"),
    path("media/<path:name>", media.picture),
    path("setup/", how_to_set_up, name="how_to_set_up"),
    path("setup/<str:token>/", set_up_by_link, name="set_up_by_link"),
    path("admin/password/forgotten/", forgotten, name="forgotten_password"),
    path("admin/password/<str:uidb64>/<str:token>/", SetPassword.as_view(), name="set_password"),
    path("admin/", admin.site.urls),
    path("", include("bookings.agents.urls")),
    path("", include("bookings.urls")),
]
if settings.ANYMAIL:
    urlpatterns.append(path("anymail/", include("booking_site.bounce_webhooks")))
handler400 = "booking_site.bad_requests.bad_request"
