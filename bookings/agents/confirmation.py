"""Nothing is booked, moved or cancelled before the person was told what, and said yes.

A client that can ask asks the person itself (elicitation).  For any other the first call changes nothing and answers a
confirmation, which the second call brings back; it is good for just what was told, on this site, for some minutes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_mcpz.server import ElicitationDeclinedError, elicit

from bookings.agents.refusals import Refusal

SECONDS = 900
SALT = "bookings.agents.confirmation"
ASK = {
    "type": "object",
    "properties": {"confirm": {"type": "boolean", "title": "Yes, do it", "default": False}},
    "required": ["confirm"],
}


class NotConfirmedYet(Exception):
    """Nothing was done so far: ``confirmation`` is to be sent with the same call again."""

    def __init__(self, confirmation: str) -> None:
        super().__init__()
        self.confirmation = confirmation


def ask_person(request: HttpRequest, question: str, about: Any, confirmation: str) -> None:
    """Return once the person agreed to ``about`` (what JSON can hold); raises ``NotConfirmedYet`` or ``Refusal``."""
    state = vars(request).get("mcp_elicitation")
    if state is None or state.unavailable is not None:
        check_confirmation(about, confirmation)
        return
    try:
        answer = elicit(request, question, ASK)
    except ElicitationDeclinedError:
        raise _not_wanted() from None
    if answer.get("confirm") is not True:
        raise _not_wanted()


def check_confirmation(about: Any, confirmation: str) -> None:
    """Return where the confirmation is of just this; raises ``NotConfirmedYet`` where none is, or one of something else
    or too old, and ``Refusal`` where it was tampered with.
    """
    if not confirmation:
        raise NotConfirmedYet(_confirmation(about))
    try:
        told = signing.loads(confirmation, salt=SALT, max_age=SECONDS)
    except signing.SignatureExpired:
        raise NotConfirmedYet(_confirmation(about)) from None
    except (signing.BadSignature, ValueError):
        said = _("This confirmation is none of this site. Call again without one, and ask the person.")
        raise Refusal("confirmation_invalid", said) from None
    if told != _digest(about):
        raise NotConfirmedYet(_confirmation(about))


def _confirmation(about: Any) -> str:
    return signing.dumps(_digest(about), salt=SALT)


def _digest(about: Any) -> str:
    return hashlib.sha256(json.dumps(about, sort_keys=True, default=str).encode()).hexdigest()


def _not_wanted() -> Refusal:
    return Refusal("not_confirmed", _("The person did not agree, so nothing was done."))
