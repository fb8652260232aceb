"""A booking that was dragged: first the question, with who will be told; then the verb, or why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings import lifecycle
from bookings.admin.booking.verb_forms import MoveForm
from bookings.admin.booking.verb_pages import breaks_rules, permitted_booking
from bookings.admin.calendar.who_is_told import told_in_words
from bookings.admin.fields.plain import ZoneField
from bookings.admin.times_in_words import span_in_words
from bookings.errors import ActionNotAvailable, BookingError
from bookings.languages import site_of
from bookings.lifecycle import Actor, available_actions
from bookings.lifecycle.reschedule import continuation
from bookings.models import Booking, Resource, Site
from bookings.refusals import sentences
from bookings.staff_limits import OF_OTHERS, taking_others_along

MOST_MINUTES = 60 * 24 * 366


class DragForm(MoveForm):
    """Where it was dropped, by the clocks of the page; ``longer`` says by how many minutes it was drawn out."""

    zone = ZoneField()
    longer = forms.IntegerField(required=False, min_value=-MOST_MINUTES, max_value=MOST_MINUTES)
    go = forms.BooleanField(required=False)

    def __init__(self, *args: Any, booking: Booking, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, booking=booking, user=user, may_overlap=False, **kwargs)
        self.fields["resource"].error_messages["invalid_choice"] = _(
            "The project does not offer this resource."
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        longer = timedelta(minutes=self.cleaned_data.get("longer") or 0)
        if self.booking.length + longer <= timedelta():
            self.add_error("longer", _("The end must come after the start."))
        return self.cleaned_data

    def zone_of(self, resource: Resource) -> ZoneInfo:
        return ZoneInfo(self.cleaned_data.get("zone") or resource.timezone)

    @property
    def there(self) -> dict[str, Any]:
        there = super().there
        longer = timedelta(minutes=self.cleaned_data["longer"] or 0)
        return there | {"end": there["end"] + longer}


def drag_answer(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> JsonResponse:
    """``question`` with ``told`` before it is played, ``said`` afterwards; ``refused`` (409) with ``why`` and ``move``.

    Raises PermissionDenied, and Http404 for no such booking.
    """
    booking = permitted_booking(request, pk, "decide_booking")
    by = Actor.staff(request.user)
    form = DragForm(request.POST, booking=booking, user=request.user)
    is_valid = form.is_valid()
    if not any(one.continues for one in available_actions(booking, by)):
        return _refused(request, booking, form, sentences(ActionNotAvailable(), booking, _zone(booking)))
    if not is_valid:
        return _refused(request, booking, form, [str(one) for found in form.errors.values() for one in found])
    if taking_others_along([booking], request.user):
        return _refused(request, booking, form, [str(OF_OTHERS)])
    broken = breaks_rules(booking, form)
    if not form.cleaned_data["go"]:
        return JsonResponse(_question(booking, form, site_of(request)))
    if broken:
        return _refused(request, booking, form, form.broken_rules)
    try:
        moved = lifecycle.reschedule(booking, by=by, message=form.cleaned_data["message"], **form.there)
    except BookingError as refused:
        return _refused(request, booking, form, sentences(refused, booking, _zone(booking)))
    said = _("%(who)s: moved to %(when)s.") % {"who": _who(moved), "when": _when(form)}
    return JsonResponse({"said": said, "booking": reverse("admin:bookings_booking_change", args=[moved.pk])})


def _zone(booking: Booking) -> str:
    return booking.resource.timezone


def _question(booking: Booking, form: DragForm, site: Site) -> dict[str, Any]:
    there = form.there
    draft = continuation(booking, start=there["start"], end=there["end"], resource=there["resource"])
    draft.state = booking.state
    words = {"who": _who(booking), "when": _when(form), "resource": there["resource"].name}
    rules = _("A customer could not book this. %(rules)s") % {"rules": " ".join(form.broken_rules)}
    return {
        "question": _("Move %(who)s to %(when)s, %(resource)s?") % words,
        "told": told_in_words(booking, booking.state, site, after=draft),
        "rules": rules if form.broken_rules else "",
    }


def _who(booking: Booking) -> str:
    customer = getattr(booking, "customer", None)
    return str(customer or booking.what or booking.reference)


def _when(form: DragForm) -> str:
    there = form.there
    return span_in_words(there["start"], there["end"], str(form.zone_of(there["resource"])))


def _refused(request: HttpRequest, booking: Booking, form: DragForm, told: list[str]) -> JsonResponse:
    urls = {
        "move": reverse("admin:bookings_booking_move", args=[booking.pk]),
        "why": _why(request, booking, form),
    }
    return JsonResponse({"refused": told} | urls, status=409)


def _why(request: HttpRequest, booking: Booking, form: DragForm) -> str:
    """The page that explains the time, for those who may open it; it explains times of projects."""
    resource, start = form.cleaned_data.get("resource"), form.start
    if not (booking.project_id and resource and start and request.user.has_perm("bookings.view_resource")):
        return ""
    local = start.astimezone(ZoneInfo(resource.timezone))
    asked = {
        "project": booking.project_id,
        "resource": resource.pk,
        "day": local.date(),
        "clock": f"{local:%H:%M}",
    }
    if booking.option_id:
        asked["option"] = booking.option_id
    return f"{reverse('admin:bookings_resource_why')}?{urlencode(asked)}"
