"""Proofs of work: a challenge signed for one project, and what a browser makes of it in about a second.

altcha's own format, solved by its widget.  A challenge holds when it ends by the database's clock, which judges it
when the proof is spent.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from altcha import Payload, create_challenge, verify_solution
from django.conf import settings
from django.utils.crypto import salted_hmac

from bookings import limits

ALGORITHM = "PBKDF2/SHA-256"
ITERATIONS = 5000
"""Of one try, which takes a browser about two milliseconds."""
LONGEST = 4000


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A right solution of a challenge of ours for one project; whether it was spent only the database knows."""

    digest: str
    expires_at: datetime


def challenge(project_id: UUID, now: datetime) -> dict[str, Any]:
    """A challenge for holds of that project; ``now`` by the database's clock."""
    until = int((now + timedelta(seconds=limits.PROOF_SECONDS.value)).timestamp())
    tries = max(2, limits.PROOF_TRIES.value)
    made = create_challenge(
        ALGORITHM,
        ITERATIONS,
        counter=tries // 2 + secrets.randbelow(tries // 2),
        data={"project": str(project_id), "until": str(until)},
        hmac_secret=_secret(),
    )
    found: dict[str, Any] = made.to_dict()
    return found


def read_proof(text: str, project_id: UUID) -> Proof | None:
    """The proof that a solution is, None for any other text."""
    if not text or len(text) > LONGEST or not text.isascii():
        return None
    try:
        parameters = Payload.from_base64(text).challenge.parameters
        data, nonce = dict(parameters.data or {}), str(parameters.nonce)
        if data["project"] != str(project_id) or parameters.cost != ITERATIONS:
            return None
        if not verify_solution(text, _secret()).verified:
            return None
        until = datetime.fromtimestamp(int(data["until"]), UTC)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return Proof(digest=hashlib.sha256(nonce.encode()).hexdigest(), expires_at=until)


def _secret() -> str:
    return salted_hmac("bookings.proofs", "", secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
