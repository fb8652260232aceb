"""The reservation's form: what is held, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

from bookings import limits
from bookings.availability.query import Buffers
from bookings.forms import values
from bookings.forms.bookings import TEXTS, buffers
from bookings.forms.findings import Findings
from bookings.forms.places import read_places
from bookings.forms.resolve import Resolved, companions
from bookings.forms.times import read_times
from bookings.models import Reservation, Resource

DEFAULT_HOLD = timedelta(seconds=30)


class ReservationForm:
    """Checks ``resolved.values`` and builds the draft that ``reserve`` takes; ``hold`` and ``buffers`` go beside it."""

    def __init__(self, resolved: Resolved, *, found: Mapping[str, Iterable[str]] | None = None) -> None:
        self.resolved, self.values = resolved, resolved.values
        self.findings = Findings(found or {}, resolved.errors)
        self._fields: dict[str, Any] = {}
        self.hold = timedelta()

    @cached_property
    def errors(self) -> dict[str, list[str]]:
        """Sentences by the field's dotted name in the API; empty for a valid form."""
        self._check_what_is_held()
        take = self.findings.take
        self.hold = take(
            "reservation_time",
            self.values.get("reservation_time"),
            values.seconds,
            DEFAULT_HOLD,
            limits.HOLD_SECONDS.value,
        )
        for name, longest in TEXTS.items():
            self._fields[name] = take(name, self.values.get(name), values.words, "", longest)
        self._fields["customer"] = take("customer", self.values.get("customer"), values.mapping, {})
        given = take("settings", self.values.get("settings"), values.mapping, {})
        loose = given.get("allow_double_bookings")
        self._fields["allow_double_bookings"] = take(
            "settings.allow_double_bookings", loose, values.flag, False
        )
        self._fields["places"] = read_places(self.resolved, self.values, self.findings)
        return self.findings.errors

    def is_valid(self) -> bool:
        return not self.errors

    def draft(self) -> Reservation:
        """The unsaved reservation of a valid form."""
        resolved = self.resolved
        return Reservation(
            resource=resolved.resource,
            project=resolved.project,
            option=resolved.option,
            session=resolved.session,
            graph_version=resolved.flow.version if resolved.flow else None,
            **self._fields,
        )

    def companions(self) -> list[Resource]:
        return companions(self.resolved)

    def buffers(self) -> Buffers:
        return buffers(self.resolved)

    def _check_what_is_held(self) -> None:
        """A seat where a session is named, else a resource's time; a graph may be named and need not be."""
        if self.resolved.flow and self.resolved.flow.version.claims_seat and self.resolved.session is None:
            self.findings.required("related.owner_booking_id")
        if self.resolved.session:
            return
        if self.resolved.resource is None:
            self.findings.required("resource_id")
        self._fields |= read_times(self.values, self.findings)
