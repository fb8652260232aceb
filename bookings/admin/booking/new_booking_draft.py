"""One showing of the page that books: what is chosen so far, the day's free times, and the time that is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import refusals
from bookings.admin.booking.new_booking_forms import NewBookingForm
from bookings.admin.booking.new_booking_start import (
    LastTime,
    Times,
    customer_of,
    held_in_words,
    hold_time,
    people_named,
    seen_of,
    told_before,
    typed_in,
)
from bookings.admin.booking.new_booking_tokens import held_by, hold_token, turn_token
from bookings.admin.booking.verb_forms import StaffCustomerForm, open_sessions
from bookings.admin.fields.wall_clock import read_instant
from bookings.admin.form_page import form_page_context
from bookings.availability.catalogue_at_once import catalogue_at_once
from bookings.errors import BookingError
from bookings.graphs.flow import Flow
from bookings.lifecycle import Actor
from bookings.models import Calendar, GraphVersion, Person, Project, Resource
from bookings.staff_limits import narrowed, resources_seen_by
from bookings.times import short_day


class Draft:
    """One showing of the page: what is chosen so far, and the time that is held meanwhile."""

    def __init__(
        self,
        request: HttpRequest,
        projects: list[Project],
        project: Project | None,
        version: GraphVersion,
        person: Person | None,
        last: LastTime | None,
        asked: dict[str, Any],
    ) -> None:
        self.asked, self.projects, self.now = asked, projects, timezone.now()
        self.seen = resources_seen_by(request.user)
        self.request, self.project, self.version, self.person = request, project, version, person
        self.last = last if last and project and last.booking.project_id == project.pk else None
        self.held = held_by(request.POST.get("hold", ""), request.user)
        self.refused = ""
        self.turn = request.POST.get("turn", "")
        self.catalogue = seen_of(catalogue_at_once(project), self.seen) if project else None
        self.times: Times | None = None

    def forms(
        self, data: Any, chosen: dict[str, Any] | None = None, customer: dict[str, Any] | None = None
    ) -> tuple[NewBookingForm, StaffCustomerForm | None]:
        may_overlap = self.request.user.has_perm("bookings.override_overlap")
        form = NewBookingForm(
            data,
            initial=chosen,
            project=self.project,
            version=self.version,
            known=self.known,
            user=self.request.user,
            may_overlap=may_overlap,
        )
        if not self.version.needs_customer:
            return form, None
        return form, StaffCustomerForm(data, project=self.project, initial=customer)

    @cached_property
    def known(self) -> dict[str, list[Any]]:
        """What may be chosen in each field, read once."""
        claims_seat, catalogue = self.version.claims_seat, self.catalogue
        everybody = narrowed(Resource.objects.live(), self.seen)
        resources = [link.resource for link in catalogue.links] if catalogue else everybody
        bookable = [] if claims_seat else [one for one in resources if not one.is_test]
        return {
            "resource": bookable,
            "calendar": _calendars_to_choose(bookable),
            "option": list(catalogue.options) if catalogue else [],
            "session": list(open_sessions(self.project, self.request.user)) if claims_seat else [],
        }

    def times_for(self, chosen: dict[str, Any]) -> Times | None:
        """The free times for what is chosen; none for seats, and where there is no project."""
        if self.catalogue is None or self.version.claims_seat:
            return None
        self.times = Times.of(self.catalogue, chosen, self.now, self.held).like(self.times)
        return self.times

    def shown(self) -> tuple[NewBookingForm, StaffCustomerForm | None]:
        """The forms with what was typed or is known, once what was pressed is done."""
        blank, about = self.forms(None)
        if self.request.method == "POST":
            chosen = typed_in(blank, self.request.POST)
            customer = typed_in(about, self.request.POST) if about else {}
            if "take" in self.request.POST:
                chosen |= self._take(chosen)
            return self.forms(None, chosen, customer)
        chosen = self.last.what if self.last else {}
        chosen |= self.asked if "clock" in self.asked else self._first_time(chosen | self.asked)
        return self.forms(None, chosen, self._known())

    def _known(self) -> dict[str, Any]:
        return customer_of(self.person, self.last) if self.person else {}

    def _first_time(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """The next free time of today, for whoever stands at the counter."""
        times = self.times_for(chosen)
        if times is None:
            return {}
        first = times.first()
        if first is None:
            return {"day": times.day}
        start, resource, why = first
        self.turn = turn_token(start, why, self.request.user) if why else ""
        return _starting(start, resource)

    def _take(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """Hold the time that was pressed, in place of the one before."""
        start = read_instant(self.request.POST["take"])
        times = self.times_for(chosen)
        if times is None or start is None:
            return {}
        try:
            self.held = hold_time(times, start, Actor.staff(self.request.user), self.held, self.seen)
        except BookingError as refused:
            self.refused = refusals.sentence(refused)
            return {}
        return _starting(self.held.start, self.held.resource)

    def page(
        self, model_admin: ModelAdmin, form: NewBookingForm, customer: StaffCustomerForm | None
    ) -> HttpResponse:
        asked = [form, customer] if customer else [form]
        title = _("New booking: %(what)s") % {"what": self.project or self.version.graph}
        context = form_page_context(model_admin, self.request, title=title, forms=asked, submit=_("Book"))
        chosen: dict[str, Any] = {
            name: form[name].value() for name in ("option", "resource", "day") if name in form.fields
        }
        times = self.times_for(chosen)
        context |= {
            "projects": sorted(self.projects, key=lambda one: one.name.casefold()),
            "project": self.project,
            "typed": self.request.GET.get("q", ""),
            "people": people_named(self.request),
            "person": self.person,
            "last": self.last,
            "times": list(times.buttons()) if times else None,
            "times_day": short_day(datetime.combine(times.day, time(12), times.zone), times.zone)
            if times
            else "",
            "hold": hold_token(self.held, self.request.user) if self.held else "",
            "turn": self.turn,
            "held": held_in_words(self.held) if self.held else "",
            "refused": self.refused,
            "told": told_before(Flow.of(self.version).create.target),
            "blocked": getattr(self.person, "block", None) if self.seen is None else None,
        }
        return TemplateResponse(self.request, "admin/bookings/booking/new_booking.html", context)


def _calendars_to_choose(resources: Iterable[Resource]) -> list[Calendar]:
    """Those elsewhere that take bookings, of whoever has several; in order of their names."""
    of = {one.pk for one in resources}
    rows = (
        list(Calendar.objects.taking_bookings().filter(resource__in=of).select_related("resource"))
        if of
        else []
    )
    amounts = Counter(row.resource_id for row in rows)
    several = [row for row in rows if amounts[row.resource_id] > 1]
    return sorted(
        several, key=lambda row: (str(row.resource).casefold(), not row.primary, row.name.casefold())
    )


def _starting(start: datetime, resource: Resource) -> dict[str, Any]:
    """A start as the form takes it, on the clock of its resource."""
    local = start.astimezone(ZoneInfo(resource.timezone))
    return {"resource": resource.pk, "day": local.date(), "clock": local.strftime("%H:%M")}
