"""What an action was given: ``{"decline": {"message": "…"}}``."""

import re
from typing import Any

from django.utils.translation import gettext as _

from bookings.api.errors import Invalid
from bookings.api.schemas import ActionIn, InputIn

LONGEST = {"message": 5000, "payment_id": 200}
_WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")


def read_inputs(body: ActionIn, action: str) -> dict[str, str]:
    """``message`` and ``payment_id`` from under the action's name.  Raises ``Invalid``."""
    errors, inputs = dict(body.findings), {}
    given: Any = (body.model_extra or {}).get(action) if _WORD.fullmatch(action) else None
    if given is not None and not isinstance(given, dict):
        errors[action] = [_("Send an object.")]
    elif given:
        read = InputIn.model_validate(given)
        errors |= {f"{action}.{name}": sentences for name, sentences in read.findings.items()}
        for name, text in read.given().items():
            inputs[name] = text or ""
            if len(inputs[name]) > LONGEST[name]:
                errors[f"{action}.{name}"] = [_("This text is too long.")]
    if errors:
        raise Invalid(errors)
    return inputs
