"""For whom an answer is written: in which zone, and with which parts besides the default fields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from bookings.api.caller import ApiRequest, Caller
from bookings.api.requests.listing import included
from bookings.api.timestamps import requested_zone, timestamp

Json = dict[str, Any]
Names = frozenset[str]
# What a public page learns only in the answer to its own create.
PRIVATE = frozenset({"customers", "logs", "customer_action_links", "bulked_bookings"})


def below(names: Names, name: str) -> Names:
    """What is asked for inside ``name``: ``calendars.events`` holds ``events`` below ``calendars``."""
    return frozenset(one.removeprefix(f"{name}.") for one in names if one.startswith(f"{name}."))


@dataclass(frozen=True, kw_only=True)
class Telling:
    """To whom a booking is told, in which zone, and what besides the default fields."""

    caller: Caller
    zone: tzinfo
    names: Names = frozenset()
    private: bool = True
    """Whether addresses of people may be told."""

    @classmethod
    def of(cls, request: ApiRequest, *, own: bool = False) -> Telling:
        """As the request asks; ``own`` for the answer to a create.  Raises ``Invalid`` for an unknown zone."""
        names = included(request)
        private = own or not request.auth.is_widget
        if not private:
            names = frozenset(name for name in names if not PRIVATE & set(name.split(".")))
        return cls(caller=request.auth, zone=requested_zone(request), names=names, private=private)

    def below(self, name: str) -> Telling:
        """For the bookings inside ``name``; to a public page they are somebody else's."""
        names = below(self.names, name)
        if self.caller.is_widget:
            return replace(self, names=names - PRIVATE, private=False)
        return replace(self, names=names)

    def at(self, moment: datetime) -> str:
        return timestamp(moment, self.zone)
