"""Holds: what customers hold at the moment and what became of it.  The verbs write them; staff may only look."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from bookings.admin.booking.search import BoundedPaginator
from bookings.admin.mixins import LiveOnly, Narrowed, ReadOnlyAdmin
from bookings.admin.times_in_words import span_in_words
from bookings.models import Reservation
from bookings.times import day_and_clock


@admin.register(Reservation)
class ReservationAdmin(Narrowed, ReadOnlyAdmin):
    list_display = ["when", "for_resource", "for_project", "places", "held_until", "released_at", "became"]
    list_select_related = ["resource", "project", "booking"]
    list_filter = [("resource", LiveOnly)]
    readonly_fields = ["when", "for_resource", "for_project", "places", "held_until", "released_at", "became"]
    fields = [*readonly_fields, "what", "created_at"]
    show_full_result_count = False
    paginator = BoundedPaginator
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reservation]:
        rows: QuerySet[Reservation] = super().get_queryset(request).filter(is_test=False)
        return rows

    @admin.display(description=gettext_lazy("when"), ordering="start")
    def when(self, hold: Reservation) -> str:
        return span_in_words(hold.start, hold.end, hold.resource.timezone)

    @admin.display(description=gettext_lazy("resource"), ordering="resource__name")
    def for_resource(self, hold: Reservation) -> str:
        return str(hold.resource)

    @admin.display(description=gettext_lazy("project"), ordering="project__name")
    def for_project(self, hold: Reservation) -> str:
        return str(hold.project or "")

    @admin.display(description=gettext_lazy("held until"), ordering="expires_at")
    def held_until(self, hold: Reservation) -> str:
        return day_and_clock(hold.expires_at, hold.resource.timezone)

    @admin.display(description=gettext_lazy("booking"), empty_value="")
    def became(self, hold: Reservation) -> Any:
        return hold.booking
