"""What a saved form changed, in words: each field with what stood there before and what stands there now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bookings.admin.mixins import PlainLookups

NEVER_TOLD = {"password", "password1", "password2", "usable_password"}


class TellsBeforeAndAfter(PlainLookups):
    """A page whose history tells what was changed from what to what; ``row_in_words`` names a row of a list."""

    def row_in_words(self, row: Any) -> str:
        return str(row)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        if not add and (told := changes_in_words(form, self.row_in_words)):
            return told
        return super().construct_change_message(request, form, formsets, add)


def changes_in_words(form: forms.BaseForm, row_in_words: Callable[[Any], str] = str) -> str:
    """A line a field of a valid form; empty where nothing was changed that may be told."""
    return "\n".join(
        _("%(field)s: %(before)s, now: %(after)s")
        % {
            "field": form[name].label,
            "before": _words(form.initial.get(name), row_in_words),
            "after": _words(form.cleaned_data.get(name), row_in_words),
        }
        for name in form.changed_data
        if name not in NEVER_TOLD
    )


def _words(value: Any, row_in_words: Callable[[Any], str]) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Iterable) and not isinstance(value, str):
        return _(", ").join(sorted(map(row_in_words, value))) or "—"
    return str(value) if value not in (None, "") else "—"
