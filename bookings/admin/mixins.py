"""What several pages of the desk have in common: rows that stay, that are only shown, whose changes are told."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from bookings.admin.changed_meanwhile import SEEN, now_seen, told_of_others
from bookings.admin.changes import Parts, changes_of
from bookings.models import Booking, Reservation, Site
from bookings.staff_limits import limited

_UNBOUNDED = {"regex", "iregex", "year", "iso_year"}
_MISCOUNTED = gettext_lazy("This table was not sent as a whole. Load the page anew.")


def row_or_404(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> Any:
    """The row of a page's URL; raises Http404 where there is none."""
    row = model_admin.get_object(request, unquote(object_id))
    if row is None:
        raise Http404
    return row


class PlainLookups(admin.ModelAdmin):
    """A list whose address may name a column and how it compares; a pattern or a part of a date is refused, since
    databases fail at some of them, or work at them for hours.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        is_plain = not {*lookup.split(LOOKUP_SEP)[1:]} & _UNBOUNDED
        return is_plain and super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """A value that no column holds, like a text with NUL or a number of 30 digits, is refused as Django refuses."""
        try:
            return super().get_changelist_instance(request)
        except (DataError, OverflowError) as refused:
            raise IncorrectLookupParameters(refused) from refused


class Narrowed(PlainLookups):
    """Rows that a member of staff may not see are missing, in the list and by their address, like those never made."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return limited(super().get_queryset(request), request.user)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Raises Http404 where Django leads to the first page."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row


class KeptOnceBooked(admin.ModelAdmin):
    """For the page of a resource or a project: once it was booked it stays, and rows are deleted one by one."""

    def get_queryset(self, request: HttpRequest) -> Any:
        """The row of a page is read with whether it was ever booked, which the page asks several times."""
        rows = super().get_queryset(request)
        if request.resolver_match and "object_id" in request.resolver_match.kwargs:
            its_own = {str(self.opts.model_name): OuterRef("pk")}
            ever = Exists(Booking.objects.filter(**its_own)) | Exists(Reservation.objects.filter(**its_own))
            return rows.annotate(was_booked=ever)
        return rows

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Without a row the question is whether many may be deleted at once."""
        if obj is None or _was_booked(obj):
            return False
        return super().has_delete_permission(request, obj)


def _was_booked(row: Any) -> bool:
    """Whether a resource or a project was ever booked or held; read once a row."""
    known = vars(row)
    if "was_booked" not in known:
        known["was_booked"] = row.bookings.exists() or row.reservations.exists()
    return bool(known["was_booked"])


class ReadOnlyAdmin(PlainLookups):
    """No row is added, changed or deleted here, whatever role somebody has."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _NamedCells(forms.BaseInlineFormSet):
    """Each control of a row is named after its column: a table has no labels beside its controls.

    Of a page's row that is not saved yet nothing is looked for, although it has its key already; one that is saved is
    known to the rows of its table.
    """

    default_error_messages = {"missing_management_form": _MISCOUNTED}

    @cached_property
    def management_form(self) -> Any:
        """How many rows were sent; numbers that cannot be are none, nor those that call a stored row a new one."""
        form = super().management_form
        if self.is_bound and form.is_valid():
            total, stored = self.total_form_count(), self.initial_form_count()
            keys = [
                f"{self.add_prefix(row)}-{self.fk.model._meta.pk.name}"
                for row in range(max(stored, 0), total)
            ]
            if not 0 <= stored <= total or any(map(self.data.get, keys)):
                form.add_error(None, _MISCOUNTED)
                form.cleaned_data |= {TOTAL_FORM_COUNT: 0, INITIAL_FORM_COUNT: 0}
        return form

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset()
        return rows.none() if self.instance._state.adding else rows

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if not self.instance._state.adding:
            setattr(form.instance, self.fk.name, self.instance)
        for field in form.fields.values():
            control = getattr(field.widget, "widget", field.widget)  # inside of what adds a row beside it
            if field.label and not control.is_hidden:
                control.attrs.setdefault("aria-label", field.label)


class Table(admin.TabularInline):
    """A table of rows on a page, in which whoever hears the page is told the column of each control."""

    template = "admin/bookings/rows.html"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        return type(formset.__name__, (_NamedCells, formset), {})


