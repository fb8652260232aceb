"""Graphs and their versions: drafts are edited, what was published is only shown."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.admin.fields.plain import DurationField, DurationInput
from bookings.admin.mixins import InOrder, RecordedAdmin, ShownByWidgets
from bookings.graphs.picture import as_svg
from bookings.graphs.validator import problems
from bookings.graphs.versions import DraftExists, GraphHasProblems, NotADraft, new_draft, publish
from bookings.models import Action, Graph, GraphVersion, State


def is_draft(version: GraphVersion | None) -> bool:
    """Whether there is a version that may still be edited."""
    return version is not None and version.status == GraphVersion.Status.DRAFT


class DraftsOnly(InOrder, admin.TabularInline):
    """For the tables of a version: rows change while it is a draft, and never afterwards."""

    def has_add_permission(self, request: HttpRequest, obj: GraphVersion | None = None) -> bool:
        return is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: GraphVersion | None = None) -> bool:
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: GraphVersion | None = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)


class StateInline(DraftsOnly):
    model = State
    fields = [
        "name",
        "label",
        "occupies",
        "settled",
        "mail_to_customer",
        "mail_to_owner",
        "webhook",
        "position",
    ]
    extra = 0


class ActionForm(forms.ModelForm):
    automatic_after = DurationField(
        label=gettext_lazy("automatic after"),
        required=False,
        help_text=gettext_lazy("Played by the clock this long after the moment at the right; empty: never."),
        widget=DurationInput(attrs={"size": 12, "placeholder": "1 hour"}),
    )

    class Meta:
        model = Action
        exclude: tuple[str, ...] = ()


class ActionFormSet(forms.BaseInlineFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name in ("source", "target"):
            field = form.fields[name]
            field.queryset = self.states
            field.choices = [("", field.empty_label), *((one.pk, str(one)) for one in self.states)]

    @cached_property
    def states(self) -> QuerySet[State]:
        """The version's states, read once for all rows."""
        return State.objects.filter(version=self.instance)

    def clean(self) -> None:
        """What the database would refuse only when it is written, because the rows arrive together."""
        super().clean()
        rows = [
            form.cleaned_data for form in self.forms if form not in self.deleted_forms and form.is_valid()
        ]
        rows = [row for row in rows if row]
        if sum(row.get("source") is None for row in rows) > 1:
            raise ValidationError(
                _("One action only can create the booking: the one without a state before it.")
            )
        going = self.states_going()
        for row in rows:
            ends = {state.pk for state in (row.get("source"), row.get("target")) if state}
            if ends & going:
                raise ValidationError(
                    _("“%(action)s” needs a state that is to be deleted.") % {"action": row["label"]}
                )

    def get_unique_error_message(self, unique_check: Any) -> str:
        """Of the rows that arrive together; one beside the database's is refused by the constraint's words."""
        return _("Two actions that leave one state need different names.")

    def states_going(self) -> set[int]:
        """The ids of the states that this same request deletes."""
        boxes = [name for name in self.data if name.startswith("states-") and name.endswith("-DELETE")]
        ids = [self.data.get(name.removesuffix("DELETE") + "id", "") for name in boxes]
        return {int(one) for one in ids if one.isdecimal()}


class ActionInline(ShownByWidgets, DraftsOnly):
    model = Action
    form = ActionForm
    formset = ActionFormSet
    fields = [
        "name",
        "label",
        "source",
        "target",
        "by_customer",
        "by_owner",
        "by_staff",
        "by_clock",
        "input",
        "automatic_after",
        "automatic_from",
        "continues",
        "on_seats",
        "position",
    ]
    extra = 0
    verbose_name_plural = gettext_lazy("actions (save new states first, then lead actions to them)")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("source", "target")


@admin.register(GraphVersion)
class GraphVersionAdmin(RecordedAdmin):
    inlines = [StateInline, ActionInline]
    history_parts = ((State, "version"), (Action, "version"))
    can_put_back = False
    change_form_template = "admin/bookings/graphversion/change_form.html"
    fields = ["claims", "offers_seats", "needs_customer", "needs_times"]
    list_display = ["__str__", "number", "status", "published_at"]
    list_filter = ["status", "graph"]
    list_select_related = ["graph"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: GraphVersion | None = None) -> bool:
        return (obj is None or is_draft(obj)) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: GraphVersion | None = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        version = kwargs.get("obj")
        if version is not None:
            draft = is_draft(version)
            context |= {"problems": problems(version) if draft else [], "picture": as_svg(version)}
            context["can_publish"] = draft and self.has_change_permission(request, version)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        super().response_delete(request, obj_display, obj_id)
        return HttpResponseRedirect(reverse("admin:bookings_graph_changelist"))

    def get_urls(self) -> list[Any]:
        view = require_POST(self.admin_site.admin_view(self.publish))
        return [path("<int:pk>/publish/", view, name="bookings_graphversion_publish"), *super().get_urls()]

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(GraphVersion, pk=pk)
        if not request.user.has_perm("bookings.change_graphversion"):
            raise PermissionDenied
        try:
            publish(version)
        except (NotADraft, GraphHasProblems) as refused:
            messages.error(request, _(str(refused)))
        else:
            self.log_change(request, version, _("Published."))
            words = _("%(version)s is published: new bookings follow it, older ones stay on their version.")
            messages.success(request, words % {"version": version})
        return HttpResponseRedirect(reverse("admin:bookings_graphversion_change", args=[pk]))


@admin.register(Graph)
class GraphAdmin(RecordedAdmin):
    change_form_template = "admin/bookings/graph/change_form.html"
    fields = ["name", "title", "description"]
    history_parts = ((GraphVersion, "graph"),)
    list_display = ["title", "name", "published"]
    search_fields = ["name", "title"]

    @admin.display(description=gettext_lazy("published version"))
    def published(self, graph: Graph) -> str:
        found = [v.number for v in graph.versions.all() if v.status == GraphVersion.Status.PUBLISHED]
        return str(found[0]) if found else "—"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("versions")

    def get_readonly_fields(self, request: HttpRequest, obj: Graph | None = None) -> list[str]:
        """Programs know the name, so it stands still once a version was published."""
        was_published = obj is not None and any(not is_draft(version) for version in obj.versions.all())
        return ["name"] if was_published else []

    def has_delete_permission(self, request: HttpRequest, obj: Graph | None = None) -> bool:
        only_drafts = obj is not None and all(is_draft(version) for version in obj.versions.all())
        return only_drafts and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[Any]:
        view = require_POST(self.admin_site.admin_view(self.make_draft))
        return [path("<int:pk>/draft/", view, name="bookings_graph_draft"), *super().get_urls()]

    def make_draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        graph = get_object_or_404(Graph, pk=pk)
        if not request.user.has_perm("bookings.add_graphversion"):
            raise PermissionDenied
        try:
            draft = new_draft(graph)
        except DraftExists as refused:
            messages.warning(request, _(str(refused)))
            draft = GraphVersion.objects.get(pk=refused.data["version"])
        return HttpResponseRedirect(reverse("admin:bookings_graphversion_change", args=[draft.pk]))
