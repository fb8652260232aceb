"""What may be chosen in a form, decided when the form is made."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field that chooses a row choose among these."""
    cast(forms.ModelChoiceField, form.fields[name]).queryset = rows


def offer_choices(form: forms.BaseForm, name: str, choices: list[tuple[Any, Any]]) -> None:
    """Let a field that chooses a value choose among these."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices
