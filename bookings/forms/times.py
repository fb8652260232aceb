"""Start and end of what is booked or held."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings.forms.findings import Findings

LONGEST = timedelta(days=365)


def read_times(values: Mapping[str, Any], findings: Findings) -> dict[str, datetime]:
    """``start`` and ``end`` of ``[start, end)``, aware; empty where one is missing.  Wrong ones are noted."""
    start, end = values.get("start"), values.get("end")
    for name, moment in (("start", start), ("end", end)):
        if not isinstance(moment, datetime):
            findings.required(name)
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return {}
    if end <= start:
        findings.wrong("end", _("The end must come after the start."))
    elif end - start > LONGEST:
        findings.wrong("end", _("This is longer than a year."))
    return {"start": start, "end": end}
