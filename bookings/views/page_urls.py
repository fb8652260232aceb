"""URLs between the pages: they stay in the flow they are in, and carry what the visitor chose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from bookings.forms.pages import OF_ONES_OWN
from bookings.views.frames import is_embedded
from bookings.views.link_extras import campaign
from bookings.views.return_to import FIELD as RETURN_TO

CARRIED = ("option", "with", "places", "zone", "own", RETURN_TO)
IN_A_FRAME = (*CARRIED, "lang", "visitor")  # where no cookie remembers them
PREFILL = "customer."


def page_url(request: HttpRequest, name: str, *args: Any, query: Mapping[str, str] | None = None) -> str:
    """The URL of a page in the flow of the request: on the site itself, or inside a frame."""
    space = request.resolver_match.namespace if request.resolver_match else ""
    path = reverse(f"{space or 'pages'}:{name}", args=args)
    return f"{path}?{urlencode(query)}" if query else path


def carried_query(request: HttpRequest) -> dict[str, str]:
    """What a page hands on of its own URL: the choice, the zone, answers given beforehand, and where it comes from."""
    sent = request.GET.dict() | request.POST.dict()
    kept = IN_A_FRAME if is_embedded(request) else CARRIED
    names = [name for name in sent if name in kept or name.startswith(PREFILL)]
    return {name: sent[name] for name in names if sent[name]} | campaign(sent)


def frame_aware_url(request: HttpRequest, name: str, *args: Any) -> str:
    """`page_url`, which inside a frame carries what no cookie remembers there, such as the language."""
    return page_url(request, name, *args, query=carried_query(request) if is_embedded(request) else None)


def parse_instant(text: str) -> datetime | None:
    """A moment as a time button sends it, with its offset; in UTC, since PostgreSQL takes no offset of a whole day."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.utcoffset() is None or not 1900 <= moment.year <= 9000:
        return None
    return moment.astimezone(UTC)


def hidden_fields(query: Mapping[str, str]) -> list[dict[str, str]]:
    """A query as hidden fields of a form."""
    return [{"name": name, "value": value} for name, value in query.items()]


def prefilled_answers(query: Mapping[str, str]) -> dict[str, str]:
    """Answers that a URL gives beforehand: `?customer.name=Marty`; none with a NUL, which no database keeps.

    Nobody agrees to anything, and nobody is taken for a program, by a link.
    """
    given = {name.removeprefix(PREFILL): value for name, value in query.items() if name.startswith(PREFILL)}
    kept = {name: value for name, value in given.items() if name not in OF_ONES_OWN}
    return {name: value for name, value in kept.items() if "\0" not in name + value}
