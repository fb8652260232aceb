"""“Why not this time?”: each rule's verdict on a time, with a link to the object that decides."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.booking.new_booking_forms import stated_length
from bookings.admin.fields.choices import offer_rows
from bookings.admin.fields.wall_clock import WallClockForm
from bookings.admin.form_page import form_page_context
from bookings.admin.times_in_words import span_in_words
from bookings.availability.explain import explain_offering
from bookings.availability.offering import Offering, offering_with
from bookings.availability.parameters import ParametersError
from bookings.availability.verdicts import JudgedTime, Source
from bookings.graphs.flow import Flow
from bookings.layers import graph_name
from bookings.models import Booking, Event, Option, Project, Reservation, Resource
from bookings.staff_limits import is_limited, is_open_to, limited

OF_SOMEBODY = (Booking, Event, Reservation, Resource)
"""What stands with one resource, and is told to whoever sees that alone."""


class OptionChoice(forms.ModelChoiceField):
    """An option, named with its project."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.project}: {obj}"


class WhyForm(WallClockForm):
    """A time of a resource in a project; ``judged`` answers once it is valid."""

    project = forms.ModelChoiceField(Project.objects.none(), label=gettext_lazy("project"))
    resource = forms.ModelChoiceField(Resource.objects.none(), label=gettext_lazy("resource"))
    option = OptionChoice(
        Option.objects.none(),
        label=gettext_lazy("option"),
        required=False,
        help_text=gettext_lazy("Empty: the first."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "project", limited(Project.objects.live(), user))
        offer_rows(self, "resource", limited(Resource.objects.live(), user))
        options = Option.objects.filter(project__in=Project.objects.live()).select_related("project")
        offer_rows(self, "option", limited(options, user))
        self.order_fields(["project", "resource", "option", "day", "clock", "which"])
        self.start: datetime | None = None
        self.end: datetime | None = None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        project, resource, option = (data.get(name) for name in ("project", "resource", "option"))
        if project and resource and not project.links.filter(resource=resource).exists():
            self.add_error("resource", _("The project does not offer this resource."))
        elif project and option and option.project_id != project.pk:
            self.add_error("option", _("This is an option of another project."))
        elif project and resource:
            self.start = self.start_in(ZoneInfo(resource.timezone))
            length = stated_length(project, resource, option)
            self.end = self.start + length if self.start and length else None
        return data

    def judged(self, now: datetime) -> JudgedTime | None:
        """What each rule says; None where the project's settings cannot be read, which an error then says."""
        resource, offering = self.cleaned_data["resource"], self._offering()
        if self.start is None or self.end is None:
            return None
        undone = [] if offering.only else [resource]
        try:
            return explain_offering(offering, self.start, self.end, now, undone=undone).times[0]
        except ParametersError as error:
            for name, sentences in error.errors.items():
                self.add_error(None, [f"{name}: {sentence}" for sentence in sentences])
            return None

    def _offering(self) -> Offering:
        project, resource, option = (self.cleaned_data[name] for name in ("project", "resource", "option"))
        found = offering_with(project, option or project.options.first(), resource.pk)
        graph = graph_name(project, found.option, found.only.link if found.only else None)
        return replace(found, flow=Flow.if_published(graph))


@dataclass(frozen=True, kw_only=True)
class Decider:
    """The object that decides; ``url`` is empty where this person cannot open it."""

    name: str
    url: str
    note: str


def why_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The question and, once it was asked, what each rule says.  Raises PermissionDenied."""
    if not request.user.has_perm("bookings.view_resource"):
        raise PermissionDenied
    asked = request.GET if "day" in request.GET else None
    form = WhyForm(asked, initial=request.GET.dict(), user=request.user)
    context: dict[str, Any] = {}
    if form.is_valid() and (judged := form.judged(timezone.now())) is not None:
        context = {
            "offered": judged.offered,
            "time": _words(form),
            "verdicts": [
                (one, [_decider(request, source) for source in one.sources]) for one in judged.verdicts
            ],
        }
    title = _("Why not this time?")
    whole = form_page_context(
        model_admin, request, title=title, forms=[form], submit=_("Explain"), method="get"
    )
    return TemplateResponse(request, "admin/bookings/why.html", whole | context)


def _words(form: WhyForm) -> str:
    zone, start, end = form.cleaned_data["resource"].timezone, form.start, form.end
    assert start is not None and end is not None  # noqa: S101, PT018  # a verdict was given on them
    return span_in_words(start, end, zone)


def _decider(request: HttpRequest, source: Source) -> Decider:
    options, user = source.model._meta, request.user
    rows = source.model._default_manager.filter(pk=source.pk)  # noqa: SLF001  # of whichever model
    row = (limited(rows, user) if source.model in OF_SOMEBODY else rows).first()
    if row is None and source.model in OF_SOMEBODY and is_limited(user):
        return Decider(name=_("%(kind)s of others") % {"kind": options.verbose_name}, url="", note="")
    if isinstance(row, Reservation):
        name = span_in_words(row.start, row.end, row.resource.timezone)
    else:
        name = getattr(row, "reference", None) or str(row or "")
    url = ""
    is_theirs = user.has_perm(f"{options.app_label}.view_{options.model_name}")
    if row is not None and is_theirs and is_open_to(user, source.admin_url_name):
        url = reverse(source.admin_url_name, args=[source.pk])
    return Decider(name=f"{options.verbose_name} {name}", url=url, note=source.note)
