"""What an action was given: ``{"decline": {"message": "…"}}``, and what is said of the mails that follow."""

import re
from typing import Any

from django.utils.translation import gettext as _

from bookings.api.caller import Caller
from bookings.api.errors import Forbidden, Invalid
from bookings.api.requests.fields import read_object
from bookings.api.requests.schemas import ActionIn, InputIn
from bookings.forms import values
from bookings.forms.bookings import SWITCHES
from bookings.forms.findings import Findings
from bookings.lifecycle import Inputs
from bookings.models import Booking
from bookings.overrides import override

LONGEST = {"message": 5000, "payment_id": 200}
_WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")


def read_inputs(caller: Caller, booking: Booking, body: ActionIn, action: str) -> Inputs:
    """``message`` and ``payment_id`` from under the action's name, ``notify_…`` and ``meta`` from beside it.

    Raises ``Invalid``, and ``Forbidden`` where a public page would change a mail or labels.
    """
    given = body.model_extra or {}
    notices = {name: one for name, one in given.items() if name.startswith(SWITCHES)}
    if notices and caller.is_widget:
        raise Forbidden(_("A widget key may not change what is mailed."), field=next(iter(notices)))
    findings = Findings(body.findings)
    meta = read_meta(caller, booking, body.meta, findings)
    texts = _of_action(action, given.get(action) if _WORD.fullmatch(action) else None, findings)
    checked = {
        name: findings.take(name, one, values.notice, {}) for name, one in notices.items() if name != action
    }
    if findings.errors:
        raise Invalid(findings.errors)
    return Inputs(**texts, notices=checked, meta=meta)


def read_meta(
    caller: Caller, booking: Booking, sent: dict[str, Any] | None, findings: Findings
) -> dict[str, Any]:
    """Labels that come along with a change of a booking, small enough beside those that it has."""
    if not sent:
        return {}
    if caller.is_widget:
        raise Forbidden(_("A widget key may not change labels."), field="meta")
    findings.take("meta", override(booking.meta, sent), values.mapping, {})
    return sent


def _of_action(action: str, given: Any, findings: Findings) -> dict[str, str]:
    texts: dict[str, str] = {}
    given = read_object(given)
    if given is not None and not isinstance(given, dict):
        findings.wrong(action, _("Send an object."))
    elif given:
        read = InputIn.model_validate(given)
        for name, sentences in read.findings.items():
            findings.wrong(f"{action}.{name}", sentences[0])
        for name, text in read.given().items():
            texts[name] = text or ""
            if len(texts[name]) > LONGEST[name]:
                findings.wrong(f"{action}.{name}", _("This text is too long."))
    return texts
