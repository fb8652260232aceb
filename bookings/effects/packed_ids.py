"""Ids as they stand in signed addresses: 22 letters."""

import base64
import binascii
from uuid import UUID

LENGTH = 22  # 16 bytes in base64 without its padding


def pack(pk: UUID) -> str:
    return base64.urlsafe_b64encode(pk.bytes).decode().rstrip("=")


def unpack(text: str) -> UUID:
    """The id that a text begins with.  Raises ``ValueError`` where it begins with none."""
    packed = text[:LENGTH].encode("ascii") + b"=="
    try:
        return UUID(bytes=base64.b64decode(packed, altchars=b"-_", validate=True))
    except binascii.Error as error:
        raise ValueError("no id") from error
