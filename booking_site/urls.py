"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from booking_site import health, media
from bookings.api.urls import start

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("media/<path:name>", media.picture),
    path("admin/", admin.site.urls),
    path("v2", include(start)),
    path("v2/", include("bookings.api.urls")),
    path("", include("bookings.urls")),
]
