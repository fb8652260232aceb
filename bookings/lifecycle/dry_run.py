"""What would happen to a booking: each action of a state tried by the rules themselves, and nothing written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from bookings.errors import BookingError, WindowClosed
from bookings.graphs.words import when_in_words
from bookings.lifecycle.actors import Actor
from bookings.lifecycle.rules import check_cut_off, check_not_passed
from bookings.models import Action, Booking, GraphVersion, State
from bookings.models.graphs import Mail
from bookings.times import duration_in_words


@dataclass(frozen=True)
class Tried:
    """One action: ``refused`` says why it is not open to that one, else ``follows`` says what it does, in order."""

    action: str
    refused: str
    follows: list[str]


def dry_run(
    version: GraphVersion,
    state: State | None,
    by: Actor,
    *,
    now: datetime,
    before: timedelta,
    cut_off: timedelta | None,
) -> list[Tried]:
    """Every action that leaves ``state`` (that creates a booking, for None) as ``by`` meets it at ``now``.

    The booking begins ``before`` later; ``cut_off`` is until when before its start a customer may change it.
    """
    booking = Booking(
        version=version,
        state=state,
        start=now + before,
        end=now + before + timedelta(hours=1),
        min_cancel_time=cut_off,
    )
    actions = version.actions.filter(source=state).select_related("source", "target")
    return [_tried(action, booking, by, now) for action in actions]


def _tried(action: Action, booking: Booking, by: Actor, now: datetime) -> Tried:
    refused = _refusal(action, booking, by, now)
    return Tried(str(action), refused, [] if refused else list(_follows(action)))


def _refusal(action: Action, booking: Booking, by: Actor, now: datetime) -> str:
    if not by.may_play(action):
        return _("Not open to them.")
    try:
        if action.source is not None:
            if by.is_held_to_the_cut_off(action):
                check_cut_off(booking, now)
            check_not_passed(booking, by, now)
    except WindowClosed:
        return _("Too late: it may be changed until %(time)s before it begins.") % {
            "time": duration_in_words(booking.min_cancel_time or timedelta())
        }
    except BookingError as refused:
        return _(str(refused))
    return ""


def _follows(action: Action) -> Iterator[str]:
    target = action.target
    yield _("It becomes “%(state)s”.") % {"state": target}
    had = action.source is not None and action.source.occupies
    if target.occupies and not had:
        yield _("The time is taken, where it is still free.")
    elif had and not target.occupies:
        yield _("The time is free again.")
    yield from _told(target)
    if action.continues:
        yield _("Another booking continues it at the other time.")
    for later in target.leaving.exclude(automatic_after=None).select_related("target"):
        yield _("Unless something else happens: %(when)s “%(action)s”, and it becomes “%(state)s”.") % {
            "when": when_in_words(later.automatic_after, later.automatic_from),
            "action": later,
            "state": later.target,
        }


def _told(state: State) -> Iterator[str]:
    for mail, words in (
        (state.mail_to_customer, _("The customer gets a mail: %(mail)s.")),
        (state.mail_to_owner, _("The owner gets a mail: %(mail)s.")),
    ):
        if mail:
            yield words % {"mail": Mail(mail).label}
    if not state.mail_to_customer and not state.mail_to_owner:
        yield _("Nobody gets a mail.")
    if state.webhook:
        yield _("Webhooks are called.")
