"""The buttons of a booking's page: the verbs that are open to a member of staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.lifecycle import Actor, available_actions, undoable_state
from bookings.models import Action, Booking, Mail
from bookings.staff_limits import begins_to_take_others, taking_others_along

ENDS = (Mail.DECLINED, Mail.CANCELLED, Mail.EXPIRED)


@dataclass(frozen=True, kw_only=True)
class Button:
    """Where its page is, and how it looks: filled (empty), ``plain`` for what is outlined, ``danger`` for what ends."""

    label: str
    url: str
    kind: str = ""


def buttons_of(booking: Booking, user: Any, now: datetime) -> list[Button]:
    """The buttons: the graph's actions first, then what staff do to every booking, and last what ends it."""
    found = _of_who_decides(booking, user, now) if user.has_perm("bookings.decide_booking") else []
    if booking.series_id:
        found.append(_button(booking, "series", _("The series"), kind="plain"))
    if booking.version.offers_seats:
        found.append(_button(booking, "class", _("Who comes"), kind="plain"))
    if user.has_perm("bookings.change_booking"):
        found.append(_button(booking, "correct", _("Correct details"), kind="plain"))
    if user.has_perm("bookings.delete_booking") and booking.state.final:
        found.append(_button(booking, "erase", _("Delete"), kind="danger"))
    return sorted(found, key=lambda button: button.kind == "danger")


def _of_who_decides(booking: Booking, user: Any, now: datetime) -> list[Button]:
    actions = available_actions(booking, Actor.staff(user))
    found: list[Button] = []
    for action in actions:
        if not (action.continues or begins_to_take_others(booking, action, user)):
            found.append(_button(booking, "act", str(action), action.name, kind=_kind(action, found)))
    may_take = not taking_others_along([booking], user)
    if may_take and booking.state.occupies and any(action.continues for action in actions):
        found.append(_button(booking, "move", _("Move"), kind="plain"))
    if may_take and undoable_state(booking, now) is not None:
        found.append(_button(booking, "undo", _("Undo the cancellation"), kind="plain"))
    if booking.start <= now:
        found.append(_button(booking, "attendance", _("Note attendance"), kind="plain"))
    if getattr(booking, "customer", None):
        found.append(_button(booking, "renew", _("Renew the customer's link"), kind="plain"))
    return found


def tells_an_end(action: Action) -> bool:
    """Whether the customer is told that nothing comes of the booking: such a step is in brick wherever it stands."""
    return action.target.mail_to_customer in ENDS


def _kind(action: Action, before: list[Button]) -> str:
    """One button is filled: the first that keeps the time. What tells the customer of an end is in brick."""
    if tells_an_end(action):
        return "danger"
    is_next = action.target.occupies and all(button.kind for button in before)
    return "" if is_next else "plain"


def _button(booking: Booking, page: str, label: str, *more: str, kind: str = "") -> Button:
    url = reverse(f"admin:bookings_booking_{page}", args=[booking.pk, *more])
    return Button(label=str(label), url=url, kind=kind)
