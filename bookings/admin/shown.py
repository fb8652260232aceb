"""What whoever may only look is shown: the same as the widget shows, where that says ``read_only``."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest


@cache
def as_widget_shows(form: type[forms.ModelForm], name: str) -> Callable[[Model], str]:
    """A read-only column of the admin.  Django 5.2 asks such widgets itself, later versions do not."""

    @admin.display(description=form.base_fields[name].label)
    def show(row: Model) -> str:
        return form(instance=row).fields[name].widget.render(name, getattr(row, name))

    show.__name__ = name
    return show


class ShownByWidgets:
    """For a page, or a table on one, whose ``form`` has such widgets."""

    form: type[forms.ModelForm]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        shown = self._shown(request, obj)
        return [
            (title, {**options, "fields": [shown.get(field, field) for field in options["fields"]]})
            for title, options in super().get_fieldsets(request, obj)  # type: ignore[misc]
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), *self._shown(request, obj).values()]  # type: ignore[misc]

    def _shown(self, request: HttpRequest, obj: Any) -> dict[Any, Callable[[Model], str]]:
        """By name of the field; nothing for those who may change the row."""
        if obj is None or self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return {}
        return {
            name: as_widget_shows(self.form, name)
            for name, field in self.form.base_fields.items()
            if getattr(field.widget, "read_only", False)
        }
