"""Stored JSON lists and maps as a table: one row an entry, two empty rows to add, a box to take away."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from bookings.admin.fields.stored_json import StoredJsonField, StoredJsonWidget, switch_off

BLANK_ROWS = 2


class TableRow(forms.Form):
    """One entry of the table.  ``entry`` is the stored value it shows, None for a new one.

    A kind of row says with ``initial_of`` what its controls show of a stored entry, and with ``stored`` what is to be
    stored: ``cleaned_data`` and what ``entry`` holds besides.
    """

    entry: Any = None
    initial_of: Callable[[Any], dict[str, Any]]
    stored: Callable[[], Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label


class Table(forms.BaseFormSet):
    """The table; ``entries`` are the stored ones."""

    def __init__(self, *args: Any, entries: list[Any], **kwargs: Any) -> None:
        self.entries = entries
        initial = [self.form.initial_of(entry) for entry in entries]
        super().__init__(*args, **kwargs | {"initial": initial})

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        away = form.fields["DELETE"]
        away.label = away.widget.attrs["aria-label"] = capfirst(_("take away"))
        form.entry = self.entries[index] if index is not None and index < len(self.entries) else None

    def stored(self) -> list[Any]:
        """What to store; an untouched row stays exactly as it is stored."""
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [
            form.stored() if form.has_changed() else form.entry
            for form in kept
            if form.has_changed() or form.entry is not None
        ]


class TableWidget(StoredJsonWidget):
    """Shows the table."""

    template_name = "admin/bookings/table.html"

    def __init__(self, formset: type[Table]) -> None:
        super().__init__()
        self.formset = formset
        self.entries: list[Any] = []

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        table = value if isinstance(value, Table) else self.formset(prefix=name, entries=self.entries)
        for row in table if attrs is None else ():
            switch_off(row.fields)
        return super().get_context(name, None, attrs) | {"table": table}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Table:
        return self.formset(data, prefix=name, entries=self.entries)


class TableField(StoredJsonField):
    """A JSON list as a table."""

    widget: TableWidget

    def __init__(self, row: type[TableRow], **kwargs: Any) -> None:
        formset: Any = forms.formset_factory(row, formset=Table, extra=BLANK_ROWS, can_delete=True)
        super().__init__(required=False, widget=TableWidget(formset), **kwargs)

    def begin_from(self, stored: Any) -> None:
        self.widget.entries = list(stored) if isinstance(stored, list) else []

    def clean(self, value: Table) -> Any:
        if not value.is_valid():
            raise ValidationError(_("Some rows are not right; each says why."))
        return value.stored()


class MapTableField(TableField):
    """A JSON object as a table; an entry is a pair of key and value."""

    def begin_from(self, stored: Any) -> None:
        self.widget.entries = list(stored.items()) if isinstance(stored, dict) else []

    def clean(self, value: Table) -> dict[str, Any]:
        pairs = self.keyed(super().clean(value))
        if len({key for key, _value in pairs}) < len(pairs):
            raise ValidationError(_("Two rows have the same key."))
        return dict(pairs)

    def keyed(self, pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """The pairs, each with a key."""
        return pairs
