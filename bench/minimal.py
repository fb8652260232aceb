"""The least a Django view can do to take a slot: JSON in, one guarded statement in one transaction, JSON out."""

import json
import os
import uuid
from datetime import datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import transaction  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

from bookings.availability.parts import alike  # noqa: E402
from bookings.lifecycle.claims import Claim, claim_pieces, pieces_of  # noqa: E402

EVENT = uuid.UUID(os.environ["BENCH_EVENT"])


def take(request: HttpRequest) -> JsonResponse:
    body = json.loads(request.body)
    start, end = (datetime.fromisoformat(body[name]) for name in ("start", "end"))
    wanted = Claim(pieces=pieces_of(alike([uuid.UUID(body["resource_id"])], end - start), start))
    with transaction.atomic():
        claimed = claim_pieces(wanted, event=EVENT)
    return JsonResponse({"data": body}, status=201 if claimed else 409)


urlpatterns = [path("v2/bookings", take)]
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
application = WSGIHandler()
