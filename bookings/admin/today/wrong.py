"""What went wrong and how it is cured: one list, and the number that the bar shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import bites
from bookings.admin.setup import with_pages
from bookings.calendars.words import meeting_cure
from bookings.models import Booking, CalendarEntry, Connection, Customer, OutboxMessage, Resource
from bookings.models.booking_queries import BookingQuerySet
from bookings.setup.missing import missing_but_mail
from bookings.staff_limits import limited
from bookings.times import brief_day_and_clock

MOST_FAILED = 100
SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One thing that is wrong, or several of a kind; ``url`` is where it is cured, or empty."""

    sentence: str
    cure: str
    url: str = ""
    count: int = 1


def wrongs_for(user: Any) -> list[Wrong]:
    """What that user may know of and see to.  Nothing scans a table that grows."""
    found: list[Wrong] = []
    if user.has_perm("bookings.view_outboxmessage"):
        found += _failed(user)
    if user.has_perm("bookings.change_outboxmessage"):
        found += _untold(user)
    if user.has_perm("bookings.view_booking"):
        found += [*_unreached(user), *_without_link(user)]
    if user.has_perm("bookings.decide_booking"):
        found += _changed(user)
    if user.has_perm("bookings.change_resource"):
        found += [*_calendars(), *_untaken()]
    if user.has_perm("bookings.change_site"):
        found += [*_lacks(), *_limits()]
    return found


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A message that was given up: when, to whom, why, and the page of its booking or empty."""

    pk: int
    at: str
    to: str
    why: str
    url: str


def failed(user: Any, zone: str) -> list[Failed]:
    """The messages that were given up last, of those that the user sees.  Three queries."""
    rows = list(limited(OutboxMessage.objects.failed_lately(), user).order_by("-done_at")[:SHOWN])
    known = Booking.objects.live().in_bulk([row.booking_id for row in rows if row.booking_id])
    people = Customer.objects.in_bulk(list(known))
    return [
        Failed(
            pk=row.pk,
            at=brief_day_and_clock(row.done_at, zone) if row.done_at else "",
            to=_whom(row, people.get(row.booking_id) if row.booking_id else None),
            why=_(row.last_error) if row.last_error else "",
            url=reverse("admin:bookings_booking_change", args=[row.booking_id])
            if row.booking_id in known
            else "",
        )
        for row in rows
    ]


def _whom(message: OutboxMessage, customer: Customer | None) -> str:
    if message.kind != "mail":
        return message.kind
    if message.payload.get("to") == "customer" and customer:
        return _("Mail to %(name)s, %(address)s") % {"name": customer.name, "address": customer.email}
    return _("Mail to the owner")


def _failed(user: Any) -> Iterator[Wrong]:
    if count := limited(OutboxMessage.objects.failed_lately(), user)[:MOST_FAILED].count():
        sentence = ngettext(
            "%(count)s message did not go out within the last week.",
            "%(count)s messages did not go out within the last week.",
            count,
        ) % {"count": count}
        url = f"{reverse('admin:bookings_outboxmessage_changelist')}?outcome__exact=failed"
        cure = _("See why, put it right, and have it tried again.")
        yield Wrong(sentence=sentence, cure=cure, url=url, count=count)


def unreached() -> BookingQuerySet:
    """Bookings to come whose customers' mails come back."""
    coming = Booking.objects.live().occupying().filter(end__gt=Now())
    return coming.filter(customer__in=Customer.objects.unreached())


def _untold(user: Any) -> Iterator[Wrong]:
    if count := limited(OutboxMessage.objects.untold(), user).count():
        sentence = ngettext(
            "Nobody could tell %(count)s customer what happened to a booking.",
            "Nobody could tell %(count)s customers what happened to a booking.",
            count,
        ) % {"count": count}
        url = reverse("admin:bookings_outboxmessage_untold")
        yield Wrong(
            sentence=sentence, cure=_("Tell them another way, and tick them off."), url=url, count=count
        )


