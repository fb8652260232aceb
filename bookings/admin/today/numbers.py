"""The numbers of the bar, which every page of the desk shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from bookings import bites
from bookings.admin.booking.waiting import how_many_wait
from bookings.admin.today.wrong import MOST_FAILED, unreached
from bookings.compiled import Compiled, how_many, is_there
from bookings.models import Booking, CalendarEntry, Connection, DemoRow, OutboxMessage, Site
from bookings.setup.missing import how_many_are_wrong, looked_over
from bookings.staff_limits import limited, resources_seen_by

_WRONG = ("failed", "untold", "unreached", "linkless", "changed", "calendars", "unread", "untaken", "limits")


@dataclass(frozen=True, kw_only=True)
class Numbers:
    waiting: int = 0
    wrong: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    """How much of each kind went wrong, by the names below."""
    mails: int = 0
    """How many mails wait, where nothing sends any."""
    has_demo: bool = False
    books_demo: bool = False
    """Whether something of the demo can be booked; told where nothing sends mails."""
    looked_over: Site | None = None
    """The site's row with what it may lack, for those who may mend that; see ``missing_but_mail``."""


def numbers_for(user: Any) -> Numbers:
    """How much waits for that user's answer, what went wrong that they may see to, and whether this is a trial.

    One query, or none for those whom nothing of it concerns.
    """
    mends = user.has_perm("bookings.change_site")
    asked = {name: rows for name, may_see, rows in _counted(user, mends=mends) if may_see}
    if not asked:
        return Numbers()
    rows = (looked_over() if mends else Site.objects.filter(pk=1)).annotate(**asked)
    site = rows.first()
    # Until somebody saves the site there is no row of it, but there is one of who asks.
    found: dict[str, Any] = vars(site) if site else vars(User.objects.annotate(**asked).get(pk=user.pk))
    said = {name: found[name] or 0 for name in asked}
    wrong = sum(said.get(name, 0) for name in _WRONG) + (how_many_are_wrong(site) if site and mends else 0)
    return Numbers(
        waiting=said.get("waiting", 0),
        wrong=wrong,
        kinds=said,
        mails=said.get("mails", 0),
        has_demo=bool(said.get("has_demo")),
        books_demo=bool(said.get("books_demo")),
        looked_over=site if mends else None,
    )


def _counted(user: Any, *, mends: bool) -> Iterator[tuple[str, bool, Any]]:
    """The name of each number, whether it concerns the user, and its part of the statement."""
    decides, off = user.has_perm("bookings.decide_booking"), not settings.MAIL_IS_SET_UP
    yield "changed", decides, how_many(limited(CalendarEntry.objects.conflicting(), user))
    yield "waiting", decides, Compiled(how_many_wait(resources_seen_by(user)))
    failed = limited(OutboxMessage.objects.failed_lately(), user)[:MOST_FAILED]
    of_failed = OutboxMessage.objects.filter(pk__in=failed.values("pk"))
    yield "failed", user.has_perm("bookings.view_outboxmessage"), how_many(of_failed)
    untold = limited(OutboxMessage.objects.untold(), user)
    yield "untold", user.has_perm("bookings.change_outboxmessage"), how_many(untold)
    yield "unreached", user.has_perm("bookings.view_booking"), how_many(limited(unreached(), user))
    linkless = limited(Booking.objects.without_link(), user).order_by("start")[:MOST_FAILED]
    of_linkless = Booking.objects.filter(pk__in=linkless.values("pk"))
    yield "linkless", user.has_perm("bookings.view_booking"), how_many(of_linkless)
    connects = user.has_perm("bookings.change_resource")
    yield "calendars", connects, how_many(Connection.objects.troubled())
    yield "unread", connects, how_many(Connection.objects.read_in_part())
    untaken = OutboxMessage.objects.untaken().order_by("pk")[:MOST_FAILED]
    of_untaken = OutboxMessage.objects.filter(pk__in=untaken.values("pk"))
    yield "untaken", connects, how_many(of_untaken, "booking_id")
    yield "limits", mends, how_many(bites.lately_noted(), "who")
    yield "mails", off, how_many(OutboxMessage.objects.waiting().filter(kind="mail"))
    yield "books_demo", off, is_there(DemoRow.objects.filter(kind=DemoRow.Kind.RESOURCE))
    yield "has_demo", user.is_superuser, is_there(DemoRow.objects.all())
