"""What is done by one press, by POST alone; then back to where it was pressed; a refusal is said there in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.admin.today.news import mark_all_seen
from bookings.errors import BookingError
from bookings.lifecycle import Actor, available_actions
from bookings.models import Booking, OutboxMessage
from bookings.refusals import sentences
from bookings.staff_limits import OF_OTHERS, begins_to_take_others, limited


def _back(request: HttpRequest, place: str = "") -> HttpResponse:
    """To the page of the desk that ``back`` names, at a place of it; to the first page where it names none."""
    asked = request.POST.get("back", "")
    secure = request.is_secure()
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=secure)
    url = asked if is_ours and asked.startswith("/") else reverse("admin:index")
    return HttpResponseRedirect(f"{url}#{place}" if place else url)


def _booking(request: HttpRequest, pk: Any) -> Booking:
    if not request.user.has_perm("bookings.decide_booking"):
        raise PermissionDenied
    rows = limited(Booking.objects.live(), request.user).select_related(
        "state", "version", "resource", "customer"
    )
    booking = rows.filter(pk=pk).first()
    if booking is None:
        raise Http404
    return booking


def _do(request: HttpRequest, booking: Booking, verb: Callable[[], Booking], said: str) -> None:
    """Play it and say so, in ``said`` with the name and the state; or say why not."""
    name = str(getattr(booking, "customer", None) or booking.reference)
    try:
        played = verb()
    except BookingError as refused:
        for told in sentences(refused, booking, booking.resource.timezone):
            messages.error(request, _("%(name)s: %(sentence)s") % {"name": name, "sentence": told})
        return
    messages.success(request, said % {"name": name, "state": played.state})


def press_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Answer a request; its mails wait until that can no longer be taken back.  Raises PermissionDenied."""
    booking = _booking(request, pk)
    name, by = request.POST.get("action", ""), Actor.staff(request.user)
    action = next((one for one in available_actions(booking, by) if one.name == name), None)
    if action and begins_to_take_others(booking, action, request.user):
        messages.error(request, OF_OTHERS)
        return _back(request, "waiting")
    said = _("%(name)s: %(state)s.")
    _do(request, booking, lambda: lifecycle.press(booking, name, by=by), said)
    return _back(request, "waiting")


def take_back_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Take an answer back.  Raises PermissionDenied."""
    booking = _booking(request, pk)
    said = _("%(name)s is again: %(state)s. Nobody was told.")
    _do(request, booking, lambda: lifecycle.take_back(booking, by=Actor.staff(request.user)), said)
    return _back(request, "waiting")


def attended_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Note whether the customer came, or take that back.  Raises PermissionDenied."""
    booking = _booking(request, pk)
    noted = request.POST.get("attendance", "")
    if noted not in Booking.Attendance.values:
        raise Http404
    said = {
        Booking.Attendance.ARRIVED: _("%(name)s arrived."),
        Booking.Attendance.NO_SHOW: _("%(name)s did not come."),
        Booking.Attendance.UNKNOWN: _("%(name)s: taken back."),
    }[Booking.Attendance(noted)]
    by = Actor.staff(request.user)
    _do(request, booking, lambda: lifecycle.note_attendance(booking, noted, by=by), said)
    return _back(request, f"b-{booking.reference}")


def seen_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Note that the reader knows all the news.  Raises PermissionDenied."""
    if not request.user.has_perm("bookings.view_booking"):
        raise PermissionDenied
    mark_all_seen(request.user)
    return _back(request)


def retry_page(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Have a message that was given up tried again at once.  Raises PermissionDenied."""
    if not request.user.has_perm("bookings.change_outboxmessage"):
        raise PermissionDenied
    if limited(OutboxMessage.objects.failed_lately(), request.user).filter(pk=pk).try_again():
        messages.success(request, _("It is tried again now."))
    else:
        messages.warning(request, _("It waits or went out by now."))
    return HttpResponseRedirect(reverse("admin:bookings_booking_wrong"))
