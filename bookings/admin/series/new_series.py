"""Several dates for one client, made on one page; whatever cannot be had is named, with what is free instead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.booking.new_booking_start import LastTime, customer_of, person_named, told_before
from bookings.admin.booking.verb_forms import StaffCustomerForm
from bookings.admin.fields.choices import offer_rows
from bookings.admin.form_page import form_page_context, posted_data
from bookings.admin.series.booked import Row, pattern_of
from bookings.admin.series.forms import SeriesForm
from bookings.admin.series.visible import projects_of, resources_of
from bookings.graphs.flow import Flow
from bookings.layers import graph_name
from bookings.models import GraphVersion, Person, Project
from bookings.staff_limits import resources_seen_by


class AskedForm(forms.Form):
    """What the link to the page names."""

    project = forms.ModelChoiceField(Project.objects.none(), required=False)

    def __init__(self, data: Any, user: Any) -> None:
        super().__init__(data)
        offer_rows(self, "project", projects_of(user))
        self.full_clean()


def new_series_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Ask for whom, what and when; book all dates, or none and name those that cannot be had.

    Without a project it is about that of the last time, else about the first.  Raises PermissionDenied.
    """
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    person = person_named(request)
    last = LastTime.of(person, resources_seen_by(request.user))
    project = _project(request, last)
    version = _version(project) if project else None
    if version is None:
        return HttpResponseRedirect(reverse("admin:bookings_booking_add"))
    if version.claims_seat or version.offers_seats:
        messages.info(request, _("Seats of this project are booked one by one; its sessions are made here."))
        return HttpResponseRedirect(reverse("admin:bookings_booking_classes"))
    form, customer = _forms(request, project, version, person, last)
    asked = [form, customer] if customer else [form]
    row = None
    if all(one.is_valid() for one in asked) and (pattern := pattern_of(form, customer, request.user)):
        row = Row(request, form, pattern)
        if made := row.book():
            said = ngettext("%(count)s date is booked.", "%(count)s dates are booked.", len(made))
            messages.success(request, said % {"count": len(made)})
            page = "series" if made[0].series_id else "change"
            return HttpResponseRedirect(reverse(f"admin:bookings_booking_{page}", args=[made[0].pk]))
    context = form_page_context(
        model_admin, request, title=_("A series: %(what)s") % {"what": project}, forms=asked, submit=_("Book")
    )
    context |= {"row": row, "person": person, "told": told_before(Flow.of(version).create.target)}
    return TemplateResponse(request, "admin/bookings/booking/new_series.html", context)


def _project(request: HttpRequest, last: LastTime | None) -> Project | None:
    asked: Project | None = AskedForm(request.GET, request.user).cleaned_data.get("project")
    return asked or (last.booking.project if last else None) or projects_of(request.user).first()


def _version(project: Project) -> GraphVersion | None:
    versions = GraphVersion.objects.published().select_related("graph")
    return versions.filter(graph__name=graph_name(project)).first()


def _forms(
    request: HttpRequest,
    project: Project | None,
    version: GraphVersion,
    person: Person | None,
    last: LastTime | None,
) -> tuple[SeriesForm, StaffCustomerForm | None]:
    data = posted_data(request)
    same = last.what if last and project and last.booking.project_id == project.pk else {}
    form = SeriesForm(
        data, project=project, version=version, resources=resources_of(request.user), initial=same
    )
    if not version.needs_customer:
        return form, None
    known = customer_of(person, last) if person else {}
    return form, StaffCustomerForm(data, project=project, initial=known)
