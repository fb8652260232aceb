"""A booking that staff make on one page: for whom, what and when; another graph is chosen on a page before."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Value
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import lifecycle, refusals
from bookings.admin.booking.conflicts import broken_rules
from bookings.admin.booking.new_booking_draft import Draft
from bookings.admin.booking.new_booking_forms import ChooseForm, NewBookingForm
from bookings.admin.booking.new_booking_link import AskedForm
from bookings.admin.booking.new_booking_start import (
    LastTime,
    let_go,
    people_named,
    person_named,
)
from bookings.admin.booking.new_booking_tokens import held_by, turn_of
from bookings.admin.form_page import form_page, posted_data
from bookings.errors import BookingError
from bookings.forms import BookingForm, Contact, CustomerForm, Scope, resolve
from bookings.layers import graph_name
from bookings.lifecycle import Actor
from bookings.models import Booking, GraphVersion, Project, ProjectResource, Resource
from bookings.models.projects import ProjectQuerySet
from bookings.staff_limits import OF_OTHERS, limited, resources_seen_by, takes_others

STARTING_POINTS = {
    "resource_id": "resource",
    "start": "clock",
    "end": "length",
    "option_id": "option",
    "calendar_id": "calendar",
}


def choose_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The first step: for which project, or along which graph.  Raises PermissionDenied."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = ChooseForm(posted_data(request), user=request.user)
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
    last = LastTime.of(person, resources_seen_by(request.user))
    link = AskedForm(request.GET, request.user)
    projects = list(_projects(request.user, link.resource_asked))
    project, version = _asked_for(request, projects, last, link.resource_asked)
    if version is None:
        kept = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponseRedirect(reverse("admin:bookings_booking_add") + kept)
    draft = Draft(request, projects, project, version, person, last, link.chosen())
    if request.method == "POST" and not {"take", "look"} & set(request.POST):
        form, customer = draft.forms(request.POST)
        asked = [form, customer] if customer else [form]
        if all(one.is_valid() for one in asked) and (booking := _book(request, form, customer, draft)):
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


def _projects(user: Any, resource: Resource | None) -> ProjectQuerySet:
    """Those that the user may book; ``does_it`` says which of them offer that resource, all where none is asked for."""
    does_it = Exists(ProjectResource.objects.filter(project=OuterRef("pk"), resource=resource))
    return limited(Project.objects.live(), user).annotate(does_it=does_it if resource else Value(True))


def _asked_for(
    request: HttpRequest, projects: list[Project], last: LastTime | None, resource: Resource | None
) -> tuple[Project | None, GraphVersion | None]:
    """The project and the version that the address names, else those of last time, else of the first project."""
    if "graph" in request.GET:
        form = ChooseForm(request.GET, user=request.user)
        return (form.cleaned_data.get("project") if form.is_valid() else None), _version(form)
    if "project" in request.GET:
        asked = request.GET["project"]
        project = next((one for one in projects if asked in {str(one.pk), one.pk.hex}), None)
    else:
        before = last.booking.project_id if last and not resource else None
        usual = [one for one in projects if one.pk == before] if before else projects
        project = next((one for one in usual if vars(one)["does_it"]), None)
    return project, _published(graph_name(project)) if project else None


def _version(form: ChooseForm) -> GraphVersion | None:
    """The published version that the first step names, or None if it names nothing."""
    if not form.is_valid():
        return None
    graph, project = form.cleaned_data["graph"], form.cleaned_data["project"]
    return _published(graph.name if graph else graph_name(project))


def _published(graph: str) -> GraphVersion | None:
    return GraphVersion.objects.published().select_related("graph").filter(graph__name=graph).first()


def _book(
    request: HttpRequest, form: NewBookingForm, person: CustomerForm | None, shown: Draft
) -> Booking | None:
    """Book what was typed; None where something is wrong, which the forms then say."""
    resolved = resolve(form.as_request(), Scope.everything())
    whole = BookingForm(resolved, contact=Contact.NONE, customer_form=person)
    if not whole.is_valid():
        _say(form, whole.errors)
        return None
    if takes_others(whole.companions(), resources_seen_by(request.user)):
        form.add_error(None, OF_OTHERS)
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
            reservation=shown.held,
            else_anew=True,
            assignment=turn_of(shown.turn, draft, request.user),
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
