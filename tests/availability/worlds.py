"""Random worlds as rows: hours on every level, exceptions, constraints, bookings, holds, events and a project's
settings; and the same as the slow reference sees it.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from bookings.availability.modes import Mode
from bookings.availability.query import Buffers
from bookings.errors import SlotTaken
from bookings.lifecycle import act, add_event, release
from bookings.models import (
    Calendar,
    DatedHours,
    Event,
    Location,
    Project,
    Resource,
    Site,
    WeeklyHours,
)
from tests.availability import reference
from tests.availability.plans import constraint_list, lengths, levels, pieces, windows
from tests.situations import (
    SERVER,
    a_booking,
    a_hold,
    a_location,
    a_project,
    a_resource,
    a_session,
    aged,
    own_terms,
)

# Far enough ahead that nothing becomes due while the tests run.
CHANGES = [
    ("Europe/Berlin", date(2033, 3, 27)),
    ("Europe/Berlin", date(2033, 10, 30)),
    ("America/New_York", date(2033, 11, 6)),
    ("Australia/Lord_Howe", date(2033, 4, 3)),
    ("Australia/Lord_Howe", date(2033, 10, 2)),
    ("Africa/Cairo", date(2033, 4, 29)),
    ("Asia/Beirut", date(2033, 10, 29)),
    ("America/Havana", date(2033, 11, 6)),
    ("America/Santiago", date(2033, 9, 4)),
    ("Africa/Casablanca", date(2033, 1, 9)),
    ("Pacific/Chatham", date(2033, 9, 25)),
    ("Asia/Kolkata", date(2033, 5, 5)),
]
TAKING_TIME = ["booking", "doubled booking", "session", "hold", "event", "all-day event", "external event"]
TAKING_NONE = [
    "request",
    "cancelled booking",
    "expired hold",
    "released hold",
    "free event",
    "ignored calendar",
]


@dataclass
class Plan:
    """What to make.  ``owned`` are the hours of each resource; times are minutes as in the reference."""

    zones: list[str]
    caps: list[int | None]
    lengths: list[int | None]
    owned: list[reference.Level]
    location: reference.Level
    site: reference.Level
    project: reference.Level
    constraints: list[list[dict]]
    project_constraints: list[dict]
    request_constraints: list[dict]
    happenings: list[tuple[str, int, reference.Piece]]
    mode: Mode
    length: int | None
    step: int | None
    full_hours: bool
    buffers: dict[str, int]
    ignore_all_day_events: bool
    window: reference.Asked
    now: int
    notice: int | None
    horizon: int | None


@st.composite
def plans(draw, **fixed: Any) -> Plan:
    zone, near = draw(st.sampled_from(CHANGES))
    number = draw(st.integers(1, 2))
    happening = st.sampled_from([*TAKING_TIME, *TAKING_TIME, *TAKING_NONE])
    window = draw(windows(near))
    drawn = {
        "zones": [draw(st.sampled_from([zone, zone, "Asia/Kolkata"])) for _number in range(number)],
        "caps": [draw(st.none() | st.none() | st.integers(1, 3)) for _number in range(number)],
        "lengths": [draw(st.none() | lengths) for _number in range(number)],
        "owned": [draw(level(near)) for _number in range(number)],
        "location": draw(level(near)),
        "site": draw(level(near)),
        "project": draw(st.just(reference.Level()) | st.just(reference.Level()) | level(near)),
        "constraints": [draw(constraint_list(near)) for _number in range(number)],
        "project_constraints": draw(st.just([]) | constraint_list(near)),
        "request_constraints": draw(st.just([]) | constraint_list(near)),
        "happenings": draw(
            st.lists(st.tuples(happening, st.integers(0, number - 1), pieces(near)), max_size=8)
        ),
        "mode": draw(st.sampled_from(list(Mode))),
        "length": draw(lengths),
        "step": draw(st.none() | st.sampled_from([15, 30, 60]) | st.integers(5, 90)),
        "full_hours": draw(st.booleans()),
        "buffers": draw(
            st.dictionaries(st.sampled_from(BUFFERS), st.sampled_from([0, 5, 15, 47]), max_size=3)
        ),
        "ignore_all_day_events": draw(st.booleans()),
        "window": window,
        "now": window.start + draw(st.integers(-500, 500)),
        "notice": draw(st.none() | st.none() | st.integers(0, 900)),
        "horizon": draw(st.none() | st.none() | st.integers(1500, 4000)),
    }
    return Plan(**(drawn | fixed))


BUFFERS = ["buffer", "buffer_before", "buffer_after"]


def level(near: date) -> st.SearchStrategy[reference.Level]:
    """One level of hours, often without any."""
    return levels(near, 1).map(lambda found: found[0] if found else reference.Level())


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@dataclass
class World:
    """A plan come true."""

    plan: Plan
    resources: list[Resource]
    project: Project
    places: list[reference.Place]
    asked: reference.Asked = field(init=False)

    def __post_init__(self) -> None:
        plan, buffers = self.plan, self.plan.buffers
        self.asked = reference.Asked(
            start=plan.window.start,
            end=plan.window.end,
            earliest=plan.now + (plan.notice or 0),
            latest=reference.FAR_AHEAD if plan.horizon is None else plan.now + plan.horizon,
            step=plan.step,
            full_hours=plan.full_hours,
            before=buffers.get("buffer_before", 0),
            after=buffers.get("buffer_after", buffers.get("buffer", 0)),
            around=buffers.get("buffer", 0),
        )

    @property
    def now(self) -> datetime:
        return moment(self.plan.now)

    @property
    def request(self) -> dict[str, Any]:
        """The search as the API spells it; all that the project does not say itself."""
        window = {"from": moment(self.asked.start).isoformat(), "to": moment(self.asked.end).isoformat()}
        return window | {"constraints": self.plan.request_constraints}


def make(plan: Plan) -> World:
    """Write the rows of a plan, the hours and the project as staff would, the rest by the verbs."""
    location = a_location()
    resources = [
        a_resource(timezone=zone, location=location, daily_cap=cap, availability_constraints=constraints)
        for zone, cap, constraints in zip(plan.zones, plan.caps, plan.constraints, strict=True)
    ]
    project = a_project(*resources, **_settings(plan))
    for resource, length in zip(resources, plan.lengths, strict=True):
        own_terms(project, resource, length=length and minutes(length))
    owners = [Site.current(), location, project, *resources]
    for owner, hours in zip(owners, [plan.site, plan.location, plan.project, *plan.owned], strict=True):
        _keep(hours, owner)
    places = [
        reference.Place(
            zone=zone,
            levels=[own, plan.location, plan.site],
            project_levels=[plan.project],
            constraints=[constraints, plan.project_constraints, plan.request_constraints],
            length=plan.length and (length or plan.length),
            cap=cap,
        )
        for zone, own, constraints, length, cap in zip(
            plan.zones, plan.owned, plan.constraints, plan.lengths, plan.caps, strict=True
        )
    ]
    for kind, number, piece in plan.happenings:
        _happen(kind, resources[number], piece, places[number], plan)
    return World(plan=plan, resources=resources, project=project, places=places)


def _settings(plan: Plan) -> dict[str, Any]:
    durations = {"length": plan.length, "timeslot_increments": plan.step, **plan.buffers}
    availability = {name: f"{value} minutes" for name, value in durations.items() if value is not None}
    if plan.length is None:
        availability["length"] = None
    window = {"min_booking_time": plan.notice, "max_booking_time": plan.horizon}
    return {
        "availability": availability
        | {
            "mode": plan.mode.value,
            "round_to_nearest_hour": plan.full_hours,
            "ignore_all_day_events": plan.ignore_all_day_events,
        },
        "booking": {
            "graph": "instant",
            "settings": {name: f"PT{value}M" for name, value in window.items() if value is not None},
        },
        "availability_constraints": plan.project_constraints,
    }


def _keep(hours: reference.Level, owner: Site | Location | Resource | Project) -> None:
    whose = {type(owner).__name__.lower(): owner}
    for weekday, openings in hours.week.items():
        for low, high in openings:
            WeeklyHours.objects.create(weekday=weekday, opens=_clock(low), closes=_clock(high), **whose)
    for first, last, bounds in hours.exceptions:
        opens, closes = (_clock(bounds[0]), _clock(bounds[1])) if bounds else (None, None)
        DatedHours.objects.create(first=first, last=last, opens=opens, closes=closes, **whose)


def _clock(minute: int) -> time:
    return time(minute % 1440 // 60, minute % 60)


def _happen(
    kind: str, resource: Resource, piece: reference.Piece, place: reference.Place, plan: Plan
) -> None:
    """Let one thing happen, if there is room for it, and tell the reference what it takes."""
    if "event" in kind or "calendar" in kind:
        _enter(kind, resource, piece)
        bare = reference.Piece(piece.start, piece.end)
        if kind in TAKING_TIME and not (kind == "all-day event" and plan.ignore_all_day_events):
            place.busy.append(bare)
        return
    try:
        _book(kind, resource, piece)
    except SlotTaken:
        return
    if kind in TAKING_TIME:
        place.busy.append(piece)
        place.booked.append(piece.start)


def _enter(kind: str, resource: Resource, piece: reference.Piece) -> None:
    """Put an event into the resource's own calendar or into another one."""
    calendar = resource.calendars.get(primary=True)
    if kind in ("external event", "ignored calendar"):
        calendar = Calendar.objects.create(resource=resource, provider_sync=kind == "external event")
    add_event(
        Event(
            calendar=calendar,
            start=moment(piece.start),
            end=moment(piece.end),
            all_day=kind == "all-day event",
            busy=kind != "free event",
        )
    )


def _book(kind: str, resource: Resource, piece: reference.Piece) -> None:
    start, length = moment(piece.start), minutes(piece.end - piece.start)
    before, after = minutes(piece.before), minutes(piece.after)
    if "hold" in kind:
        _hold(kind, resource, start, length, Buffers(before, after))
        return
    buffers = {"buffer_before": before, "buffer_after": after}
    if kind == "session":
        a_session(resource, start, length, seats=3, **buffers)
    elif kind == "request":
        a_booking(resource, start, length, graph="confirm_decline", **buffers)
    else:
        doubled = kind == "doubled booking"
        booking = a_booking(resource, start, length, allow_double_bookings=doubled, **buffers)
        if kind == "cancelled booking":
            act(booking, "cancel_by_customer", by=SERVER)


def _hold(kind: str, resource: Resource, start: datetime, length: timedelta, buffers: Buffers) -> None:
    hold = a_hold(resource, start, length, buffers=buffers)
    if kind == "expired hold":
        aged(hold)
    elif kind == "released hold":
        release(hold, by=SERVER)
