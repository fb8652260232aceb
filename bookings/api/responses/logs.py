"""The history of bookings in answers."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from typing_extensions import TypedDict

from bookings.api.responses.context import Context
from bookings.api.responses.fields import Timestamp, Uuid
from bookings.models import Booking, HistoryEntry, Remark


class LoadOut(TypedDict):
    """How many minutes a resource had on that day, and its weight in the project."""

    resource: Uuid
    minutes: int
    weight: int


class AssignmentOut(TypedDict):
    """Why a booking for anyone came to its resource: ``order`` is whose turn it was; those before it were not free."""

    resource: Uuid
    order: list[LoadOut]


class LogOut(TypedDict):
    """``assignment`` is null where no balanced project decided."""

    id: str
    what: str
    action: str | None
    from_state: str | None
    to_state: str | None
    actor: str
    message: str | None
    assignment: AssignmentOut | None
    created_at: Timestamp


def serialize_logs(bookings: Iterable[Booking], context: Context) -> dict[UUID, list[LogOut]]:
    """What happened to each booking by its id, oldest first, with its words; two queries."""
    logs: dict[UUID, list[LogOut]] = {booking.pk: [] for booking in bookings}
    entries = list(HistoryEntry.objects.filter(booking_id__in=list(logs)))
    remarks = Remark.objects.in_bulk([entry.remark_id for entry in entries if entry.remark_id])
    for entry in entries:
        remark = remarks.get(entry.remark_id) if entry.remark_id else None
        logs[entry.booking_id].append(_serialize_entry(entry, remark, context))
    return logs


def _serialize_entry(entry: HistoryEntry, remark: Remark | None, context: Context) -> LogOut:
    return {
        "id": str(entry.pk),
        "what": entry.what,
        "action": entry.action or None,
        "from_state": entry.source or None,
        "to_state": entry.target or None,
        "actor": entry.actor,
        "message": remark.words if remark else None,
        "assignment": _serialize_assignment(entry.assignment) if entry.assignment else None,
        "created_at": context.timestamp(entry.at),
    }


def _serialize_assignment(told: Mapping[str, Any]) -> AssignmentOut:
    return {
        "resource": told["chosen"],
        "order": [
            {"resource": one["resource"], "minutes": one["seconds"] // 60, "weight": one["weight"]}
            for one in told["order"]
        ],
    }
