"""The numbers of the bar, which every page of the desk shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, IntegerField, QuerySet, Subquery, Value

from bookings import bites
from bookings.admin.booking.waiting import how_many_wait
from bookings.admin.today.wrong import MOST_FAILED, unreached
from bookings.models import CalendarEntry, Connection, DemoRow, OutboxMessage, Site
from bookings.setup.missing import how_many_are_wrong, looked_over
from bookings.staff_limits import limited, resources_seen_by

_WRONG = ("failed", "untold", "unreached", "changed", "calendars", "untaken", "limits")


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


def numbers_for(user: Any) -> Numbers:
    """How much waits for that user's answer, what went wrong that they may see to, and whether this is a trial.

    One query, or none for those whom nothing of it concerns.
    """
    asked: dict[str, Any] = {}
    if user.has_perm("bookings.decide_booking"):
        asked["changed"] = _count(limited(CalendarEntry.objects.conflicting(), user))
        asked["waiting"] = Subquery(how_many_wait(resources_seen_by(user)), output_field=IntegerField())
    if user.has_perm("bookings.view_outboxmessage"):
        failed = OutboxMessage.objects.failed_lately()[:MOST_FAILED]
        asked["failed"] = _count(OutboxMessage.objects.filter(pk__in=failed.values("pk")))
    if user.has_perm("bookings.change_outboxmessage"):
        asked["untold"] = _count(OutboxMessage.objects.untold())
    if user.has_perm("bookings.view_booking"):
        asked["unreached"] = _count(limited(unreached(), user))
    if user.has_perm("bookings.change_resource"):
        asked["calendars"] = _count(Connection.objects.troubled())
        untaken = OutboxMessage.objects.untaken().order_by("pk")[:MOST_FAILED]
        asked["untaken"] = _count(OutboxMessage.objects.filter(pk__in=untaken.values("pk")), "booking_id")
    mends = user.has_perm("bookings.change_site")
    if mends:
        asked["limits"] = _count(bites.lately_noted(), "who")
    if not settings.MAIL_IS_SET_UP:
        asked["mails"] = _count(OutboxMessage.objects.waiting().filter(kind="mail"))
        asked["books_demo"] = Exists(DemoRow.objects.filter(kind=DemoRow.Kind.RESOURCE))
    if user.is_superuser:
        asked["has_demo"] = Exists(DemoRow.objects.all())
    if not asked:
        return Numbers()
    rows = (looked_over() if mends else Site.objects.filter(pk=1)).annotate(**asked)
    site = rows.first()
    if site is None:  # nobody has saved it yet
        Site.current()
        site = rows.get()
    said = {name: vars(site)[name] or 0 for name in asked}
    wrong = sum(said.get(name, 0) for name in _WRONG) + (how_many_are_wrong(site) if mends else 0)
    return Numbers(
        waiting=said.get("waiting", 0),
        wrong=wrong,
        kinds=said,
        mails=said.get("mails", 0),
        has_demo=bool(said.get("has_demo")),
        books_demo=bool(said.get("books_demo")),
    )


def _count(rows: QuerySet[Any], distinct: str = "") -> Subquery:
    """How many rows, or values of a column, as a part of another statement."""
    counted = Count(distinct, distinct=True) if distinct else Count("*")
    together = rows.order_by().annotate(all_of_them=Value(1)).values("all_of_them")
    return Subquery(together.annotate(number=counted).values("number"), output_field=IntegerField())
