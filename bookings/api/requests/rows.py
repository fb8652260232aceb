"""The row that a path names."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from bookings.api.errors import NotFound


def find_row(rows: QuerySet[Any], pk: str) -> Any:
    """The row with this id.  Raises ``NotFound`` also where the text is no id."""
    try:
        return rows.get(pk=UUID(pk))
    except (ValueError, ObjectDoesNotExist):
        raise NotFound(rows.model.__name__) from None
