"""Graphs and their versions: drafts are edited as cards, what was published is only shown."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.admin.fields.plain import DurationField, DurationInput
from bookings.admin.form_page import form_page, posted_data
from bookings.admin.graph_editor.pages import edit_page, publish_page, try_page
from bookings.admin.graph_editor.rows import word_for
from bookings.admin.mixins import RecordedAdmin, ShownByWidgets, Table
from bookings.graphs.exchange import exported, imported
from bookings.graphs.picture import as_svg
from bookings.graphs.versions import DraftExists, new_draft
from bookings.models import Action, Graph, GraphVersion, State

MOST_BYTES = 500_000


def is_draft(version: GraphVersion | None) -> bool:
    """Whether there is a version that may still be edited."""
    return version is not None and version.status == GraphVersion.Status.DRAFT


class _Shown(Table):
    """For the tables of a version that is only shown."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StateInline(_Shown):
    model = State
    fields = ["name", "label", "occupies", "settled", "mail_to_customer", "mail_to_owner", "webhook"]


class _ActionForm(forms.ModelForm):
    automatic_after = DurationField(label=gettext_lazy("automatic after"), widget=DurationInput)

    class Meta:
        model = Action
        exclude: tuple[str, ...] = ()


class ActionInline(ShownByWidgets, _Shown):
    model = Action
    form = _ActionForm
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
    ]

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

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """A draft has a page of its own for those who may change it."""
        version = self.get_object(request, object_id) if object_id else None
        if version and is_draft(version) and self.has_change_permission(request, version):
            return edit_page(self, request, version)
        if version and request.method == "POST" and self.has_change_permission(request):
            messages.warning(request, _("This version was published meanwhile. What was typed is not saved."))
            return HttpResponseRedirect(request.path)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["picture"] = as_svg(kwargs["obj"])
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        super().response_delete(request, obj_display, obj_id)
        return HttpResponseRedirect(reverse("admin:bookings_graph_changelist"))

    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", own(self.publish), name="bookings_graphversion_publish"),
            path("<int:pk>/try/", own(self.try_out), name="bookings_graphversion_try"),
            path("<int:pk>/export/", own(self.export), name="bookings_graphversion_export"),
            path("<int:pk>/copy/", require_POST(own(self.copy)), name="bookings_graphversion_copy"),
            *super().get_urls(),
        ]

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        return publish_page(self, request, self._version(request, pk, "change_graphversion"))

    def try_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        return try_page(self, request, self._version(request, pk, "view_graphversion"))

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk, "view_graphversion")
        name = f"{version.graph.name}-{version.number}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return JsonResponse(exported(version), json_dumps_params={"indent": 2}, headers=headers)

    def copy(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk, "add_graph")
        title = _("Copy of %(graph)s") % {"graph": version.graph}
        draft = imported_as_new(json.dumps(exported(version)), title[:120])
        self.log_addition(request, draft, _("Copied."))
        return HttpResponseRedirect(reverse("admin:bookings_graphversion_change", args=[draft.pk]))

    def _version(self, request: HttpRequest, pk: int, permission: str) -> GraphVersion:
        if not request.user.has_perm(f"bookings.{permission}"):
            raise PermissionDenied
        return get_object_or_404(GraphVersion.objects.select_related("graph"), pk=pk)


def free_name(title: str) -> str:
    """What programs call a new graph of that title."""
    return word_for(title, set(Graph.objects.values_list("name", flat=True)), "graph")


def imported_as_new(text: str | bytes, title: str) -> GraphVersion:
    """A graph of that title, else of the file's; another name where somebody takes it at the same moment."""
    try:
        return imported(text, name=free_name(title or "graph"), title=title)
    except IntegrityError:
        return imported(text, name=free_name(title or "graph"), title=title)


class _ImportForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("JSON file"))
    title = forms.CharField(
        label=gettext_lazy("title"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Empty: as the file says."),
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is too large to be a graph."))
        content: bytes = file.read()
        return content

    def save(self) -> GraphVersion | None:
        """The draft of the new graph, or None with the file's errors at its field."""
        title = self.cleaned_data["title"]
        try:
            return imported_as_new(self.cleaned_data["file"], title)
        except forms.ValidationError as wrong:
            self.add_error("file", wrong)
            return None


class _GraphForm(forms.ModelForm):
    """The name for programs may be left to the title."""

    class Meta:
        model = Graph
        fields = ["title", "description", "name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = False

    def clean_name(self) -> str:
        return self.cleaned_data["name"] or self.instance.name or free_name(self.data.get("title", ""))


@admin.register(Graph)
class GraphAdmin(RecordedAdmin):
    form = _GraphForm
    change_form_template = "admin/bookings/graph/change_form.html"
    change_list_template = "admin/bookings/graph/change_list.html"
    fields = ["title", "description", "name"]
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
        own = self.admin_site.admin_view
        return [
            path("<int:pk>/draft/", require_POST(own(self.make_draft)), name="bookings_graph_draft"),
            path("import/", own(self.import_page), name="bookings_graph_import"),
            *super().get_urls(),
        ]

    def response_add(self, request: HttpRequest, obj: Graph, post_url_continue: Any = None) -> HttpResponse:
        """A new graph leads straight to its first draft."""
        if not request.user.has_perm("bookings.add_graphversion") or "_popup" in request.POST:
            answer: HttpResponse = super().response_add(request, obj, post_url_continue)
            return answer
        return self._draft_of(obj)

    def make_draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        graph = get_object_or_404(Graph, pk=pk)
        if not request.user.has_perm("bookings.add_graphversion"):
            raise PermissionDenied
        try:
            return self._draft_of(graph)
        except DraftExists as refused:
            messages.warning(request, _(str(refused)))
            found = refused.data["version"]
            return HttpResponseRedirect(reverse("admin:bookings_graphversion_change", args=[found]))

    def import_page(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perms(["bookings.add_graph", "bookings.add_graphversion"]):
            raise PermissionDenied
        form = _ImportForm(posted_data(request), request.FILES or None)
        if form.is_bound and form.is_valid() and (draft := form.save()):
            self.log_addition(request, draft.graph, _("Imported."))
            return HttpResponseRedirect(reverse("admin:bookings_graphversion_change", args=[draft.pk]))
        return form_page(self, request, title=_("Import a graph"), forms=[form], submit=_("Import"))

    def _draft_of(self, graph: Graph) -> HttpResponse:
        draft = new_draft(graph)
        return HttpResponseRedirect(reverse("admin:bookings_graphversion_change", args=[draft.pk]))
