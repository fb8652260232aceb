"""The bodies of the booking calls as the record spells them.  Rules are not here: the forms keep them."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema

from bookings.api.requests.fields import (
    Body,
    Flag,
    Id,
    Moment,
    Object,
    OpenPart,
    OrEmptyList,
    Part,
    Text,
    Whole,
)
from bookings.forms.values import MOST_PARTICIPANTS

PLACES = "How many seats of the session it takes, all or none; 1 where nothing is said, and for whatever takes no seat."
MEETING = "Where it takes place online: none, calendar (Google Meet, Teams), jitsi or fixed (the resource's own link)."
SWITCH = {"type": "object", "properties": {"enabled": {"type": "boolean"}}}
SECONDS = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+$"}]}
BY_INDEX = {"type": "object", "additionalProperties": SWITCH}
# Read by the forms, which know what may stand here; the schema is for readers.
Switch = Annotated[Any, WithJsonSchema(SWITCH)]
Seconds = Annotated[Any, WithJsonSchema(SECONDS)]
Webhooks = Annotated[Any, WithJsonSchema(BY_INDEX)]


class CustomerIn(OpenPart):
    """Any further key is the answer to a question of the project's own."""

    name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    voip: Text | None = None
    timezone: Text | None = None
    language: Text | None = None


class SettingsIn(Part):
    """What overrides the project's settings for one booking; durations are texts like ``1 day``."""

    allow_double_bookings: Flag | None = None
    max_seats: Whole | None = None
    min_cancel_time: Text | None = None
    min_booking_time: Text | None = None
    max_booking_time: Text | None = None
    automatic_times: dict[str, Any] | None = None


class RelatedIn(Part):
    owner_booking_id: Id | None = None


class EntryIn(Part):
    """What stands in a calendar: times, text, and who is asked to come."""

    start: Moment | None = None
    end: Moment | None = None
    what: Text | None = None
    where: Text | None = None
    description: Text | None = None
    calendar_id: Id | None = None
    participants: Annotated[list[Text], Field(max_length=MOST_PARTICIPANTS)] | None = None
    invite: Flag | None = None
    my_rsvp: Text | None = None


class NestedEventIn(EntryIn):
    """The record's older shape: the same fields, nested."""


class BookingIn(EntryIn, Body):
    """A booking to be made.  What the project says need not be sent."""

    model_config = ConfigDict(extra="allow")

    project_id: Id | None = None
    resource_id: Id | None = None
    option_id: Id | None = None
    reservation_id: Id | None = None
    graph: Text | None = None
    places: Whole | None = Field(default=None, description=PLACES)
    customer: Annotated[CustomerIn, OrEmptyList] | None = None
    meta: Object | None = None
    settings: Annotated[SettingsIn, OrEmptyList] | None = None
    meeting: Text | None = Field(default=None, description=MEETING)
    action: Any = None
    related: Annotated[RelatedIn, OrEmptyList] | None = None
    reminders: list[Any] | None = None
    auto_complete_one_hour_after_booking_ends: Switch = None
    webhooks: Webhooks = None
    event: Annotated[NestedEventIn, OrEmptyList] | None = None


class ReservationIn(BookingIn):
    """A time or a seat to be held, for ``reservation_time`` seconds."""

    reservation_time: Seconds = None


class HoldIn(Body):
    """A reservation that is held already."""

    reservation_id: Id | None = None
    reservation_time: Seconds = None


class ActionIn(Body):
    """The inputs of an action stand under its name: ``{"decline": {"message": "…"}}``."""

    model_config = ConfigDict(extra="allow")
    may_be_nothing = True

    apply_to_bulked_bookings: Flag | None = None
    meta: Object | None = None


class InputIn(Body):
    """What an action may be given."""

    message: Text | None = None
    payment_id: Text | None = None


class MetaIn(Body):
    meta: dict[str, Any] | None = None


class LooseIn(Part):
    """Of the settings those that a move asks for anew."""

    allow_double_bookings: Flag | None = None


class MoveIn(Body):
    """Where a booking is moved; a seat moves to another session."""

    start: Moment | None = None
    end: Moment | None = None
    resource_id: Id | None = None
    related: RelatedIn | None = None
    settings: Annotated[LooseIn, OrEmptyList] | None = None
    message: Text | None = None
    meta: Object | None = None


class BulkIn(Body):
    """Many at once, in order; each as it would be sent alone."""

    bookings: list[Any] | None = None
    delete_all_on_error: Flag | None = None
    stop_on_first_error: Flag | None = None
    relate_bookings: Flag | None = None
    apply_to_bulked_bookings: Flag | None = None
