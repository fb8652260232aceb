"""A booking that staff make on one page: for whom, what and when; another graph is chosen on a page before."""

from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bookings import lifecycle, refusals
from bookings.admin.booking.conflicts import broken_rules
from bookings.admin.booking.new_booking_forms import ChooseForm, NewBookingForm
from bookings.admin.booking.new_booking_start import (
    AskedForm,
    LastTime,
    Times,
    customer_of,
    held_by,
    held_in_words,
    hold_time,
    hold_token,
    let_go,
    people_named,
    person_named,
    told_before,
    typed_in,
)
from bookings.admin.booking.verb_forms import StaffCustomerForm
from bookings.admin.form_page import form_page, form_page_context, posted_data
from bookings.errors import BookingError
from bookings.forms import BookingForm, Contact, CustomerForm, Scope, resolve
from bookings.graphs.flow import Flow
from bookings.layers import graph_name
from bookings.lifecycle import Actor
from bookings.models import Block, Booking, GraphVersion, Person, Project, Reservation, Resource
from bookings.times import short_day

STARTING_POINTS = {"resource_id": "resource", "start": "clock", "end": "length", "option_id": "option"}


def choose_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The first step: for which project, or along which graph.  Raises PermissionDenied."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = ChooseForm(posted_data(request))
    if form.is_valid():
        chosen = {"project": form.cleaned_data["project"], "graph": form.cleaned_data["graph"]}
        named = {name: row.pk if name == "project" else row.name for name, row in chosen.items() if row}
        query = request.GET.dict() | named
        return HttpResponseRedirect(f"{reverse('admin:bookings_booking_new')}?{urlencode(query)}")
    return form_page(model_admin, request, title=_("New booking"), forms=[form], submit=_("Next"))


