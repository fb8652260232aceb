"""The page that asks before something is done: forms in order, and one button."""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from bookings.models import Booking
from bookings.times import clock_range, day, zone_and_offset


def form_page(
    model_admin: ModelAdmin, request: HttpRequest, *, booking: Booking | None = None, **context: Any
) -> HttpResponse:
    """``forms`` are shown in order, each under its ``heading``; ``submit`` stands on the button.

    ``booking`` is the one that it is about; what else may be said is told in the template.
    """
    lead = booking_line(booking) if booking else ""
    whole = form_page_context(model_admin, request, booking=booking, lead=lead, **context)
    return TemplateResponse(request, "admin/bookings/form_page.html", whole)


def form_page_context(model_admin: ModelAdmin, request: HttpRequest, **context: Any) -> dict[str, Any]:
    """What a page with forms needs besides: the admin's own context, and what the forms' controls load."""
    media = model_admin.media + sum((form.media for form in context["forms"]), forms.Media())
    return model_admin.admin_site.each_context(request) | {"opts": model_admin.opts, "media": media} | context


def booking_line(booking: Booking) -> str:
    """Which booking it is, in a line."""
    zone = booking.resource.timezone
    times = clock_range(booking.start, booking.end, zone)
    parts = [day(booking.start, zone), times, zone_and_offset(booking.start, zone), booking.resource.name]
    customer = getattr(booking, "customer", None)
    return " · ".join([*parts, customer.name] if customer else parts)


def posted_data(request: HttpRequest) -> Any:
    """What a form is bound to: also a POST without a single field is one, GET is none."""
    return request.POST if request.method == "POST" else None
