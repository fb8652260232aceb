"""What is taken from a start on: a list of parts, usually one, each of one resource's time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from bookings.availability.query import NO_BUFFERS, Buffers


@dataclass(frozen=True, kw_only=True)
class Part:
    """``[offset, offset + length)`` after the start, of one resource, and what is kept free before and after it."""

    resource: UUID
    length: timedelta
    offset: timedelta = timedelta()
    buffers: Buffers = NO_BUFFERS


def alike(resources: Iterable[UUID], length: timedelta, buffers: Buffers = NO_BUFFERS) -> tuple[Part, ...]:
    """A part of each resource, all of the same time."""
    return tuple(Part(resource=each, length=length, buffers=buffers) for each in resources)
