"""A booking that staff make, in two steps: for which project, then when and for whom."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import lifecycle, refusals
from bookings.admin.booking.conflicts import broken_rules
from bookings.admin.booking.new_booking_forms import ChooseForm, NewBookingForm
from bookings.admin.booking.verb_forms import StaffCustomerForm
from bookings.admin.form_page import form_page, posted_data
from bookings.errors import BookingError
from bookings.forms import BookingForm, Contact, CustomerForm, Scope, resolve
from bookings.layers import graph_name
from bookings.lifecycle import Actor
from bookings.models import Booking, GraphVersion

STARTING_POINTS = {"resource_id": "resource", "start": "clock", "end": "length", "option_id": "option"}


def choose_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The first step: for which project, or along which graph.  Raises PermissionDenied."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = ChooseForm(posted_data(request))
    if form.is_valid():
        chosen = {"project": form.cleaned_data["project"], "graph": form.cleaned_data["graph"]}
        query = {name: row.pk if name == "project" else row.name for name, row in chosen.items() if row}
        return HttpResponseRedirect(f"{reverse('admin:bookings_booking_new')}?{urlencode(query)}")
    return form_page(model_admin, request, title=_("New booking"), forms=[form], submit=_("Next"))


def new_booking_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The second step, which books; back to the first where that chose nothing.  Raises PermissionDenied."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    first = ChooseForm(request.GET)
    version = _version(first)
    if version is None:
        return HttpResponseRedirect(reverse("admin:bookings_booking_add"))
    project = first.cleaned_data["project"]
    may_overlap = request.user.has_perm("bookings.override_overlap")
    form = NewBookingForm(posted_data(request), project=project, version=version, may_overlap=may_overlap)
    person = StaffCustomerForm(posted_data(request), project=project) if version.needs_customer else None
    asked = [form, person] if person else [form]
    if all(one.is_valid() for one in asked) and (booking := _book(request, form, person)):
        messages.success(request, _("%(reference)s is booked.") % {"reference": booking.reference})
        return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[booking.pk]))
    title = _("New booking: %(what)s") % {"what": project or version.graph}
    return form_page(model_admin, request, title=title, forms=asked, submit=_("Book"))


def _version(form: ChooseForm) -> GraphVersion | None:
    """The published version that the first step names, or None if it names nothing."""
    if not form.is_valid():
        return None
    graph, project = form.cleaned_data["graph"], form.cleaned_data["project"]
    name = graph.name if graph else graph_name(project)
    versions = GraphVersion.objects.published().select_related("graph")
    return versions.filter(graph__name=name).first()


def _book(request: HttpRequest, form: NewBookingForm, person: CustomerForm | None) -> Booking | None:
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