class InOrder(BaseModelAdmin):
    """For a table whose rows stand in the order of a number, which is typed or changed by the arrow keys: says so."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "position" and field:
            field.label = capfirst(_("order, lowest first"))
            field.widget.attrs["aria-label"] = field.label
        return field


@cache
def as_widget_shows(form: type[forms.ModelForm], name: str) -> Callable[[Model], str]:
    """A read-only column of the admin.  Django 5.2 asks such widgets itself, later versions do not."""

    @admin.display(description=form.base_fields[name].label)
    def show(row: Model) -> str:
        filled = vars(row).setdefault("_shown_in", {})  # a page asks for each of its columns
        if form not in filled:
            filled[form] = form(instance=row)
        shown: str = filled[form].fields[name].widget.render(name, getattr(row, name))
        return shown

    show.__name__ = name
    return show


class ShownByWidgets(BaseModelAdmin):
    """For a page, or a table on one, whose ``form`` has such widgets."""

    form: type[forms.ModelForm]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        shown = self._shown(request, obj)
        return [
            (title, {**options, "fields": [shown.get(field, field) for field in options["fields"]]})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), *self._shown(request, obj).values()]

    def may_change_fields(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the row's own fields may be changed, and not its tables alone."""
        return self.has_change_permission(request, obj)

    def _shown(self, request: HttpRequest, obj: Any) -> dict[Any, Callable[[Model], str]]:
        """By name of the field; nothing for those who may change the row."""
        if obj is None or self.may_change_fields(request, obj):
            return {}
        return {
            name: as_widget_shows(self.form, name)
            for name, field in self.form.base_fields.items()
            if getattr(field.widget, "read_only", False)
        }


class RecordedAdmin(PlainLookups, ShownByWidgets, SimpleHistoryAdmin):
    """``history_parts`` are the tables on the page, each a model and the name of its key to the page's row."""

    object_history_form_template = "admin/bookings/as_it_was.html"
    history_parts: Parts = ()
    can_put_back = True

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """What somebody else saved after this form was checked is met by its checks the second time."""
        context = {SEEN: now_seen()} | (extra_context or {})  # before anything is read
        try:
            answer: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        except IntegrityError:
            answer = super().changeform_view(request, object_id, form_url, context)
        return answer

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        is_sent = obj is not None and request.method == "POST"
        return told_of_others(form, request, obj, self.history_parts) if is_sent else form

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (self.can_put_back and self.has_change_permission(request, obj))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = row_or_404(self, request, object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": _("History of %(what)s") % {"what": row},
            "changes": changes_of(row, self.history_parts, ZoneInfo(Site.current().timezone)),
            "may_put_back": not self.revert_disabled(request, row),
            "object": row,
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
        }
        return TemplateResponse(request, "admin/bookings/changes.html", context | (extra_context or {}))

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The row as it was, for those who may change it as it is."""
        row = row_or_404(self, request, object_id)
        if self.revert_disabled(request, row):
            raise PermissionDenied
        if not (version_id.isascii() and version_id.isdecimal() and len(version_id) < 10):
            raise Http404
        response: HttpResponse = super().history_form_view(request, str(row.pk), version_id, extra_context)
        return response

    def history_form_view_title(self, request: HttpRequest, obj: Any) -> str:
        return _("%(what)s, as it was") % {"what": obj}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Putting back concerns what the form shows; all else stays as it is now."""
        if request.resolver_match and str(request.resolver_match.url_name).endswith("_simple_history"):
            now = self.get_queryset(request).get(pk=obj.pk)
            for field in obj._meta.concrete_fields:
                if field.name not in form.fields:
                    setattr(obj, field.attname, getattr(now, field.attname))
        super().save_model(request, obj, form, change)


class ValuesFilter(admin.AllValuesFieldListFilter):
    """By each value that there is, also by none: Django's link for that would be empty."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or self.empty_value_display}


class LiveOnly(admin.RelatedFieldListFilter):
    """Resources and projects that the reader sees, but none that is for tests."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        rows = limited(field.related_model.objects.filter(is_test=False), request.user).order_by("name")
        return [(str(row.pk), str(row)) for row in rows]
