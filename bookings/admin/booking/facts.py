"""What is known of a booking, as its page tells staff."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.admin.booking.moves import Moves
from bookings.admin.times_in_words import moment_in_words
from bookings.models import Booking, OutboxMessage
from bookings.money import money
from bookings.place_words import places_in_words
from bookings.staff_limits import is_limited, limited
from bookings.times import clock_range, day, duration_in_words, zone_and_offset


@dataclass(frozen=True, kw_only=True)
class Fact:
    label: str
    value: str | SafeString


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a booking's page says first."""

    who: str
    day: str
    times: str
    zone: str
    """With its offset: "Berlin time (UTC+1)"."""
    look: str
    """Empty where the booking stands, ``wait`` while something is awaited, ``over`` once it no longer has its time."""


def head(booking: Booking) -> Head:
    zone, state = booking.resource.timezone, booking.state
    look = "wait" if not state.settled else "" if state.occupies else "over"
    return Head(
        who=with_places(booking) if getattr(booking, "customer", None) else booking.what,
        day=day(booking.start, zone),
        times=clock_range(booking.start, booking.end, zone),
        zone=zone_and_offset(booking.start, zone),
        look=look,
    )


def facts(booking: Booking, user: Any, moves: Moves, messages: Sequence[OutboxMessage]) -> list[Fact]:
    """What that user may know of a booking, without what is empty."""
    connected = _connected(booking, user, moves, messages)
    rows = [*_visit(booking, user), *_person(booking, user), *_text(booking), *connected]
    return [Fact(label=label, value=value) for label, value in rows if value not in ("", None)]


def _visit(booking: Booking, user: Any) -> Iterator[tuple[str, Any]]:
    zone = booking.resource.timezone
    times = clock_range(booking.start, booking.end, zone)
    where = zone_and_offset(booking.start, zone)
    when = _(", ").join((day(booking.start, zone), times, where))
    yield _("when"), f"{when} ({duration_in_words(booking.length)})"
    yield _("resource"), booking.resource.name
    yield _("also takes"), _(", ").join(other.name for other in limited(booking.companions.all(), user))
    yield _("project"), booking.project.name if booking.project else ""
    yield _("option"), str(booking.option) if booking.option else ""
    yield _("places"), str(booking.places) if booking.places > 1 else ""
    yield _("price"), money(booking.price, booking.currency) if booking.price is not None else ""
    yield _("payment"), booking.payment_id
    if booking.max_seats is not None:
        yield _("seats"), seats_in_words(booking)
    if booking.due_at:
        yield _("the clock acts"), moment_in_words(booking.due_at, zone)
    yield _("attendance"), str(booking.get_attendance_display())


def seats_in_words(session: Booking) -> str:
    """How many of a session's seats are taken, holds among them."""
    return taken_in_words(session.seats_taken, session.max_seats)


def taken_in_words(taken: int, seats: int | None) -> str:
    """The same of values that were read without their row."""
    return _("%(taken)s of %(seats)s taken") % {"taken": taken, "seats": seats}


def with_places(booking: Booking) -> str:
    """Who comes, and how many where that is more than one: "Marty McFly, 3 places"."""
    return name_with_places(str(getattr(booking, "customer", None) or ""), booking.places)


def name_with_places(name: str, places: int) -> str:
    """The same of values that were read without their row; a dash for nobody."""
    name = name or "—"
    return name if places == 1 else _(", ").join((name, places_in_words(places)))


def _person(booking: Booking, user: Any) -> Iterator[tuple[str, Any]]:
    customer = getattr(booking, "customer", None)
    if customer is None:
        return
    joined = getattr(booking, "joined", None)
    if joined and user.has_perm("bookings.view_person"):
        url = reverse("admin:bookings_person_change", args=[joined.person_id])
        yield _("customer"), format_html('<a href="{}">{}</a>', url, customer.name)
    else:
        yield _("customer"), customer.name
    yield _("e-mail"), format_html('<a href="mailto:{0}">{0}</a>', customer.email) if customer.email else ""
    if customer.mail_comes_back:
        told = {"words": customer.returned_words}
        yield _("mail"), _("Mails to this address come back: %(words)s") % told
    call = '<a href="{}"><bdi dir="ltr">{}</bdi></a>'
    yield _("telephone"), format_html(call, customer.phone_url, customer.phone) if customer.phone else ""
    yield _("name for calls"), customer.voip
    yield _("customer's zone"), customer.timezone
    for key, answer in customer.answers.items():
        yield (
            answer_title(booking, key),
            answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False),
        )


def answer_title(booking: Booking, key: str) -> str:
    """What a customer was asked under that key; the key where the project no longer says."""
    question = booking.project.customer_fields.get(key) if booking.project else None
    title = question.get("title") if isinstance(question, dict) else None
    return title if isinstance(title, str) and title else key


def _text(booking: Booking) -> Iterator[tuple[str, Any]]:
    yield _("what"), booking.what
    yield _("where"), booking.where
    link = booking.meeting_link
    yield _("video meeting"), format_html('<a href="{}" rel="noreferrer">{}</a>', link, link) if link else ""
    yield _("description"), booking.description
    yield _("note for staff"), booking.staff_note
    yield _("reason for the overlap"), booking.overstepped
    yield _("meta"), json.dumps(booking.meta, ensure_ascii=False) if booking.meta else ""


def _connected(
    booking: Booking, user: Any, moves: Moves, messages: Sequence[OutboxMessage]
) -> Iterator[tuple[str, Any]]:
    drawn = str(booking.state.version)
    yield _("graph"), drawn if is_limited(user) else _link("graphversion", booking.version_id, drawn)
    if booking.session:
        yield _("session"), _link("booking", booking.session_id, booking.session.reference)
    if booking.state.version.offers_seats:
        seats = booking.seats.filter(deleted_at=None, continued_by=None).select_related("customer", "state")
        links = ((_link("booking", seat.pk, f"{with_places(seat)}, {seat.state}"),) for seat in seats)
        yield _("seats of"), format_html_join("\n", "{}", links)
    before = moves.before[0][0] if moves.before else None
    if before in moves.seen_before(user):
        yield _("was moved from"), _link("booking", before, _("the old time"))
    if after := moves.seen_after(user):
        yield _("was moved to"), _link("booking", after, _("the new time"))
    yield _("messages"), _(", ").join(f"{one.kind}: {one.get_outcome_display()}" for one in messages[:20])


def _link(model: str, pk: Any, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:bookings_{model}_change", args=[pk]), words)
