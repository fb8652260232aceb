"""What may be chosen in a form, decided when the form is made."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field that chooses a row choose among these."""
    cast(forms.ModelChoiceField, form.fields[name]).queryset = rows


def offer_known_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any], known: Iterable[Any]) -> None:
    """Let a field that chooses a row choose among these, which are at hand to be shown."""
    field = cast(forms.ModelChoiceField, form.fields[name])
    field.queryset = rows
    empty = [] if field.empty_label is None else [("", field.empty_label)]
    field.choices = [*empty, *((field.prepare_value(row), field.label_from_instance(row)) for row in known)]


def offer_choices(form: forms.BaseForm, name: str, choices: list[tuple[Any, Any]]) -> None:
    """Let a field that chooses a value choose among these."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices
