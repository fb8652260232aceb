"""What answers look like, for the reference alone: views build their JSON themselves."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel

Row = TypeVar("Row")
Json = dict[str, Any]


class One(BaseModel, Generic[Row]):
    data: Row


class Some(BaseModel, Generic[Row]):
    """A list that is told whole."""

    data: list[Row]


class Page(BaseModel, Generic[Row]):
    """A page of a list."""

    data: list[Row]
    total: int
    per_page: int
    current_page: int
    last_page: int
    next_page_url: str | None
    prev_page_url: str | None
    from_: int | None
    to: int | None

    model_config = {"json_schema_extra": lambda schema: _rename(schema, "from_", "from")}


class Timed(BaseModel):
    id: UUID
    created_at: datetime
    updated_at: datetime


class EventShape(Timed):
    calendar_id: UUID
    what: str
    where: str
    description: str
    rsvp: str
    participants: list[str]
    invite: bool
    allDay: bool  # noqa: N815  # the record spells it so
    start: datetime
    end: datetime


class CalendarShape(Timed):
    resource_id: UUID
    name: str
    display_name: str
    description: str
    foregroundcolor: str
    backgroundcolor: str
    primary: bool
    provider: str
    provider_id: str | None
    provider_access: str
    provider_primary: bool
    provider_sync: bool
    events: list[EventShape] = []


class ResourceShape(Timed):
    name: str
    first_name: str
    last_name: str
    email: str | None
    timezone: str
    image: str | None
    enabled_email_notification: bool
    meta: Json
    tags: list[Any]
    availability_constraints: list[Any] = []
    calendars: list[CalendarShape] = []


class ZoneShape(BaseModel):
    timezone: str
    utc_offset: int


class PublicProjectShape(Timed):
    name: str
    slug: str
    resources: list[UUID] | list[ResourceShape]
    availability: Json
    availability_constraints: list[Any]
    booking: Json
    customer_fields: Json
    ui: Json
    allow_double_bookings: bool
    reservation_time: str
    enabled_email_notification: bool
    meta: Json


class ProjectShape(PublicProjectShape):
    reminders: list[Any]


class EmbedShape(PublicProjectShape):
    app_key: str


class WebhookShape(Timed):
    url: str
    graph: str | None
    state: str | None
    method: Literal["post", "get"]
    enabled: bool


class StartShape(BaseModel):
    version: str
    documentation: str
    differences: str
    schema_: str

    model_config = {"json_schema_extra": lambda schema: _rename(schema, "schema_", "schema")}


class AppShape(Timed):
    name: str
    slug: str
    role: str
    settings: Json
    test_mode: bool
    webhook_secret: str | None
    creator_resource_id: None
    api_trial_expires_at: None


class StateShape(BaseModel):
    name: str
    label: str
    occupies: bool
    settled: bool
    completed: bool
    webhook: bool


class ActionShape(BaseModel):
    name: str
    label: str
    source: str | None
    target: str
    played_by: list[Literal["customer", "owner", "staff", "clock"]]
    input: str | None
    automatic_after: int | None
    automatic_from: str | None
    continues: bool


class GraphShape(BaseModel):
    name: str
    title: str
    description: str
    version: int
    claims: Literal["time", "seat", "nothing"]
    offers_seats: bool
    needs_customer: bool
    needs_times: bool
    states: list[StateShape]
    actions: list[ActionShape]


class SlotResourceShape(BaseModel):
    id: UUID
    name: str
    timezone: str


class SlotShape(BaseModel):
    start: datetime
    end: datetime
    resources: list[SlotResourceShape]


class DayShape(BaseModel):
    date: str
    resources: list[UUID]


class TotalShape(BaseModel):
    total: int


class Refusal(BaseModel):
    """A refusal as a whole; ``model`` names what is missing, ``field`` what may not be sent."""

    error: str
    model: str | None = None
    field: str | None = None


class Findings(BaseModel):
    """Fields that are wrong, all at once, or why a verb refused."""

    errors: dict[str, list[str]]
    code: str
    alternatives: list[Json] = []
    available_actions: list[str] = []


def _rename(schema: Json, old: str, new: str) -> None:
    schema["properties"][new] = schema["properties"].pop(old)
    schema["required"] = [new if name == old else name for name in schema["required"]]
