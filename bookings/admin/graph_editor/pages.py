"""The pages of a draft: its cards, the look before it is published, and what would happen to a booking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.choices import offer_rows
from bookings.admin.fields.plain import DurationField
from bookings.admin.graph_editor.draft import CHANGED_MEANWHILE, Draft
from bookings.graphs.difference import difference
from bookings.graphs.picture import as_svg
from bookings.graphs.validator import Drawing, Finding, faults, remarks
from bookings.graphs.versions import GraphHasProblems, NotADraft, publish
from bookings.lifecycle import Actor
from bookings.lifecycle.dry_run import dry_run
from bookings.models import Booking, Graph, GraphVersion, State

COUNTED_TO = 1000


class _CountOfSome(Subquery):
    """How many rows a query has that was cut at some number; no table is counted whole."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS some_of_them)"


def edit_page(model_admin: Any, request: HttpRequest, version: GraphVersion) -> HttpResponse:
    """The cards, and on POST all of them saved or none."""
    draft = Draft(version)
    if request.method == "POST":
        with transaction.atomic():
            draft = Draft(_locked(version), request.POST)
            saved = draft.is_editable and draft.is_valid()
            if saved:
                draft.save()
        if saved:
            model_admin.log_change(request, version, _("Changed as a whole."))
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.path)
    standing = _standing(version)
    for card in draft.cards:
        card.standing = standing.get(card.row.instance.name, 0) if card.row else 0
    context = _context(model_admin, request, version) | {"draft": draft, "most": COUNTED_TO}
    return TemplateResponse(request, "admin/bookings/graphversion/editor.html", context)


def publish_page(model_admin: Any, request: HttpRequest, version: GraphVersion) -> HttpResponse:
    """What is different from the version in force, who stays on that one, and the button."""
    here = HttpResponseRedirect(reverse("admin:bookings_graphversion_change", args=[version.pk]))
    if request.method == "POST":
        try:
            with transaction.atomic():
                draft = Draft(_locked(version))
                if draft.is_editable and draft.seen != request.POST.get("seen"):
                    messages.warning(request, CHANGED_MEANWHILE)
                    return HttpResponseRedirect(request.path)
                publish(version)
        except (NotADraft, GraphHasProblems) as refused:
            messages.error(request, _(str(refused)))
        else:
            model_admin.log_change(request, version, _("Published."))
            words = _("%(version)s is published: new bookings follow it, older ones stay on their version.")
            messages.success(request, words % {"version": version})
        return here
    if version.status != GraphVersion.Status.DRAFT:
        return here
    before = in_force(version)
    context = _context(model_admin, request, version) | {
        "differences": difference(before, version) if before else [],
        "stay": Booking.objects.filter(version=before)[: COUNTED_TO + 1].count() if before else 0,
        "most": COUNTED_TO,
        "seen": Draft(version).seen,
    }
    return TemplateResponse(request, "admin/bookings/graphversion/publish.html", context)


def _locked(version: GraphVersion) -> GraphVersion:
    """The version as it is once its graph is locked; raises Http404 where it was deleted meanwhile."""
    Graph.objects.select_for_update().filter(pk=version.graph_id).first()
    return get_object_or_404(GraphVersion.objects.select_related("graph"), pk=version.pk)


class _QuestionForm(forms.Form):
    state = forms.ModelChoiceField(
        State.objects.none(),
        label=gettext_lazy("A booking that is"),
        required=False,
        empty_label=gettext_lazy("not made yet"),
    )
    who = forms.ChoiceField(
        label=gettext_lazy("who acts"),
        choices=[
            ("customer", gettext_lazy("a customer")),
            ("owner", gettext_lazy("its owner")),
            ("staff", gettext_lazy("staff")),
            ("clock", gettext_lazy("the clock")),
        ],
    )
    before = DurationField(
        label=gettext_lazy("how long before it begins"), required=False, initial=timedelta(hours=2)
    )
    cut_off = DurationField(
        label=gettext_lazy("until when a customer may change it"),
        required=False,
        help_text=gettext_lazy("Counted back from its start, as projects say it; empty: until it begins."),
    )

    def __init__(self, version: GraphVersion, data: Any) -> None:
        super().__init__(data)
        offer_rows(self, "state", version.states.all())

    def answer(self, version: GraphVersion) -> Any:
        asked = self.cleaned_data
        return dry_run(
            version,
            asked["state"],
            Actor(asked["who"]),
            now=timezone.now(),
            before=asked["before"] or timedelta(),
            cut_off=asked["cut_off"],
        )


def try_page(model_admin: Any, request: HttpRequest, version: GraphVersion) -> HttpResponse:
    """What would happen to a booking, asked by a GET that writes nothing."""
    form = _QuestionForm(version, request.GET if "who" in request.GET else None)
    context = _context(model_admin, request, version) | {
        "form": form,
        "tried": form.answer(version) if form.is_bound and form.is_valid() else None,
    }
    return TemplateResponse(request, "admin/bookings/graphversion/try.html", context)


def in_force(version: GraphVersion) -> GraphVersion | None:
    """The version that new bookings of the same graph follow."""
    return GraphVersion.objects.published().filter(graph=version.graph_id).first()


def _context(model_admin: Any, request: HttpRequest, version: GraphVersion) -> dict[str, Any]:
    drawing = Drawing.of(version)
    context: dict[str, Any] = model_admin.admin_site.each_context(request)
    return context | {
        "title": str(version.graph),
        "subtitle": _("Draft %(number)s") % {"number": version.number},
        "opts": model_admin.opts,
        "original": version,
        "in_force": in_force(version),
        "faults": [*map(_placed, faults(drawing))],
        "remarks": [*map(_placed, remarks(drawing))],
        "picture": as_svg(version),
    }


def _placed(finding: Finding) -> dict[str, str]:
    """The sentence, and the part of the page that it is about."""
    row = finding.row
    place = "" if row is None else f"{'state' if isinstance(row, State) else 'action'}-{row.pk}"
    return {"text": finding.text, "place": place}


def _standing(version: GraphVersion) -> dict[str, int]:
    """How many bookings are in the states of the version in force, by the states' names; counted to a thousand."""
    some: QuerySet[Booking] = Booking.objects.filter(state=OuterRef("pk")).order_by()
    states = State.objects.filter(version=in_force(version))
    few = some.values("pk")[: COUNTED_TO + 1]
    counted = states.annotate(standing=_CountOfSome(few, output_field=IntegerField()))
    return dict(counted.values_list("name", "standing"))
