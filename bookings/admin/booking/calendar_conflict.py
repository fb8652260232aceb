"""The page of a booking that somebody changed in a connected calendar: both versions, and a button for each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.admin.form_page import booking_line
from bookings.admin.times_in_words import span_in_words
from bookings.calendars.conflicts import keep_ours, take_theirs
from bookings.calendars.standing import newest
from bookings.errors import BookingError
from bookings.lifecycle import Actor
from bookings.models import CalendarEntry
from bookings.refusals import sentence
from bookings.staff_limits import limited, sees


def conflict_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Both versions; a press on one of the buttons decides."""
    if not request.user.has_perm("bookings.decide_booking"):
        raise PermissionDenied
    rows = limited(CalendarEntry.objects.conflicting(), request.user).select_related("calendar__resource")
    entry = get_object_or_404(rows, pk=pk)
    booking = newest(entry.booking_id)
    if booking is None or booking.deleted_at or not sees(request.user, booking.resource_id):
        raise PermissionDenied
    if request.method == "POST" and _decided(request, entry):
        return HttpResponseRedirect(_booking_url(newest(entry.booking_id) or booking))
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Changed in a calendar: %(reference)s") % {"reference": booking.reference},
        "opts": model_admin.opts,
        "booking": booking,
        "entry": entry,
        "ours": booking_line(booking),
        "theirs": _theirs(entry),
    }
    return TemplateResponse(request, "admin/bookings/booking/calendar_conflict.html", context)


def _theirs(entry: CalendarEntry) -> str:
    if entry.their_start and entry.their_end and entry.conflict == CalendarEntry.Conflict.MOVED:
        return span_in_words(entry.their_start, entry.their_end, entry.calendar.resource.timezone)
    return str(entry.get_conflict_display())


def _decided(request: HttpRequest, entry: CalendarEntry) -> bool:
    """Whether it was decided; what forbids it is told."""
    if request.POST.get("keep") == "ours":
        keep_ours(entry)
        messages.success(request, _("The booking stays as it is, and the calendar is put right."))
        return True
    if request.POST.get("keep") != "theirs":
        return False
    try:
        take_theirs(entry, by=Actor.staff(request.user))
    except BookingError as refused:
        messages.error(request, sentence(refused))
        return False
    messages.success(request, _("The booking is as the calendar has it now; whoever is to know is told."))
    return True


def _booking_url(booking: Any) -> str:
    return reverse("admin:bookings_booking_change", args=[booking.pk])
