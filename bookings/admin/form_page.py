"""The page that asks before something is done: forms in order, and one button."""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from bookings.models import Booking
from bookings.times import clock_range, day, zone_and_offset


def ask(desk: ModelAdmin, request: HttpRequest, booking: Booking | None, **context: Any) -> HttpResponse:
    """The asking page.  ``forms`` are shown in order, ``submit`` stands on the button."""
    lines = {"booking": booking, "lead": lead(booking) if booking else ""}
    whole = asking(desk, request, **lines, **context)
    return TemplateResponse(request, "admin/bookings/form_page.html", whole)


def asking(desk: ModelAdmin, request: HttpRequest, **context: Any) -> dict[str, Any]:
    """What a page with forms needs besides: the desk's own context, and what the forms' controls load."""
    media = desk.media + sum((form.media for form in context["forms"]), forms.Media())
    return desk.admin_site.each_context(request) | {"opts": desk.opts, "media": media} | context


def lead(booking: Booking) -> str:
    """Which booking it is, in a line."""
    zone = booking.resource.timezone
    times = clock_range(booking.start, booking.end, zone)
    parts = [day(booking.start, zone), times, zone_and_offset(booking.start, zone), booking.resource.name]
    customer = getattr(booking, "customer", None)
    return " · ".join([*parts, customer.name] if customer else parts)


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: also a POST without a single field is one, GET is none."""
    return request.POST if request.method == "POST" else None
