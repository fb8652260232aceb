"""Projects with their options, resources, hours and layers: a page in the order in which one thinks."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.admin import project_parts
from bookings.admin.feeds import FEED, WithFeed
from bookings.admin.fields.pictures import PICTURES
from bookings.admin.hours import HOURS, hours_of
from bookings.admin.mixins import InOrder, KeptOnceBooked, RecordedAdmin, ShownByWidgets, Table, ValuesFilter
from bookings.admin.project_forms import (
    OptionForm,
    OptionPageForm,
    OptionResourceForm,
    OptionsFormSet,
    ProjectForm,
    ProjectResourcePageForm,
    ResourceOrNewForm,
    ResourceSelect,
    ResourcesFormSet,
)
from bookings.admin.sandbox import FOR_TESTS, PRESS, say_how_many
from bookings.availability.why_not_offered import reasons_of, why_not_offered
from bookings.graph_words import graph_words
from bookings.languages import site_of
from bookings.layers import graph_name
from bookings.models import GraphVersion, Option, OptionResource, Project, ProjectResource, Resource
from bookings.sandbox import copy_projects

MOST_CHOICES = 200
"""Up to so many resources stand in a plain choice; more are looked for by typing."""


class OptionInline(InOrder, ShownByWidgets, Table):
    model = Option
    form = OptionForm
    formset = OptionsFormSet
    fields = ["label", "length", "price", "currency", "position"]
    extra = 0
    min_num = 1
    show_change_link = True
    verbose_name_plural = _("options: each with a length, and a price where it has one")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.usual_currency = site_of(request).currency
        return formset


class ProjectResourceInline(InOrder, ShownByWidgets, Table):
    model = ProjectResource
    form = ResourceOrNewForm
    formset = ResourcesFormSet
    fields = ["resource", "new_name", "weight", "position"]
    extra = 0
    show_change_link = True
    verbose_name = _("resource")
    verbose_name_plural = _("who or what can be booked")
    asks_who_does_what = True

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new project needs somebody or something to book."""
        return 1 if obj is None else 0

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """An empty row, since without a script no other can be added."""
        return 0 if obj is None else 1

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        may_make = request.user.has_perm("bookings.add_resource")
        return [name for name in super().get_fields(request, obj) if may_make or name != "new_name"]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.may_make = request.user.has_perm("bookings.add_resource")
        return formset

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("resource")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A plain choice, which works without a script, as long as it can be overlooked."""
        if db_field.name == "resource" and Resource.objects.count() > MOST_CHOICES:
            kwargs["widget"] = ResourceSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PartOfAProject(InOrder, RecordedAdmin):
    """Reached from its project only; here its own layer of settings is edited."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Option)
class OptionAdmin(PartOfAProject):
    form = OptionPageForm
    readonly_fields = ["project"]
    fieldsets = [
        (None, {"fields": ["project", "label", "length", "price", "currency", "position"]}),
        (_("Booking settings"), {"fields": ["booking"]}),
    ]


class OptionsOfResourceInline(ShownByWidgets, Table):
    """What differs for one of many resources, whose pairs are too many for the project's own table."""

    model = OptionResource
    form = OptionResourceForm
    fields = ["option", "offered", "length", "price"]
    extra = 1
    verbose_name_plural = _("options of this resource, where they differ")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change the resource's place in the project may say what it does there."""
        return bool(request.user.has_perm("bookings.change_projectresource"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("bookings.view_projectresource"))

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        if obj is not None and "option" in formset.form.base_fields:
            formset.form.base_fields["option"].queryset = obj.project.options.all()
        return formset


@admin.register(ProjectResource)
class ProjectResourceAdmin(PartOfAProject):
    form = ProjectResourcePageForm
    inlines = [OptionsOfResourceInline]
    list_select_related = ["resource"]
    readonly_fields = ["project", "resource"]
    fieldsets = [
        (None, {"fields": ["project", "resource", "position", "weight", "length", "price"]}),
        (_("Booking settings"), {"fields": ["booking"]}),
    ]


class ProjectList(ChangeList):
    """Reads for all projects of the page at once what their bookings follow and why nobody can book them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        reasons = reasons_of(rows)
        titles = dict(GraphVersion.objects.published().values_list("graph__name", "graph__title"))
        for row in rows:
            row.why_not = reasons[row.pk]
            row.follows = graph_words(titles.get(graph_name(row), ""))
        self.result_list = rows


def join_sentences(sentences: list[Any]) -> str:
    return " ".join(str(sentence) for sentence in sentences)


class Part(NamedTuple):
    """A part of the page, its tables above its fields.  ``holds`` names the line that a closed one says."""

    title: Any
    fields: list[Any]
    tables: tuple[Any, ...] = ()
    holds: str = ""


PARTS = [
    Part(_("What it is and what it costs"), ["name", "summary", "visibility"], (OptionInline,)),
    Part(_("Who or what, and when"), ["place", "location"], (ProjectResourceInline, *HOURS)),
    Part(_("What the customer is asked"), ["customer_fields", "consent"], holds="questions"),
    Part(_("Rules"), ["booking", "pay_url"], holds="rules"),
    Part(
        _("How times are found"),
        ["availability", "availability_constraints", "needs_fresh_calendars"],
        holds="times",
    ),
    Part(
        _("Messages"),
        ["sends_mail", "email", "after_booking", "reminders", "calendar_words", *FEED],
        holds="messages",
    ),
    Part(
        _("Looks"), ["description", ("heading", "position"), "image", "mark", "logo", "accent"], holds="looks"
    ),
    Part(
        _("For programs"),
        ["slug", *FOR_TESTS, "agents", "embed_origins", "return_origins", "ui", "meta"],
        holds="programs",
    ),
]


@admin.register(Project)
class ProjectAdmin(WithFeed, KeptOnceBooked, RecordedAdmin):
    form = ProjectForm
    change_form_template = "admin/bookings/project/change_form.html"
    formfield_overrides = PICTURES
    inlines = [table for part in PARTS for table in part.tables]
    history_parts = (
        (Option, "project"),
        (ProjectResource, "project"),
        (OptionResource, "link__project"),
        *hours_of("project"),
    )
    list_display = ["name", "can_be_booked", "heading", "visibility", "follows", "is_test"]
    list_filter = ["visibility", "is_test", ("heading", ValuesFilter)]
    show_full_result_count = False
    actions = ["copy_for_tests"]
    search_fields = ["name", "slug"]
    fieldsets = [(part.title, {"fields": part.fields}) for part in PARTS]

    @admin.display(description=_("can be booked"))
    def can_be_booked(self, project: Any) -> str:
        if not project.why_not:
            return gettext("yes")
        return format_html(
            '<strong class="not-yet">{}</strong> {}', gettext("no:"), join_sentences(project.why_not)
        )

    @admin.display(description=_("its bookings are"))
    def follows(self, project: Any) -> str:
        return str(project.follows)

    def view_on_site(self, project: Any) -> str | None:
        """The page on which customers choose a time, where there is one for them."""
        return reverse("pages:choose", args=[project.slug]) if project.is_reachable else None

    @admin.action(description=PRESS, permissions=["add"])
    def copy_for_tests(self, request: HttpRequest, projects: QuerySet[Project]) -> None:
        say_how_many(request, len(copy_projects(projects)))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ProjectList

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(deleted_at=None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that an API key is limited to stays: without it the key would be limited to nothing."""
        may = super().has_delete_permission(request, obj)
        return may and not (obj is not None and obj.keys.active().exists())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.save_who_does_what()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["parts"] = shown_parts(context)
        context["why_not"] = why_not_offered(context["original"]) if context.get("original") else []
        return super().render_change_form(request, context, *args, **kwargs)


def shown_parts(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts as the page shows them; one in which something is wrong stands open."""
    form, tables = context["adminform"].form, context["inline_admin_formsets"]
    parts = []
    for part, fieldset in zip(PARTS, context["adminform"], strict=True):
        fieldset.name = None  # the part says it
        own = [table for table in tables if isinstance(table.opts, part.tables)]
        wrong = not form.errors.keys().isdisjoint(flatten(fieldset.fields)) or any(
            table.formset.total_error_count() for table in own
        )
        holds = project_parts.SAYS[part.holds](form.instance) if part.holds else ""
        parts.append(
            {"title": part.title, "fieldset": fieldset, "tables": own, "holds": holds, "open": wrong}
            | {"closes": bool(part.holds)}
        )
    return parts
