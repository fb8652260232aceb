"""The bookings inside of what is taken, and who is free for each of them then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bookings.availability.agenda import closed, taken
from bookings.lifecycle import Actor, available_actions
from bookings.models import Action, Booking, Mail, OptionResource, ProjectResource, Resource
from bookings.staff_limits import limited, resources_seen_by, taking_others_along

Spans = Mapping[Resource, tuple[datetime, datetime]]
CALLS_OFF = {Mail.CANCELLED, Mail.DECLINED}


@dataclass(kw_only=True)
class Inside:
    """A booking that would lie in taken time, and the ways out of it that are open to staff."""

    booking: Booking
    free: list[Resource] = field(default_factory=list)
    """Who does the same at that time and is open and free, in the project's order."""
    proposed: Resource | None = None
    """One of them, whom no other booking of the list is proposed to at that time."""
    cancel: Action | None = None
    moves: bool = False


def bookings_inside(spans: Spans, user: object) -> list[Inside]:
    """By start.  The number of queries does not depend on how many there are."""
    if not spans:
        return []
    ids = _ids_inside(spans)
    rows = list(limited(Booking.objects.live(), user).in_full().filter(pk__in=ids).order_by("start", "pk"))
    stays = taking_others_along(rows, user)
    found = [_ways(booking, user, may_move=booking.pk not in stays) for booking in rows]
    _offer_colleagues(found, spans, user)
    return found


def of_others(spans: Spans, user: object) -> list[tuple[Resource, tuple[datetime, datetime]]]:
    """Where a booking that the user may not see takes the time of a resource that they see along with its own."""
    seen = resources_seen_by(user)
    if seen is None or not spans:
        return []
    by_id = {resource.pk: resource for resource in spans}
    start, end = min(low for low, _high in spans.values()), max(high for _low, high in spans.values())
    pieces = taken(by_id, start, end).filter(booking__isnull=False).exclude(booking__resource__in=seen)
    return [
        (by_id[pk], (low, high))
        for pk, low, high in pieces.values_list("resource_id", "busy_start", "busy_end")
        if low < spans[by_id[pk]][1] and high > spans[by_id[pk]][0]
    ]


def _ids_inside(spans: Spans) -> set[UUID]:
    by_id = {resource.pk: span for resource, span in spans.items()}
    start, end = min(low for low, _high in spans.values()), max(high for _low, high in spans.values())
    pieces = taken(by_id, start, end).filter(booking__isnull=False)
    waiting = (
        Booking.objects.live()
        .order_by()
        .filter(resource__in=by_id, start__lt=end, end__gt=start, start__gte=start, session=None)
    )
    waiting = waiting.filter(state__occupies=False, state__settled=False)
    rows = [
        *pieces.values_list("resource_id", "busy_start", "busy_end", "booking_id"),
        *waiting.values_list("resource_id", "start", "end", "pk"),
    ]
    return {pk for resource, low, high, pk in rows if low < by_id[resource][1] and high > by_id[resource][0]}


def _ways(booking: Booking, user: object, *, may_move: bool) -> Inside:
    booking.version = booking.state.version
    actions = available_actions(booking, Actor.staff(user))
    ends = (
        one
        for one in actions
        if not (one.continues or one.target.occupies) and one.target.mail_to_customer in CALLS_OFF
    )
    cancel = next(ends, None)
    if cancel:
        cancel.version = booking.version  # read already, as its words ask for it
    moves = may_move and booking.state.occupies and any(one.continues for one in actions)
    return Inside(booking=booking, cancel=cancel, moves=moves)


def _offer_colleagues(found: list[Inside], spans: Spans, user: object) -> None:
    taken_from = {resource.pk for resource in spans}
    movable = [
        one for one in found if one.moves and one.booking.project_id and one.booking.resource_id in taken_from
    ]
    if not movable:
        return
    doing = _who_does_what(movable, taken_from, user)
    resources = list({each.pk: each for able in doing.values() for each in able}.values())
    shut = _not_free(resources, movable)
    given: defaultdict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for one in movable:
        booking = one.booking
        span = booking.start - booking.buffer_before, booking.end + booking.buffer_after
        able = doing[booking.project_id, booking.option_id]
        one.free = [each for each in able if not _meets(span, shut[each.pk])]
        one.proposed = next((each for each in one.free if not _meets(span, given[each.pk])), None)
        if one.proposed:
            given[one.proposed.pk].append(span)


def _who_does_what(
    movable: list[Inside], taken_from: set[UUID], user: object
) -> dict[tuple[UUID | None, UUID | None], list[Resource]]:
    wanted = {(one.booking.project_id, one.booking.option_id) for one in movable}
    known = limited(Resource.objects.filter(deleted_at=None), user)
    links = list(
        ProjectResource.objects.filter(
            project__in={project for project, _option in wanted}, resource__in=known
        )
        .exclude(resource__in=taken_from)
        .select_related("resource")
        .order_by("position", "resource__name")
    )
    options = {option for _project, option in wanted if option}
    declined = OptionResource.objects.filter(option__in=options, offered=False)
    not_done = set(declined.values_list("option_id", "link_id"))
    return {
        (project, option): [
            link.resource
            for link in links
            if link.project_id == project and (option, link.pk) not in not_done
        ]
        for project, option in wanted
    }


def _not_free(
    resources: list[Resource], movable: list[Inside]
) -> dict[UUID, list[tuple[datetime, datetime]]]:
    start = min(one.booking.start - one.booking.buffer_before for one in movable)
    end = max(one.booking.end + one.booking.buffer_after for one in movable)
    found: defaultdict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for resource, low, high in taken([one.pk for one in resources], start, end).values_list(
        "resource_id", "start", "end"
    ):
        found[resource].append((low, high))
    for resource, spans in closed(resources, start, end).items():
        found[resource] += [(span.start, span.end) for span in spans]
    return found


def _meets(span: tuple[datetime, datetime], others: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(low < span[1] and high > span[0] for low, high in others)
