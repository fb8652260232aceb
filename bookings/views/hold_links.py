"""Signed addresses of holds: whoever has one may fill in the form for that time, cookies or not."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bookings.models import Reservation

_ID_LENGTH = 22  # sixteen bytes in base64, without padding
_SEPARATOR = "."


def hold_token(reservation: Reservation) -> str:
    name = urlsafe_b64encode(reservation.pk.bytes).decode().rstrip("=")
    return name + _signer().signature(name)


def hold_of(token: str) -> Reservation | None:
    """The reservation with what its page shows, whether it is live or not; None for a token that is not ours."""
    name, signature = token[:_ID_LENGTH], token[_ID_LENGTH:]
    try:
        _signer().unsign(f"{name}{_SEPARATOR}{signature}")
    except BadSignature:
        return None
    rows = Reservation.objects.select_related(
        "resource__location", "project__location", "option", "session", "booking"
    )
    return rows.filter(pk=UUID(bytes=urlsafe_b64decode(f"{name}=="))).first()


def _signer() -> Signer:
    return Signer(salt="bookings.holds", sep=_SEPARATOR)
