"""The rows of a booking by statements that are ready (``bench.floor``), served: JSON in, JSON out, and nothing else."""

import json
import os
import threading
from datetime import datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

from bench.floor import Floor  # noqa: E402
from bookings.models import Booking  # noqa: E402


class Floors(threading.local):
    """Of each resource, copies of its first booking; a thread's own, since what is prepared is its connection's."""

    def __init__(self) -> None:
        self.made: dict[str, Floor] = {}

    def of(self, resource: str) -> Floor:
        if resource not in self.made:
            self.made[resource] = Floor(Booking.objects.filter(resource=resource)[0])
        return self.made[resource]


FLOORS = Floors()


def take(request: HttpRequest) -> JsonResponse:
    body = json.loads(request.body)
    start, end = (datetime.fromisoformat(body[name]) for name in ("start", "end"))
    taken = FLOORS.of(body["resource_id"]).take(start, end)
    return JsonResponse({"data": body}, status=201 if taken else 409)


urlpatterns = [path("v2/bookings", take)]
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
application = WSGIHandler()