def _unreached(user: Any) -> Iterator[Wrong]:
    for booking in limited(unreached(), user).select_related("customer").order_by("start"):
        yield Wrong(
            sentence=_("Mails to %(name)s come back.") % {"name": booking.customer.name},
            cure=_("Reach them another way, and correct the address."),
            url=reverse("admin:bookings_booking_change", args=[booking.pk]),
        )


def _without_link(user: Any) -> Iterator[Wrong]:
    """Bookings whose customers know no link of the video meeting that they were to have."""
    rows = limited(Booking.objects.without_link(), user).select_related("resource")
    for booking in rows.order_by("start")[:MOST_FAILED]:
        yield Wrong(
            sentence=_("%(resource)s, %(reference)s: the video meeting has no link.")
            % {"resource": booking.resource, "reference": booking.reference},
            cure=meeting_cure(booking.meeting),
            url=reverse("admin:bookings_booking_change", args=[booking.pk]),
        )


def _changed(user: Any) -> Iterator[Wrong]:
    rows = limited(CalendarEntry.objects.conflicting(), user).select_related("booking", "calendar__resource")
    for entry in rows.order_by("noticed_at"):
        yield Wrong(
            sentence=f"{entry.calendar.resource}, {entry.booking.reference}: {entry.get_conflict_display()}",
            cure=_("Decide which of the two holds."),
            url=reverse("admin:bookings_booking_calendar_conflict", args=[entry.pk]),
        )


def _calendars() -> Iterator[Wrong]:
    for row in Connection.objects.troubled():
        words = _(row.last_error) if row.last_error else row.get_state_display()
        yield Wrong(
            sentence=_("The calendar of %(resource)s is not read: %(why)s")
            % {"resource": row.resource, "why": words},
            cure=_("Until it is, times may be offered that are busy there."),
            url=reverse("admin:bookings_resource_calendars", args=[row.resource_id]),
        )
    for row in Connection.objects.read_in_part():
        yield Wrong(
            sentence=_("The calendar of %(resource)s is read in part: %(why)s")
            % {"resource": row.resource, "why": _(row.remark)},
            cure=_("Put it right there, or take those times here; until then they may be offered."),
            url=reverse("admin:bookings_resource_calendars", args=[row.resource_id]),
        )


def _untaken() -> Iterator[Wrong]:
    """Bookings that a calendar does not take, together by the calendar's resource and its reason."""
    rows = OutboxMessage.objects.untaken().order_by("pk")[:MOST_FAILED]
    ids = {booking: why for booking, why in rows.values_list("booking_id", "last_error") if booking}
    refused: Counter[tuple[Resource, str]] = Counter()
    for booking in Booking.objects.in_full().filter(pk__in=ids).select_related("resource"):
        refused[booking.resource, ids[booking.pk]] += 1
    for (resource, why), count in refused.items():
        sentence = ngettext(
            "%(count)s booking of %(resource)s does not stand in the calendar: %(why)s",
            "%(count)s bookings of %(resource)s do not stand in the calendar as they are: %(why)s",
            count,
        ) % {"count": count, "resource": resource, "why": _(why)}
        yield Wrong(
            sentence=sentence,
            cure=_("They are written by themselves as soon as the calendar takes them."),
            url=reverse("admin:bookings_resource_calendars", args=[resource.pk]),
            count=count,
        )


def _lacks() -> Iterator[Wrong]:
    wrong = [one for one in missing_but_mail() if one.is_wrong]
    for one, page in with_pages(wrong):
        yield Wrong(sentence=one.sentence, cure=one.cure, url=page)


def _limits() -> Iterator[Wrong]:
    for limit, count in bites.lately():
        sentence = ngettext(
            "The limit %(setting)s (%(value)s) refused somebody once within the last day.",
            "The limit %(setting)s (%(value)s) refused somebody %(count)s times within the last day.",
            count,
        ) % {"setting": limit.setting, "value": limit.value, "count": count}
        yield Wrong(sentence=sentence, cure=_("Raise it in .env where it kept out somebody whom you want."))
