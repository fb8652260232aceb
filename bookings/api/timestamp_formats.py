"""How one call writes its times: by PHP's letters, where its headers or its query name a format; else RFC 3339.

Clients of the record name a format for what they send, and one for what they read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, tzinfo
from functools import partial
from typing import TypeVar

from django.http import HttpRequest

from bookings.api.errors import Invalid
from bookings.php_dates import NoSuchFormat, reader, writer
from bookings.request_head import header

Made = TypeVar("Made")
PREFIX = "Timekit-"
INPUT, OUTPUT = "InputTimestampFormat", "OutputTimestampFormat"
Reads = Callable[[object], datetime]
"""What reads a time as an instant in UTC.  Raises ``NoSuchTime``."""
_reads: ContextVar[Reads | None] = ContextVar("reads_times", default=None)


def read_formats(request: HttpRequest, zone_of: Callable[[HttpRequest], tzinfo]) -> None:
    """Let the call's times be read as it asks, on the clocks of a zone where they name none.

    Raises ``Invalid``, before anything is done.
    """
    requested_writer(request)
    if (asked := _made(request, INPUT, reader)) is not None:
        _reads.set(partial(asked.read, zone=zone_of(request)))


def requested_writer(request: HttpRequest) -> Callable[[datetime], str] | None:
    """What writes the times of the answer, None where nothing is asked.  Raises ``Invalid``."""
    return _made(request, OUTPUT, writer)


def reads_times() -> Reads | None:
    """What reads the times of the call that is answered now; None where it names no format."""
    return _reads.get()


def requested_reading(request: HttpRequest) -> str | None:
    """How the call asks its times to be read, None where it names no format."""
    return next((form for _place, form in _asked(request, INPUT)), None)


@contextmanager
def forgotten_afterwards() -> Iterator[None]:
    """A thread answers the next call by the usual format again."""
    try:
        yield
    finally:
        _reads.set(None)


def _made(request: HttpRequest, name: str, make: Callable[[str], Made]) -> Made | None:
    for place, form in _asked(request, name):
        try:
            return make(form)
        except NoSuchFormat as error:
            raise Invalid({place: [str(error)]}) from None
    return None


def _asked(request: HttpRequest, name: str) -> Iterator[tuple[str, str]]:
    """Where the call names a format, and which; the first counts."""
    for place in (PREFIX + name, name):
        if form := header(request, place):
            yield place, form
    if form := request.GET.get(name):
        yield name, form
