"""Who changed what in the calendar since it was last read, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.admin.booking.facts import with_places
from bookings.admin.calendar.window import Window
from bookings.models import Booking, HistoryEntry
from bookings.staff_limits import limited
from bookings.times import day_and_clock

MOST = 20
"""How many entries of the history are looked at; of more, the last."""


@dataclass(frozen=True, kw_only=True)
class News:
    said: str
    url: str


def last_entry() -> int:
    """The number of the newest entry of the history, 0 where there is none."""
    return HistoryEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def news_since(number: int, window: Window, user: Any) -> tuple[list[News], int]:
    """What others did to bookings of the window after that entry, oldest first, and the newest entry's number.

    One query where nothing happened, four at most.
    """
    entries = list(HistoryEntry.objects.filter(pk__gt=number).order_by("-pk")[:MOST])[::-1]
    if not entries:
        return [], number
    ids = [entry.booking_id for entry in entries]
    found = limited(Booking.objects.filter(pk__in=ids), user).select_related(
        "customer", "state", "resource", "continues"
    )
    bookings = {one.pk: one for one in found}
    continued = {one.continues_id for one in bookings.values()}
    told = [entry for entry in entries if entry.booking_id in bookings and entry.booking_id not in continued]
    names = _names(told)
    by_others = [one for one in told if (one.actor, one.actor_id) != ("staff", str(user.pk))]
    news = [
        News(
            said=_said(bookings[entry.booking_id], entry, names, window),
            url=reverse("admin:bookings_booking_change", args=[entry.booking_id]),
        )
        for entry in by_others
        if _concerns(bookings[entry.booking_id], window)
    ]
    return news, entries[-1].pk


def _concerns(booking: Booking, window: Window) -> bool:
    places = [booking, booking.continues] if booking.continues else [booking]
    shown = {resource.pk for resource in window.resources}
    return any(
        one.resource_id in shown and one.start < window.end and one.end > window.start for one in places
    )


def _names(entries: list[HistoryEntry]) -> dict[str, str]:
    staff = [entry.actor_id for entry in entries if entry.actor == "staff" and entry.actor_id]
    users = get_user_model().objects.filter(pk__in=staff) if staff else ()
    return {str(user.pk): user.get_full_name() or user.get_username() for user in users}


def _said(booking: Booking, entry: HistoryEntry, names: dict[str, str], window: Window) -> str:
    who = names.get(entry.actor_id) if entry.actor == "staff" else None
    words = {"who": who or str(entry.get_actor_display()), "whom": with_places(booking)}
    if entry.reason == "moved" and booking.continues:
        before, after = (day_and_clock(one.start, window.zone) for one in (booking.continues, booking))
        moved = words | {"before": before, "after": after}
        return _("%(who)s moved %(whom)s from %(before)s to %(after)s.") % moved
    state = {"what": entry.get_what_display(), "state": booking.state}
    if entry.what == HistoryEntry.What.TRANSITION:
        return _("%(who)s: %(whom)s is now “%(state)s”.") % (words | state)
    return _("%(who)s: %(whom)s, %(what)s.") % (words | state)
