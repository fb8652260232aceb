"""The page that takes time: who, from when until when; then what becomes of each booking inside; then what was done."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.calendar.who_is_told import told_in_words
from bookings.admin.fields.wall_clock import read_wall_clock
from bookings.admin.form_page import booking_line, posted_data
from bookings.admin.taking_time.forms import DAYS, DayField, TakeTimeForm
from bookings.admin.taking_time.inside import Inside, bookings_inside, of_others
from bookings.admin.taking_time.ways import Line, WayForm, played, settled_before
from bookings.admin.times_in_words import span_in_words
from bookings.languages import site_of
from bookings.lifecycle import Actor
from bookings.lifecycle.taking_time import close_site, take_time
from bookings.models import Booking, Resource
from bookings.staff_limits import is_limited, limited
from bookings.times import zone_and_offset

SURE = "sure"


class MessageForm(forms.Form):
    """Words for everybody who is told."""

    message = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


def take_time_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Ask whose time; where bookings lie inside, what becomes of each; then take it.  Raises PermissionDenied.

    Sent twice, nothing is done twice.
    """
    if not request.user.has_perm("bookings.decide_booking"):
        raise PermissionDenied
    form = _form(request)
    if not form.is_valid() or _is_taken_along(form, request.user):
        return _page(model_admin, request, form)
    inside = bookings_inside(form.spans, request.user)
    data = request.POST if SURE in request.POST else None
    ways = [WayForm(data, inside=one, spans=form.spans) for one in inside]
    message = MessageForm(data)
    answered = [one.is_valid() for one in (*ways, message)]
    if inside and not all(answered):
        return _page(model_admin, request, form, rows=_rows(request, ways), message=message)
    _take(model_admin, request, form)
    by, words = Actor.staff(request.user), message.cleaned_data["message"] if inside else ""
    report = [played(way, by=by, message=words) for way in ways]
    report += [settled_before(one) for one in _settled(request, inside)]
    return _page(model_admin, request, form, taken=_taken(form), report=report)


def _is_taken_along(form: TakeTimeForm, user: Any) -> bool:
    """Whether a booking that the user may not see has the time, too; the form then says so, and nothing is done."""
    spans = of_others(form.spans, user)
    for resource, (start, end) in spans:
        words = {"name": resource.name, "when": span_in_words(start, end, resource.timezone)}
        said = _("%(name)s, %(when)s: a booking of others takes this time, too. Ask them to move it first.")
        form.add_error(None, said % words)
    return bool(spans)


def _form(request: HttpRequest) -> TakeTimeForm:
    resources = list(limited(Resource.objects.live(), request.user))
    site = site_of(request)
    initial = _asked_by_link(request, resources, site.timezone)
    may_close = request.user.has_perm("bookings.add_datedhours") and not is_limited(request.user)
    return TakeTimeForm(
        posted_data(request), resources=resources, site=site, may_close=may_close, initial=initial
    )


def _asked_by_link(request: HttpRequest, resources: list[Resource], site_zone: str) -> dict[str, Any]:
    """What a link filled in: whose time, the ``day`` or ``start`` and ``end``; today where nothing did."""
    asked = request.GET
    who = [one for one in resources if str(one.pk) == asked.get("resource")]
    zone = ZoneInfo(who[0].timezone if who else site_zone)
    day = DayField(required=False, validators=DAYS)
    try:
        named = day.clean(asked.get("day"))
    except forms.ValidationError:
        named = None
    initial: dict[str, Any] = {"first": named or timezone.now().astimezone(zone).date()}
    if who:
        initial["who"] = [str(who[0].pk)]
    start, end = (
        read_wall_clock(asked.get(name, ""), asked.get("zone", ""), zone) for name in ("start", "end")
    )
    if start:
        initial |= {"first": start.date(), "opens": start.time()}
    if start and end:
        initial |= {"last": end.date(), "closes": end.time()}
    return initial


def _rows(request: HttpRequest, ways: list[WayForm]) -> list[dict[str, Any]]:
    return [
        {"way": way, "line": booking_line(way.inside.booking)} | _told(request, way.inside) for way in ways
    ]


def _told(request: HttpRequest, inside: Inside) -> dict[str, list[str]]:
    booking, site = inside.booking, site_of(request)
    moved = told_in_words(booking, booking.state, site, after=booking) if inside.moves else []
    cancelled = told_in_words(booking, inside.cancel.target, site) if inside.cancel else []
    return {"told_if_moved": moved, "told_if_cancelled": cancelled}


def _take(model_admin: ModelAdmin, request: HttpRequest, form: TakeTimeForm) -> None:
    data = form.cleaned_data
    if form.closes_the_site:
        made: list[Any] = close_site(data["first"], data["last"], spans=form.spans, note=data["reason"])
    else:
        made = list(take_time(form.spans, what=data["reason"]))
    for one in made:
        model_admin.log_addition(request, one, [{"added": {}}])


def _settled(request: HttpRequest, inside: list[Inside]) -> list[Booking]:
    """Those that were asked about before, and are not inside any more."""
    known = {one.booking.pk for one in inside}
    names = [name.removeprefix("of-").removesuffix("-way") for name in request.POST if name.endswith("-way")]
    asked = {pk for name in names if (pk := _id(name))} - known
    rows = limited(Booking.objects.live(), request.user)
    return list(rows.in_full().filter(pk__in=asked)) if asked else []


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _taken(form: TakeTimeForm) -> list[str]:
    """What is taken now, in words: whole days by the clocks of each, times by those of the page."""
    if form.closes_the_site:
        return [_("The site is closed on these days, everybody with it.")]
    return [
        f"{one.name}: {span_in_words(*span, one.timezone if form.whole_days else str(form.zone))}"
        for one, span in form.spans.items()
    ]


def _page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    form: TakeTimeForm,
    *,
    rows: list[dict[str, Any]] | None = None,
    message: MessageForm | None = None,
    taken: list[str] | None = None,
    report: list[Line] | None = None,
) -> HttpResponse:
    zone = site_of(request).timezone
    context = {
        "title": _("Take time"),
        "form": form,
        "rows": rows,
        "message": message,
        "about": _taken(form) if rows else [],
        "taken": taken,
        "report": report,
        "is_left": [one for one in report or [] if not one.done],
        "zone": zone_and_offset(timezone.now(), zone),
    }
    whole = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts} | context
    return TemplateResponse(request, "admin/bookings/booking/take_time.html", whole)
