"""What a customer may book: asked inside the verb's transaction, of those who are bound by rules."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bookings import database_clock
from bookings.availability.explain import broken_rules, doing
from bookings.availability.offering import Catalogue
from bookings.availability.permits import Code
from bookings.availability.query import Buffers
from bookings.availability.slot_shapes import SlotShape, slot_shapes
from bookings.availability.terms import terms_of
from bookings.availability.verdicts import Verdict
from bookings.errors import (
    NotPayable,
    OptionNotOffered,
    SessionClosed,
    TimePassed,
    TooManyPlaces,
    WindowClosed,
)
from bookings.layers import merged, most_places
from bookings.lifecycle.actors import OWNER, Actor
from bookings.lifecycle.locks import lock_resources
from bookings.models import Booking, GraphVersion, Project, Reservation, Resource


def check(
    wanted: Booking | Reservation,
    *,
    by: Actor,
    now: datetime,
    companions: Sequence[Resource] = (),
    ignoring: Sequence[uuid.UUID] = (),
    kept: timedelta | None = None,
) -> timedelta:
    """Raise the first rule that forbids ``wanted`` to a customer or a widget; staff and server keys pass.

    Returns the distance to whatever is busy that the claim has to keep besides.  A seat's times are its session's, so
    that only notice, horizon and the option are left to ask.  A daily cap is counted under the resources' locks, or two
    requests could both be the last; so is a distance kept, which no constraint sees: two at once would not find each
    other.  A project's booking begins and ends as its slots do; ``kept`` is the length of a booking that moves, which
    it may keep.  Without a project nothing says how long slots are.
    """
    if not by.bound_by_rules:
        return timedelta()
    if wanted.session:
        _check_window(wanted.session, now)
        if kept is None:
            check_done_by(wanted.session.resource, wanted)
        return timedelta()
    resources = (wanted.resource, *companions)
    around = _distance_under_lock(wanted, resources)
    offered = shapes_of(wanted, resources, kept) if wanted.project else None
    if broken := broken_by(wanted, now=now, companions=companions, ignoring=ignoring, offered=offered):
        raise broken[0].error()
    return around


def keep_length(moving: Booking, kept: timedelta) -> None:
    """Let what a customer moves to a time of the first option be as long as it was, where its own is not that long.

    The widget looks for times without naming an option, and so finds those of the first, whose price is another.
    """
    if moving.project is None or moving.option is None or moving.session or moving.length == kept:
        return
    named, *others = Catalogue.of(moving.project).offered_as(moving.option, moves=True)
    of_own, of_others = (
        any(any(slot_shapes(one, [moving.resource], moving.length)) for one in offerings)
        for offerings in ([named], others)
    )
    if of_others and not of_own:
        moving.end = moving.start + kept


def check_again(wanted: Booking, *, by: Actor, companions: Sequence[Resource] = ()) -> timedelta:
    """The same of what stands again: what others booked meanwhile may forbid it, since all else was allowed before."""
    if not by.bound_by_rules or wanted.session:
        return timedelta()
    around = _distance_under_lock(wanted, (wanted.resource, *companions))
    for broken in broken_by(wanted, now=database_clock.now(), companions=companions):
        if broken.code is Code.DAILY_CAP:
            raise broken.error()
    return around


def _distance_under_lock(wanted: Booking | Reservation, resources: Sequence[Resource]) -> timedelta:
    """How far the project keeps it from whatever is busy; where that, or bookings, are counted, by one at a time."""
    buffers = terms_of(wanted.project, wanted.option)[0].buffers if wanted.project else Buffers()
    if any(resource.daily_cap is not None for resource in resources) or buffers.around:
        lock_resources(resource.pk for resource in resources)
    return buffers.around


def shapes_of(
    wanted: Booking | Reservation, resources: Sequence[Resource], kept: timedelta | None
) -> list[SlotShape]:
    """The shapes in which its project offers a time of that length; raises ``OptionNotOffered`` where one of the
    resources does not do the option.
    """
    if wanted.project is None:
        return []
    moves = kept is not None
    at_hand = None if moves or wanted.option is None else [wanted.option]
    named, *others = Catalogue.of(wanted.project, at_hand).offered_as(wanted.option, moves=moves)
    if not all(map(named.is_done_by, resources)):
        raise OptionNotOffered
    offerings = [named, *(one for one in others if all(map(one.is_done_by, resources)))]
    length = wanted.end - wanted.start
    return [shape for offering in offerings for shape in slot_shapes(offering, resources, length, kept=kept)]


def broken_by(
    wanted: Booking | Reservation,
    *,
    now: datetime,
    companions: Sequence[Resource] = (),
    ignoring: Collection[uuid.UUID] = (),
    offered: Sequence[SlotShape] | None = None,
) -> list[Verdict]:
    """The rules that forbid the time of an unsaved booking or reservation to a customer; see ``broken_rules``.

    Where no shapes are ``offered``, length and grid are not asked, since staff book at any minute; but who does what.
    """
    done: list[Verdict] = []
    if offered is None and wanted.project and not wanted.session:
        named = Catalogue.of(wanted.project).offered_as(wanted.option)[0]
        done = [one for one in doing(named, (wanted.resource, *companions)) if not one.passed]
    return done + broken_rules(
        project=wanted.project,
        resource=wanted.resource,
        companions=companions,
        start=wanted.start,
        end=wanted.end,
        now=now,
        notice=getattr(wanted, "min_booking_time", None),
        horizon=getattr(wanted, "max_booking_time", None),
        ignoring=ignoring,
        offered=offered,
    )


def check_places(wanted: Booking | Reservation, by: Actor) -> None:
    """Raise ``TooManyPlaces`` where a customer or a widget wants more seats at once than the project lets them book."""
    most = most_places(wanted.project) if by.bound_by_rules and wanted.places > 1 else None
    if most is not None and wanted.places > most:
        raise TooManyPlaces(most_places=most)


def check_done_by(resource: Resource, wanted: Booking | Reservation) -> None:
    """Raise ``OptionNotOffered`` where the resource does not do the option."""
    if wanted.project and wanted.option:
        named = Catalogue.of(wanted.project, [wanted.option]).offering(wanted.option)
        if not named.is_done_by(resource):
            raise OptionNotOffered


def check_session(old: Booking, session: Booking | None, by: Actor) -> None:
    """A seat moves to a session, of its own project where somebody is bound by rules; a time moves to none."""
    if old.version.claims_seat != (session is not None):
        raise SessionClosed
    if session and by.bound_by_rules:
        if session.project_id not in {None, old.project_id}:
            raise SessionClosed
        if session.resource_id != old.resource_id:
            check_done_by(session.resource, old)


def check_payable(project: Project | None, version: GraphVersion | None, by: Actor) -> None:
    """Raise ``NotPayable`` where a customer's booking would wait for a payment that nobody can make."""
    if by.bound_by_rules and project and version and project.lacks_payment(version):
        raise NotPayable


