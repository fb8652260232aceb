"""Signed names of holds: whoever has one may book that time, whoever else may not."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bookings.models import Reservation

_ID_LENGTH = 22  # sixteen bytes in base64, without padding
_SEPARATOR = "."


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
    rows = Reservation.objects.select_related(
        "resource__location", "project__location", "option", "session", "booking", "graph_version"
    )
    return rows.filter(pk=UUID(bytes=urlsafe_b64decode(f"{name}=="))).first()


def _signer() -> Signer:
    return Signer(salt="bookings.holds", sep=_SEPARATOR)
