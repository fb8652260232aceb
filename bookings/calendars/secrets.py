"""Passwords and tokens of calendars elsewhere, encrypted at rest by a key derived from SECRET_KEY.

The first key encrypts; those derived from SECRET_KEY_FALLBACKS open what was encrypted before, until it is rotated.
"""

from __future__ import annotations

import base64
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_noop

from bookings.calendars.errors import SignedOut

_PURPOSE = b"bookings.calendars.secrets"
UNREADABLE = gettext_noop(
    "The password cannot be read: SECRET_KEY is another one. Put the old one into SECRET_KEY_FALLBACKS, "
    "or connect the calendar again."
)


def seal(secret: dict[str, str]) -> str:
    """Encrypt what opens an account."""
    return _keys().encrypt(json.dumps(secret).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """What was sealed; raises ``SignedOut`` where no key opens it."""
    try:
        opened: dict[str, str] = json.loads(_keys().decrypt(sealed.encode()))
    except InvalidToken as error:
        raise SignedOut(UNREADABLE) from error
    return opened


def resealed(sealed: str) -> str:
    """The same under the key of today's SECRET_KEY; raises ``SignedOut`` where no key opens it."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise SignedOut(UNREADABLE) from error


def _keys() -> MultiFernet:
    return MultiFernet([_key(one) for one in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(text: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(text.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
