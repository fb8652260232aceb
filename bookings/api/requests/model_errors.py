"""A model's own checks as findings of the API, in sentences that never repeat what was sent."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model

from bookings.api.errors import FieldErrors, Invalid
from bookings.api.requests.fields import ANYTHING_ELSE, REQUIRED

REQUIRED_CODES = {"required", "blank", "null"}


def row_findings(row: Model, exclude: Collection[str] = ()) -> FieldErrors:
    """What ``full_clean`` finds wrong with an unsaved or changed row: sentences by column."""
    try:
        row.full_clean(exclude=set(exclude))
    except ValidationError as error:
        return {_name(field): [_sentence(one) for one in ones] for field, ones in error.error_dict.items()}
    return {}


def refuse(*found: FieldErrors) -> None:
    """Raise ``Invalid`` with everything that was found by whoever looked, each field's first finder first."""
    together: dict[str, Any] = {}
    for errors in found:
        for field, sentences in errors.items():
            together.setdefault(field, sentences)
    if together:
        raise Invalid(together)


def set_columns(
    row: Model, given: Mapping[str, Any], columns: Mapping[str, str], empty: Mapping[str, Any]
) -> list[str]:
    """Set the columns that ``given`` has a word for; return those that were set.

    A null is the value that ``empty`` has for its name, else the empty text.
    """
    changed = {
        columns[name]: empty.get(name, "") if value is None else value
        for name, value in given.items()
        if name in columns
    }
    for column, value in changed.items():
        setattr(row, column, value)
    return list(changed)


def _name(field: str) -> str:
    return "body" if field == NON_FIELD_ERRORS else field


def _sentence(error: ValidationError) -> str:
    if error.code in REQUIRED_CODES:
        return str(REQUIRED)
    if "value" in (error.params or {}) and "limit_value" not in (error.params or {}):
        return str(ANYTHING_ELSE)
    return str(error.messages[0])
