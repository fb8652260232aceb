"""Projects with their options, resources, hours and layers."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Exists, ImageField, OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from bookings.admin.fields.layer import LayerField
from bookings.admin.fields.layer_keys import AvailabilityLayerForm, BookingLayerForm, WidgetLayerForm
from bookings.admin.fields.plain import DurationField, ObjectField, OriginsField
from bookings.admin.fields.stored_json import StoredJsonModelForm
from bookings.admin.fields.table import MapTableField, TableField
from bookings.admin.fields.table_rows import ConstraintRow, CustomerFieldRow, ReminderRow
from bookings.admin.hours import HOURS, hours_of
from bookings.admin.mixins import KeptOnceBooked, RecordedAdmin, ShownByWidgets
from bookings.models import Option, Project, ProjectResource
from bookings.pictures import PictureField

NO_WAY_TO_PAY = _("Not offered to customers: its graph asks for a payment, and there is no payment page.")


class ProjectForm(StoredJsonModelForm):
    booking = LayerField(BookingLayerForm, label=_("booking settings"))
    availability = LayerField(AvailabilityLayerForm, label=_("availability settings"))
    ui = LayerField(WidgetLayerForm, label=_("look of the widget"))
    customer_fields = MapTableField(
        CustomerFieldRow,
        label=_("customer fields"),
        help_text=_("name, email, phone, voip, comment and location are known; other keys are your own."),
    )
    reminders = TableField(ReminderRow, label=_("reminders"))
    availability_constraints = TableField(ConstraintRow, label=_("When it is offered"))
    embed_origins = OriginsField(
        label=_("Pages that may embed it"),
        required=False,
        help_text=_("One a line, like https://example.com; empty: none."),
    )
    meta = ObjectField(label=_("Meta"), required=False)

    class Meta:
        model = Project
        exclude: tuple[str, ...] = ()


class OptionForm(StoredJsonModelForm):
    length = DurationField(label=_("Length"), longer_than_zero=True)

    class Meta:
        model = Option
        exclude: tuple[str, ...] = ()


class OptionPageForm(OptionForm):
    booking = LayerField(BookingLayerForm, label=_("booking settings"))


class ProjectResourceForm(StoredJsonModelForm):
    length = DurationField(
        label=_("Length"),
        required=False,
        longer_than_zero=True,
        help_text=_("If it differs from the option's."),
    )

    class Meta:
        model = ProjectResource
        exclude: tuple[str, ...] = ()


class ProjectResourcePageForm(ProjectResourceForm):
    booking = LayerField(BookingLayerForm, label=_("booking settings"))


class OptionInline(ShownByWidgets, admin.TabularInline):
    model = Option
    form = OptionForm
    fields = ["label", "length", "price", "currency", "position"]
    extra = 0
    min_num = 1
    show_change_link = True


class ResourceSelect(AutocompleteSelect):
    """What is no id names no resource; Django's own looks for it all the same, and fails."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        try:
            return super().optgroups(name, value, attr)
        except ValidationError:
            return super().optgroups(name, [], attr)


class ProjectResourceInline(ShownByWidgets, admin.TabularInline):
    model = ProjectResource
    form = ProjectResourceForm
    fields = ["resource", "position", "length", "price"]
    extra = 0
    show_change_link = True

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "resource":
            kwargs["widget"] = ResourceSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PartOfAProject(RecordedAdmin):
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


@admin.register(ProjectResource)
class ProjectResourceAdmin(PartOfAProject):
    form = ProjectResourcePageForm
    list_select_related = ["resource"]
    readonly_fields = ["project", "resource"]
    fieldsets = [
        (None, {"fields": ["project", "resource", "position", "length", "price"]}),
        (_("Booking settings"), {"fields": ["booking"]}),
    ]


@admin.register(Project)
class ProjectAdmin(KeptOnceBooked, RecordedAdmin):
    form = ProjectForm
    formfield_overrides = {ImageField: {"form_class": PictureField}}
    inlines = [OptionInline, ProjectResourceInline, *HOURS]
    history_parts = ((Option, "project"), (ProjectResource, "project"), *hours_of("project"))
    list_display = ["name", "slug", "heading", "visibility", "graph", "payment"]
    list_filter = ["visibility", "heading"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (None, {"fields": ["name", "slug", "visibility", ("heading", "position"), "summary", "description"]}),
        (_("Place"), {"fields": ["place", "location", "email", "sends_mail"]}),
        (_("Look"), {"fields": ["image", "logo", "accent"]}),
        (_("Booking settings"), {"fields": ["booking"]}),
        (_("Free times"), {"fields": ["availability"], "classes": ["collapse"]}),
        (
            _("Further limits"),
            {"fields": ["availability_constraints"], "classes": ["collapse"]},
        ),
        (_("What the customer is asked"), {"fields": ["customer_fields", "consent"]}),
        (_("After the booking"), {"fields": ["after_booking", "pay_url"]}),
        (_("Reminders"), {"fields": ["reminders"], "classes": ["collapse"]}),
        (_("Widget"), {"fields": ["embed_origins", "ui"], "classes": ["collapse"]}),
        (_("For programs"), {"fields": ["meta"], "classes": ["collapse"]}),
    ]

    @admin.display(description=_("graph"))
    def graph(self, project: Project) -> str:
        return project.booking.get("graph") or ""

    @admin.display(description=_("Payment"))
    def payment(self, project: Project) -> str:
        return str(NO_WAY_TO_PAY) if vars(project).get("unpayable") else project.pay_url

    def get_queryset(self, request: HttpRequest) -> Any:
        unpayable = Exists(Project.objects.lacking_payment().filter(pk=OuterRef("pk")))
        return super().get_queryset(request).filter(deleted_at=None).annotate(unpayable=unpayable)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if vars(kwargs.get("obj") or self).get("unpayable"):
            messages.warning(request, NO_WAY_TO_PAY)
        return super().render_change_form(request, context, *args, **kwargs)
