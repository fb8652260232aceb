"""The row that a path names, and what is said where a body names none."""

from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.api.errors import NotFound

Row = TypeVar("Row", bound=Model)
NO_RESOURCE = _("There is no such resource.")


def find_to_merge(rows: QuerySet[Row], pk: str) -> Row:
    """The row with this id, which nobody else changes before the transaction ends; raises ``NotFound``.

    Others who merge into it wait, and read what stands then; whatever only refers to it does not.
    """
    return find_row(rows.select_for_update(of=("self",), no_key=True), pk)


def find_row(rows: QuerySet[Row], pk: str) -> Row:
    """The row with this id.  Raises ``NotFound`` also where the text is no id."""
    try:
        return rows.get(pk=UUID(pk))
    except (ValueError, ObjectDoesNotExist):
        raise NotFound(rows.model.__name__) from None
