"""Secret calendar feeds: what is booked with a resource or in a project, for a calendar that reads it by itself.

The address is signed; it is worth nothing once staff change what the feed tells, or renew it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from icalendar import STATUS, Calendar, Event

from bookings import typed_text
from bookings.effects import packed_ids
from bookings.effects.invitations import PRODUCT, add_meeting, in_utc
from bookings.in_flight import giving_way
from bookings.models import Booking, Feed, Project, Resource

Owner = Resource | Project
BACK, AHEAD = timedelta(weeks=6), timedelta(days=550)
MOST = 3000
"""So many events at most, those to come before those that were; a reader gets no larger file."""
READ_AGAIN = "PT1H"
_KINDS: dict[str, type[Resource] | type[Project]] = {"r": Resource, "p": Project}
_SIGNER = Signer(salt="bookings.feeds", sep=".")


class NoFeed(Exception):
    """The address is not ours, was renewed, or its row has no feed or is gone."""


def feed_url(owner: Owner) -> str:
    """The secret address, empty where there is no feed."""
    if not owner.feed:
        return ""
    kind = next(letter for letter, model in _KINDS.items() if isinstance(owner, model))
    named = kind + packed_ids.pack(owner.pk)
    return f"{settings.SITE_URL}{reverse('pages:feed', args=[named + _SIGNER.signature(_signed(owner))])}"


def read_feed(token: str) -> Owner:
    """Whose feed it is.  Raises ``NoFeed``; nothing is looked up for a token that names no id."""
    try:
        owner: Owner = (
            _KINDS[token[:1]].objects.live().exclude(feed=Feed.NONE).get(pk=packed_ids.unpack(token[1:]))
        )
        _SIGNER.unsign(f"{_signed(owner)}.{token[1 + packed_ids.LENGTH :]}")
    except (KeyError, ValueError, ObjectDoesNotExist, BadSignature) as error:
        raise NoFeed from error
    return owner


def _signed(owner: Owner) -> str:
    return f"{owner.pk}.{owner.feed}.{owner.feed_nonce}"


def booked(owner: Owner) -> list[Booking]:
    """What takes time, from six weeks back, the next one first and after all of these the last that was.

    No more than ``MOST`` of each kind are read.
    """
    to_come = _first(query.filter(start__gte=Now()).order_by("start", "pk") for query in _queries(owner))
    past = _first(query.filter(start__lt=Now()).order_by("-start", "pk") for query in _queries(owner))
    by_start = sorted(to_come, key=lambda row: (row.start, row.pk))
    return [*by_start, *sorted(past, key=lambda row: row.start, reverse=True)][:MOST]


def _first(queries: Iterable[QuerySet[Booking]]) -> Iterable[Booking]:
    """What some of these queries find, each once."""
    return {row.pk: row for query in queries for row in query[:MOST]}.values()


def _queries(owner: Owner) -> list[QuerySet[Booking]]:
    """Each along one index."""
    taking = (
        Booking.objects.live()
        .filter(state__occupies=True, start__gte=Now() - BACK, start__lt=Now() + AHEAD, session=None)
        .select_related("state", "customer", "resource")
    )
    if isinstance(owner, Project):
        return [taking.filter(project=owner)]
    beside = Booking.companions.through._default_manager.filter(resource=owner).values("booking")  # noqa: SLF001
    return [taking.filter(resource=owner), taking.filter(pk__in=beside)]


def fingerprint(owner: Owner, rows: list[Booking], language: str) -> str:
    """What a reader has already if it is the same."""
    told = [(language, owner.name, owner.feed), *map(_told_of, rows)]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _told_of(row: Booking) -> tuple[object, ...]:
    texts = row.what, row.where, row.meeting_link, _summary(row)
    return row.pk, row.updated_at, row.state_id, row.seats_taken, *texts


def feed_file(owner: Owner, rows: list[Booking]) -> bytes:
    """The .ics of these bookings."""
    calendar = Calendar()
    name = typed_text.line(owner.name)
    for key, value in (
        ("PRODID", PRODUCT),
        ("VERSION", "2.0"),
        ("METHOD", "PUBLISH"),
        ("NAME", name),
        ("X-WR-CALNAME", name),
        ("X-PUBLISHED-TTL", READ_AGAIN),
    ):
        calendar.add(key, value)
    calendar.add("REFRESH-INTERVAL", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for row in giving_way(rows):
        calendar.add_component(_event(owner, row))
    return bytes(calendar.to_ical())


def _event(owner: Owner, row: Booking) -> Event:
    """Without names the time and no more; the link leads to the desk, which asks who one is."""
    names = owner.feed == Feed.NAMES
    event = Event.new(
        uid=f"{row.uid}-feed",
        sequence=row.sequence,
        stamp=in_utc(row.updated_at),
        start=in_utc(row.start),
        end=in_utc(row.end),
        summary=typed_text.line(_summary(row)) if names else _("Booked"),
        location=(typed_text.line(row.where) or row.meeting_link or None) if names else None,
        status=STATUS.CONFIRMED if row.state.settled else STATUS.TENTATIVE,
    )
    if names:
        add_meeting(event, row.meeting_link)
    event.add("URL", f"{settings.SITE_URL}{reverse('admin:bookings_booking_change', args=[row.pk])}")
    return event


def _summary(row: Booking) -> str:
    what = row.what or row.resource.name
    if row.max_seats is not None:
        taken = ngettext("%(count)s place taken", "%(count)s places taken", row.seats_taken)
        return f"{what} ({taken % {'count': row.seats_taken}})"
    customer = getattr(row, "customer", None)
    return f"{what} – {customer.name}" if customer else what
