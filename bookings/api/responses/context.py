"""For whom an answer is written: in which zone, and with which parts besides the default fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import Invalid
from bookings.api.responses.fields import Timestamp
from bookings.api.responses.included_events import EventBudget
from bookings.api.timestamp_formats import requested_writer
from bookings.lifecycle import Actor
from bookings.lifecycle.actors import KEY, WIDGET
from bookings.models import Booking
from bookings.models.booking_queries import BookingQuerySet
from bookings.request_head import header
from bookings.validators import zones

Names = frozenset[str]
ZONE_HEADER = "Timekit-Timezone"
SERVER = Actor(KEY)
NO_ZONE = _("This is no IANA time zone, like Europe/Berlin.")
# What a public page learns only in the answer to its own create.
PRIVATE = frozenset(
    {
        "customers",
        "logs",
        "customer_action_links",
        "bulked_bookings",
        "continues",
        "continued_by",
        "series",
        "meeting_url",
    }
)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a serializer asks besides the row: as a server reads it, unless a reader is named."""

    zone: tzinfo
    names: Names = frozenset()
    """The parts to be included, with every part of a dotted one."""
    reader: Actor = SERVER
    with_addresses: bool = True
    """Whether addresses of people may be told."""
    write: Callable[[datetime], str] | None = None
    """What writes times where the call names a format of its own."""
    budget: EventBudget | None = None
    """What bounds the included events; None for an answer to what was done, which is not refused afterwards."""
    caller: Caller | None = None
    """Whose call is answered; None where nobody calls."""

    @classmethod
    def of(cls, request: ApiRequest, *, own: bool = False) -> Context:
        """As the request asks; ``own`` for the answer to a create.  Raises ``Invalid`` for an unknown zone."""
        names = included_names(request)
        with_addresses = own or not request.auth.is_widget
        if not with_addresses:
            names = frozenset(name for name in names if not PRIVATE & set(name.split(".")))
        zone, reader = requested_zone(request), request.auth.actor
        return cls(
            zone=zone,
            names=names,
            reader=reader,
            with_addresses=with_addresses,
            write=requested_writer(request),
            budget=EventBudget() if request.method == "GET" else None,
            caller=request.auth,
        )

    @classmethod
    def of_times(cls, request: HttpRequest) -> Context:
        """For the times of an answer alone, as the request asks for them.  Raises ``Invalid``."""
        return cls(zone=requested_zone(request), write=requested_writer(request))

    @property
    def bookings(self) -> BookingQuerySet:
        """Among which others are told inside of a booking: the caller's own, and where nobody calls all."""
        return self.caller.bookings() if self.caller else Booking.objects.visible()

    @property
    def sessions(self) -> BookingQuerySet:
        """The same for the session of a seat, which is told also when it was deleted."""
        return self.caller.with_deleted_bookings() if self.caller else Booking.objects.all()

    @property
    def for_widget(self) -> bool:
        return self.reader.kind == WIDGET

    def below(self, name: str) -> Context:
        """For what is inside ``name``: its ``calendars.events`` are ``events`` below ``calendars``.

        To a public page a booking inside of its own is somebody else's.
        """
        names = names_below(self.names, name)
        if self.for_widget:
            return replace(self, names=names - PRIVATE, with_addresses=False)
        return replace(self, names=names)

    def timestamp(self, moment: datetime) -> Timestamp:
        """RFC 3339 with seconds and an offset, or the call's own format."""
        local = moment.astimezone(self.zone)
        return self.write(local) if self.write else local.isoformat(timespec="seconds")


def included_names(request: HttpRequest) -> Names:
    """The names that the query asks to be told as well, with every part of a dotted one."""
    asked = ",".join(request.GET.get(name, "") for name in ("include", "includes"))
    names = (name.strip().split(".") for name in asked.split(","))
    return frozenset(
        ".".join(parts[: count + 1]) for parts in names for count in range(min(len(parts), 3)) if parts[0]
    )


def names_below(names: Names, name: str) -> Names:
    return frozenset(one.removeprefix(f"{name}.") for one in names if one.startswith(f"{name}."))


def requested_zone(request: HttpRequest) -> tzinfo:
    """The zone named in the request's head, else UTC.  Raises ``Invalid`` for a name that is none."""
    name = header(request, ZONE_HEADER)
    if name is None:
        return UTC
    if name not in zones():
        raise Invalid({ZONE_HEADER: [str(NO_ZONE)]})
    return ZoneInfo(name)
