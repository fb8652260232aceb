"""Addresses between the pages: they stay in the flow they are in, and carry what the visitor chose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from bookings.views.frames import is_embedded

CARRIED = ("option", "with", "zone", "own")
IN_A_FRAME = (*CARRIED, "lang", "visitor")  # where no cookie remembers them
PREFILL = "customer."


def here(request: HttpRequest, name: str, *args: Any, query: Mapping[str, str] | None = None) -> str:
    """The address of a page in the flow of the request: on the site itself, or inside a frame."""
    space = request.resolver_match.namespace if request.resolver_match else ""
    address = reverse(f"{space or 'pages'}:{name}", args=args)
    return f"{address}?{urlencode(query)}" if query else address


def carried(request: HttpRequest) -> dict[str, str]:
    """What a page hands on of its own address: the choice, the zone, and answers given beforehand."""
    sent = request.GET.dict() | request.POST.dict()
    kept = IN_A_FRAME if is_embedded(request) else CARRIED
    names = [name for name in sent if name in kept or name.startswith(PREFILL)]
    return {name: sent[name] for name in names if sent[name]}


def still_here(request: HttpRequest, name: str, *args: Any) -> str:
    """`here`, with what only the address can remember inside a frame, such as the language."""
    return here(request, name, *args, query=carried(request) if is_embedded(request) else None)


def instant(text: str) -> datetime | None:
    """A moment as a time button sends it, with its offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None and 1900 <= moment.year <= 9000 else None


def as_hidden(query: Mapping[str, str]) -> list[dict[str, str]]:
    """The same as hidden fields of a form."""
    return [{"name": name, "value": value} for name, value in query.items()]


def prefilled(query: Mapping[str, str]) -> dict[str, str]:
    """Answers that an address gives beforehand: `?customer.name=Marty`."""
    return {name.removeprefix(PREFILL): value for name, value in query.items() if name.startswith(PREFILL)}
