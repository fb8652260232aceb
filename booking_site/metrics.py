"""``/metrics``: what Prometheus, or whoever speaks its format, is told."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from ipaddress import ip_address

from django.conf import settings
from django.db.models import Count, Min
from django.db.models.functions import Coalesce, Now
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from booking_site.metrics_files import AllProcesses
from bookings import sql
from bookings.client_address import UNIX_SOCKET, client_address
from bookings.models import Connection, Occupancy, OutboxMessage, Reservation

BEARER = "Bearer "


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """For whoever brings METRICS_TOKEN or comes from METRICS_NETWORKS; to others there is no such page."""
    if not (_brings_the_token(request) or _comes_from_a_network(request)):
        raise Http404
    registry = CollectorRegistry()
    registry.register(AllProcesses())
    registry.register(OfTheDatabase())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _brings_the_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = BEARER + settings.METRICS_TOKEN
    return bool(settings.METRICS_TOKEN) and secrets.compare_digest(given.encode(), wanted.encode())


def _comes_from_a_network(request: HttpRequest) -> bool:
    address = client_address(request)
    return address != UNIX_SOCKET and any(ip_address(address) in one for one in settings.METRICS_NETWORKS)


class OfTheDatabase:
    """What is so at this moment, the same whichever process is asked; each by an index, in five queries."""

    def collect(self) -> Iterator[Metric]:
        yield self._holds()
        yield from self._queue()
        yield self._calendars()

    def describe(self) -> list[Metric]:
        """Nothing, or the library would ask the database when this is registered."""
        return []

    def _holds(self) -> Metric:
        metric = GaugeMetricFamily("booking_holds", "What is held at present, times and seats", labels=["of"])
        held = Occupancy.objects.filter(expires_at__gt=Now(), reservation__is_test=False)
        metric.add_metric(["time"], held.aggregate(count=Count("reservation", distinct=True))["count"])
        metric.add_metric(["seat"], Reservation.objects.live().filter(holds_seat=True, is_test=False).count())
        return metric

    def _queue(self) -> Iterator[Metric]:
        count = GaugeMetricFamily(
            "booking_queue", "Messages that are due and not sent yet, by kind", labels=["kind"]
        )
        age = GaugeMetricFamily(
            "booking_queue_age_seconds", "How long the oldest of them has been due", labels=["kind"]
        )
        now = sql.database_now()
        due = OutboxMessage.objects.live().waiting().filter(run_after__lte=now).order_by().values("kind")
        for row in due.annotate(count=Count("pk"), oldest=Min("run_after")):
            count.add_metric([row["kind"]], row["count"])
            age.add_metric([row["kind"]], (now - row["oldest"]).total_seconds())
        yield count
        yield age

    def _calendars(self) -> Metric:
        metric = GaugeMetricFamily(
            "booking_calendar_age_seconds",
            "How long ago the connected calendar was read that has waited longest",
        )
        read_at = Coalesce("synced_at", "created_at")
        connected = Connection.objects.exclude(state=Connection.State.LEAVING)
        oldest = connected.aggregate(oldest=Min(read_at))["oldest"]
        if oldest is not None:
            metric.add_metric([], max((sql.database_now() - oldest).total_seconds(), 0.0))
        return metric
