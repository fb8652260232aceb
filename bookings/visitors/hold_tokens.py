"""Signed names of holds: whoever has one may book that time, whoever else may not."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bookings import sql
from bookings.models import Booking, GraphVersion, Location, Option, Project, Reservation, Resource
from bookings.written_out import Statement, columns

_ID_LENGTH = 22  # sixteen bytes in base64, without padding
_SEPARATOR = "."
_PLACES, _BOOKINGS = Location._meta.db_table, Booking._meta.db_table
_SHOWN = Statement(
    f"SELECT {columns(Reservation, 'h')}, {columns(Resource, 'r')}, {columns(Location, 'a')}, "  # noqa: S608  # tables
    f"{columns(Project, 'p')}, {columns(Location, 'b')}, {columns(Option, 'o')}, {columns(Booking, 's')}, "
    f"{columns(Booking, 'm')}, {columns(GraphVersion, 'v')} FROM {Reservation._meta.db_table} h "
    f"JOIN {Resource._meta.db_table} r ON r.id = h.resource_id LEFT JOIN {_PLACES} a ON a.id = r.location_id "
    f"LEFT JOIN {Project._meta.db_table} p ON p.id = h.project_id LEFT JOIN {_PLACES} b ON b.id = p.location_id "
    f"LEFT JOIN {Option._meta.db_table} o ON o.id = h.option_id "
    f"LEFT JOIN {_BOOKINGS} s ON s.id = h.session_id LEFT JOIN {_BOOKINGS} m ON m.id = h.booking_id "
    f"LEFT JOIN {GraphVersion._meta.db_table} v ON v.id = h.graph_version_id WHERE h.id = %s",
    Reservation,
    Resource,
    Location,
    Project,
    Location,
    Option,
    Booking,
    Booking,
    GraphVersion,
)


def hold_token(reservation: Reservation) -> str:
    """The token by which ``held_by`` finds the reservation again."""
    name = urlsafe_b64encode(reservation.pk.bytes).decode().rstrip("=")
    return name + _signer().signature(name)


def held_by(token: str) -> Reservation | None:
    """The reservation of a token, live or not, with what is shown of it; None for a token that is not ours."""
    name, signature = token[:_ID_LENGTH], token[_ID_LENGTH:]
    try:
        _signer().unsign(f"{name}{_SEPARATOR}{signature}")
    except (BadSignature, ValueError):  # half a surrogate pair is no text that could be compared
        return None
    return _in_full(UUID(bytes=urlsafe_b64decode(f"{name}==")))


def _in_full(pk: UUID) -> Reservation | None:
    found = _SHOWN.first(sql.stored(Reservation, "pk", pk))
    if found is None:
        return None
    held: Reservation = found[0]
    held.resource, place, held.project, area, held.option, held.session, held.booking, held.graph_version = (
        found[1:]
    )
    held.resource.location = place
    if held.project is not None:
        held.project.location = area
    return held


def _signer() -> Signer:
    return Signer(salt="bookings.holds", sep=_SEPARATOR)
