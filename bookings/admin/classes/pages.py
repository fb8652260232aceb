"""The pages of classes: those to come with a form for a new one, and one of them with who comes."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.booking.facts import seats_in_words, with_places
from bookings.admin.booking.new_booking_start import told_before
from bookings.admin.classes.coming import MOST_SHOWN, WEEKS, day_asked, sessions_from, takers
from bookings.admin.classes.told import seats_told
from bookings.admin.form_page import booking_line, posted_data
from bookings.admin.series.booked import Row, pattern_of
from bookings.admin.series.forms import ClassForm
from bookings.admin.series.visible import bookings_of, projects_of, resources_of
from bookings.graphs.flow import Flow
from bookings.languages import site_of
from bookings.layers import graph_name
from bookings.lifecycle import Actor, available_actions
from bookings.lifecycle.notices import OFF
from bookings.models import Booking, GraphVersion
from bookings.times import clock, clock_range, day, zone_and_offset


def classes_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Sessions of four weeks with the seats that are taken; make new ones.  Raises PermissionDenied."""
    if not request.user.has_perm("bookings.view_booking"):
        raise PermissionDenied
    may_add = model_admin.has_add_permission(request)
    if request.method == "POST" and not may_add:
        raise PermissionDenied
    version = _version() if may_add else None
    form, row = (_form(request, version) if version else None), None
    if form and form.is_valid() and (pattern := pattern_of(form, None, request.user)):
        row = Row(request, form, pattern)
        if made := row.book():
            said = ngettext(
                "%(count)s date of the class is made.", "%(count)s dates of the class are made.", len(made)
            )
            messages.success(request, said % {"count": len(made)})
            first = made[0].start.astimezone(form.zone).date()
            return HttpResponseRedirect(f"{reverse('admin:bookings_booking_classes')}?from={first}")
    zone = ZoneInfo(site_of(request).timezone)
    first = day_asked(request.GET.get("from", ""), zone, timezone.now())
    found = sessions_from(request.user, first, zone)
    context = model_admin.admin_site.each_context(request) | {
        "opts": model_admin.opts,
        "title": _("Classes"),
        "clock": zone_and_offset(timezone.now(), zone),
        "sessions": [_in_the_list(one) for one in found[:MOST_SHOWN]],
        "are_more": len(found) > MOST_SHOWN,
        "first": day(datetime.combine(first, time(12), zone), zone),
        "before": first - WEEKS,
        "after": first + WEEKS,
        "form": form,
        "row": row,
        "told": told_before(Flow.of(version).create.target) if version else [],
    }
    return TemplateResponse(request, "admin/bookings/booking/classes.html", context)


def _version() -> GraphVersion | None:
    """The graph of sessions, the one that comes with the site where there are several."""
    versions = GraphVersion.objects.published().select_related("graph").filter(offers_seats=True)
    return min(versions, key=lambda one: (one.graph.name != "group_owner", one.graph.name), default=None)


def _form(request: HttpRequest, version: GraphVersion) -> ClassForm:
    taking = set(
        GraphVersion.objects.published()
        .filter(claims=GraphVersion.Claims.SEAT)
        .values_list("graph__name", flat=True)
    )
    projects = projects_of(request.user)
    ids = [one.pk for one in projects if graph_name(one) in taking]
    return ClassForm(
        posted_data(request),
        version=version,
        resources=resources_of(request.user),
        projects=projects.filter(pk__in=ids).order_by("name"),
    )


def _in_the_list(session: Booking) -> dict[str, Any]:
    zone = session.resource.timezone
    return {
        "booking": session,
        "name": session.what or str(session.project or session.resource),
        "day": day(session.start, zone),
        "times": clock_range(session.start, session.end, zone),
        "seats": seats_in_words(session),
        "is_full": session.seats_taken >= (session.max_seats or 0),
    }


def class_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Who comes to one session, ticked off by one press each.  Raises PermissionDenied and Http404."""
    if not request.user.has_perm("bookings.view_booking"):
        raise PermissionDenied
    session = bookings_of(request.user).in_full().filter(pk=pk, version__offers_seats=True).first()
    if session is None:
        raise Http404
    decides = request.user.has_perm("bookings.decide_booking")
    actions = available_actions(session, Actor.staff(request.user)) if decides else []
    site, zone, now = site_of(request), session.resource.timezone, timezone.now()
    context = model_admin.admin_site.each_context(request) | {
        "opts": model_admin.opts,
        "title": session.what or str(session.project or session.resource),
        "session": session,
        "line": booking_line(session),
        "seats": seats_in_words(session),
        "takers": [(one, with_places(one)) for one in takers(request.user, session)],
        "decides": decides,
        "has_begun": session.start <= now,
        "opens": clock(session.start, zone),
        "back": request.get_full_path(),
        "ends": [
            (one, seats_told(request.user, [session.pk], one, site))
            for one in actions
            if one.target.mail_to_customer in OFF and not one.continues
        ],
        "moves": any(one.continues for one in actions) and session.state.occupies,
    }
    return TemplateResponse(request, "admin/bookings/booking/class.html", context)
