"""The forms of a project's page: its own columns and layers, its options, its resources."""

from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.feeds import FeedForm
from bookings.admin.fields.layer import FROM_THE_PROJECT, LayerField, Source
from bookings.admin.fields.layer_keys import (
    AvailabilityLayerForm,
    BookingLayerForm,
    ProjectBookingLayerForm,
    WidgetLayerForm,
)
from bookings.admin.fields.plain import CurrencyField, DurationField, ObjectField, OriginsField
from bookings.admin.fields.questions import CustomerFieldRow, QuestionsField
from bookings.admin.fields.slugs import SlugByItself
from bookings.admin.fields.stored_json import StoredJsonField, StoredJsonModelForm
from bookings.admin.fields.table import TableField
from bookings.admin.fields.table_rows import ConstraintRow, ReminderRow
from bookings.admin.sandbox import OnOneSide
from bookings.admin.who_does_what import WhoDoesWhat
from bookings.forms.questions import USUAL_QUESTIONS
from bookings.forms.reminders import USUAL_REMINDERS
from bookings.layers import flat
from bookings.models import Option, OptionResource, Project, ProjectResource, Resource
from bookings.money import digits_of
from bookings.sandbox import mixed
from bookings.slugs import free_slug
from bookings.typed_fields import NameInput, PriceInput


class ProjectForm(OnOneSide, FeedForm, WhoDoesWhat, SlugByItself, StoredJsonModelForm):
    booking = LayerField(ProjectBookingLayerForm, label=gettext_lazy("booking settings"))
    availability = LayerField(AvailabilityLayerForm, label=gettext_lazy("availability settings"))
    ui = LayerField(WidgetLayerForm, label=gettext_lazy("look of the widget"))
    customer_fields = QuestionsField(CustomerFieldRow, label=gettext_lazy("questions"))
    reminders = TableField(ReminderRow, label=gettext_lazy("reminders"))
    availability_constraints = TableField(ConstraintRow, label=gettext_lazy("When it is offered"))
    embed_origins = OriginsField(
        label=gettext_lazy("Pages that may embed it"),
        required=False,
        help_text=gettext_lazy("One a line, like https://example.com; empty: none."),
    )
    return_origins = OriginsField(
        label=gettext_lazy("Sites it may lead back to"),
        required=False,
        help_text=gettext_lazy("After a booking, where the link names a page there (return_to). One a line."),
    )
    meta = ObjectField(label=gettext_lazy("Meta"), required=False)

    class Meta:
        model = Project
        exclude: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = {"customer_fields": USUAL_QUESTIONS, "reminders": USUAL_REMINDERS}
        for name in usual.keys() & self.fields.keys() if self.instance._state.adding else ():
            cast(StoredJsonField, self.fields[name]).begin_from(usual[name])


class OptionForm(StoredJsonModelForm):
    length = DurationField(label=gettext_lazy("Length"), longer_than_zero=True)
    currency = CurrencyField()

    class Meta:
        model = Option
        exclude: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.currency and "price" in self.fields:
            cast(PriceInput, self.fields["price"]).digits = digits_of(self.instance.currency)


class ReadWithTheProject(forms.BaseInlineFormSet):
    """Its rows are those that are read for the table of who does what, and not once more."""

    @cached_property
    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = getattr(self.instance, self.fk.remote_field.get_accessor_name()).all()
        return found

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset() if self.instance._state.adding else self.rows


class OptionsFormSet(ReadWithTheProject):
    """An empty currency says which it will be: ``usual_currency``, the site's."""

    usual_currency = ""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "currency" in form.fields:
            label = _("currency (empty: %(currency)s)") % {"currency": self.usual_currency}
            form.fields["currency"].label = label
            form.fields["currency"].widget.attrs["placeholder"] = self.usual_currency


class InheritsFromItsProject(forms.ModelForm):
    """For a page with the layer of what belongs to a project."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "booking" in self.fields:
            layer = cast(LayerField, self.fields["booking"])
            layer.inherit_from(Source(FROM_THE_PROJECT, flat(self.instance.project.booking)))


class OptionPageForm(InheritsFromItsProject, OptionForm):
    booking = LayerField(BookingLayerForm, label=gettext_lazy("booking settings"))


class ProjectResourceForm(StoredJsonModelForm):
    length = DurationField(
        label=gettext_lazy("Length"),
        required=False,
        longer_than_zero=True,
        help_text=gettext_lazy("If it differs from the option's."),
    )

    class Meta:
        model = ProjectResource
        exclude: tuple[str, ...] = ()


class OptionResourceForm(StoredJsonModelForm):
    length = DurationField(label=gettext_lazy("Length"), required=False, longer_than_zero=True)

    class Meta:
        model = OptionResource
        exclude: tuple[str, ...] = ()


class ProjectResourcePageForm(InheritsFromItsProject, ProjectResourceForm):
    booking = LayerField(BookingLayerForm, label=gettext_lazy("booking settings"))


class ResourceOrNewForm(ProjectResourceForm):
    """A resource that there is, or the name of a new one, which is then made with its calendar."""

    new_name = NameInput(
        label=gettext_lazy("or a new one, called"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("A person, a room, a thing: it is made when the project is saved."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen, new_name = data.get("resource"), data.get("new_name")
        if chosen and new_name:
            self.add_error("new_name", _("Choose one that there is, or name a new one; not both in one row."))
        elif not (chosen or new_name or self.errors.keys() & {"resource", "new_name"}):
            self.add_error("resource", _("Say who or what is booked: choose one, or name a new one."))
        return data

    def save(self, commit: bool = True) -> ProjectResource:
        if name := self.cleaned_data.get("new_name"):
            made = Resource(
                name=name,
                slug=free_slug(name, Resource),
                location=self.instance.project.location,
                is_test=self.instance.project.is_test,
            )
            made.save()
            made.give_calendar()
            self.instance.resource = made
        row: ProjectResource = super().save(commit)
        return row


class ResourcesFormSet(ReadWithTheProject):
    """The choices are read once for all rows; ``may_make`` is whether new resources may be named."""

    may_make = False

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if not self.may_make:
            form.fields.pop("new_name", None)
        field = form.fields.get("resource")
        if field is not None and not isinstance(getattr(field.widget, "widget", None), AutocompleteSelect):
            field.choices = self._choices()

    def clean(self) -> None:
        """A project for tests has resources for tests alone, any other none of those."""
        super().clean()
        for form in self.forms:
            chosen = getattr(form, "cleaned_data", {}).get("resource")
            if chosen and form not in self.deleted_forms and (words := mixed(self.instance, [chosen])):
                form.add_error("resource", words)

    def _choices(self) -> list[tuple[Any, str]]:
        if not hasattr(self, "_resources"):
            linked = self.instance.links.values("resource") if self.instance.pk else []
            offered = Resource.objects.active() | Resource.objects.filter(pk__in=linked)
            self._resources = [("", "---------"), *offered.order_by("name", "pk").values_list("pk", "name")]
        return self._resources


class ResourceSelect(AutocompleteSelect):
    """What is no id names no resource; Django's own looks for it all the same, and fails."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        try:
            return super().optgroups(name, value, attr)
        except ValidationError:
            return super().optgroups(name, [], attr)