def may_overlap(booking: Booking, resource: Resource | None = None) -> bool:
    """Whether the new time, with that resource (else its own), may overlap because project and option say so.

    What was allowed when the booking was made does not count.
    """
    if booking.project is None:
        return False
    there = resource or booking.resource
    link = booking.project.links.filter(resource=there).first()
    settings = merged({}, booking.project, booking.option, link)["settings"]
    return isinstance(settings, dict) and settings.get("allow_double_bookings") is True


def _check_window(session: Booking, now: datetime) -> None:
    """A session's own booking window: at least its notice, at most its horizon before the start."""
    early, late = session.max_booking_time, session.min_booking_time
    too_early = early is not None and session.start - early > now
    if too_early or session.start - (late or timedelta()) <= now:
        raise WindowClosed


def check_cut_off(booking: Booking, now: datetime) -> None:
    """Raise ``WindowClosed`` where a booking that stands has begun, or the last moment for its customer is past."""
    stands = booking.state.occupies and booking.state.settled
    if stands and not booking.is_open_to_changes(now):
        raise WindowClosed(field="booking", until=booking.change_until or booking.start)


def check_not_passed(booking: Booking, by: Actor, now: datetime) -> None:
    """Raise ``TimePassed`` where an owner answers a request whose start is past; staff may note what happened."""
    if by.kind == OWNER and not booking.state.settled and booking.start <= now:
        raise TimePassed