def new_booking_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The page that books: who, when and what, with the day's free times.  Raises PermissionDenied.

    Without a project or graph it is about the first project; where there is none, it leads to the choice.
    """
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    person = person_named(request)
    last = LastTime.of(person)
    link = AskedForm(request.GET)
    named = {"project", "graph"} & set(request.GET)
    first = ChooseForm(request.GET if named else _usual(last, link.resource_asked))
    version = _version(first)
    if version is None:
        kept = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponseRedirect(reverse("admin:bookings_booking_add") + kept)
    draft = _Draft(request, first.cleaned_data["project"], version, person, last, link.chosen())
    if request.method == "POST" and not {"take", "look"} & set(request.POST):
        form, customer = draft.forms(request.POST)
        asked = [form, customer] if customer else [form]
        if all(one.is_valid() for one in asked) and (booking := _book(request, form, customer, draft.held)):
            messages.success(request, _("%(reference)s is booked.") % {"reference": booking.reference})
            return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[booking.pk]))
    else:
        form, customer = draft.shown()
    return draft.page(model_admin, form, customer)


def people_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """At most ten people for what is typed, as JSON: id, name, and how they are reached.  Raises PermissionDenied."""
    if not (model_admin.has_add_permission(request) and request.user.has_perm("bookings.view_person")):
        raise PermissionDenied
    rows = [
        {"id": one.pk, "name": one.name, "reached": one.phone or one.email} for one in people_named(request)
    ]
    return JsonResponse({"people": rows}, headers={"Cache-Control": "no-store"})


def release_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The page that held a time was left: the time is free again.  Raises PermissionDenied."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    let_go(held_by(request.POST.get("hold", ""), request.user), Actor.staff(request.user))
    return HttpResponse(status=204)


def _usual(last: LastTime | None, resource: Resource | None) -> dict[str, Any]:
    """What was booked last time, else the first project: of that resource, where one is asked for."""
    projects = Project.objects.live()
    if resource:
        projects = projects.filter(resources=resource)
    elif last:
        return {"project": last.booking.project_id}
    project = projects.values_list("pk", flat=True).first()
    return {"project": project} if project else {}


class _Draft:
    """One showing of the page: what is chosen so far, and the time that is held meanwhile."""

    def __init__(
        self,
        request: HttpRequest,
        project: Project | None,
        version: GraphVersion,
        person: Person | None,
        last: LastTime | None,
        asked: dict[str, Any],
    ) -> None:
        self.asked = asked
        self.request, self.project, self.version, self.person = request, project, version, person
        self.last = last if last and project and last.booking.project_id == project.pk else None
        self.held = held_by(request.POST.get("hold", ""), request.user)
        self.refused, self.times = "", None if project is None or version.claims_seat else project

    def forms(
        self, data: Any, chosen: dict[str, Any] | None = None, customer: dict[str, Any] | None = None
    ) -> tuple[NewBookingForm, StaffCustomerForm | None]:
        may_overlap = self.request.user.has_perm("bookings.override_overlap")
        form = NewBookingForm(
            data, initial=chosen, project=self.project, version=self.version, may_overlap=may_overlap
        )
        if not self.version.needs_customer:
            return form, None
        return form, StaffCustomerForm(data, project=self.project, initial=customer)

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
        if self.times is None:
            return {}
        times = Times.of(self.times, chosen, timezone.now())
        found = times.found()[:1]
        taker = times.taker(found[0]) if found else None
        return _starting(found[0].start, taker) if taker else {"day": times.day}

    def _take(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """Hold the time that was pressed, in place of the one before."""
        start = parse_datetime(self.request.POST["take"]) if len(self.request.POST["take"]) < 40 else None
        if self.times is None or start is None or start.tzinfo is None:
            return {}
        times = Times.of(self.times, chosen, timezone.now())
        try:
            self.held = hold_time(times, start, Actor.staff(self.request.user), self.held)
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
        times = Times.of(self.times, chosen, timezone.now(), self.held) if self.times else None
        context |= {
            "projects": Project.objects.live().order_by("name"),
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
            "held": held_in_words(self.held) if self.held else "",
            "refused": self.refused,
            "told": told_before(Flow.of(self.version).create.target),
            "blocked": self.person and Block.objects.filter(person=self.person).first(),
        }
        return TemplateResponse(self.request, "admin/bookings/booking/new_booking.html", context)


def _starting(start: datetime, resource: Resource) -> dict[str, Any]:
    """A start as the form takes it, on the clock of its resource."""
    local = start.astimezone(ZoneInfo(resource.timezone))
    return {"resource": resource.pk, "day": local.date(), "clock": local.strftime("%H:%M")}


def _version(form: ChooseForm) -> GraphVersion | None:
    """The published version that the first step names, or None if it names nothing."""
    if not form.is_valid():
        return None
    graph, project = form.cleaned_data["graph"], form.cleaned_data["project"]
    name = graph.name if graph else graph_name(project)
    versions = GraphVersion.objects.published().select_related("graph")
    return versions.filter(graph__name=name).first()


def _book(
    request: HttpRequest, form: NewBookingForm, person: CustomerForm | None, held: Reservation | None
) -> Booking | None:
    """Book what was typed; None where something is wrong, which the forms then say."""
    resolved = resolve(form.as_request(), Scope.everything())
    whole = BookingForm(resolved, contact=Contact.NONE, customer_form=person)
    if not whole.is_valid():
        _say(form, whole.errors)
        return None
    draft = whole.draft()
    draft.staff_note, draft.overstepped = (
        form.cleaned_data["staff_note"],
        form.cleaned_data.get("overstepped", ""),
    )
    if not (draft.session or form.cleaned_data.get("confirmed")):
        form.broken_rules = broken_rules(draft, timezone.now(), companions=whole.companions())
    if form.broken_rules:
        return None
    try:
        return lifecycle.book(
            draft,
            graph=form.version.graph.name,
            by=Actor.staff(request.user),
            customer=whole.customer(),
            companions=whole.companions(),
            reservation=held,
            else_anew=True,
        )
    except BookingError as refused:
        form.add_error(None, refusals.sentence(refused))
        return None


def _say(form: NewBookingForm, errors: dict[str, list[str]]) -> None:
    """Put the sentences of the common form beside the fields that staff see; the rest stand above them."""
    for name, sentences in errors.items():
        field = STARTING_POINTS.get(name, name.removeprefix("settings."))
        for sentence in sentences:
            if field in form.fields:
                form.add_error(field, sentence)
            else:
                form.add_error(None, f"{name}: {sentence}")
