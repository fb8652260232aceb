"""Rows that bookings point to."""

from typing import Any

from django.http import HttpRequest


class KeptOnceBooked:
    """For the page of a resource or a project: once it was booked it stays, and rows are deleted one by one."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Without a row the question is whether many may be deleted at once."""
        if obj is None or obj.bookings.exists() or obj.reservations.exists():
            return False
        return super().has_delete_permission(request, obj)  # type: ignore[misc]
