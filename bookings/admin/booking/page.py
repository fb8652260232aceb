"""What a booking's page tells staff: its facts, its history in words, and the verbs that are open to them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.lifecycle import Actor, available_actions, undoable_state
from bookings.models import ApiKey, Booking, HistoryEntry, OutboxMessage, Remark
from bookings.money import money
from bookings.times import clock_range, day, day_and_clock, duration_in_words, onward, zone_and_offset


@dataclass(frozen=True, kw_only=True)
class Fact:
    label: str
    value: str | SafeString


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A button: where its page is, and whether what it does is final or merely an edit."""

    label: str
    url: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A line of the story."""

    when: str
    """In the resource's zone, like all times of the page."""
    who: str
    told: str
    words: str


def facts(booking: Booking) -> list[Fact]:
    """What is known of a booking, without what is empty."""
    rows = [*_visit(booking), *_person(booking), *_text(booking), *_around(booking)]
    return [Fact(label=label, value=value) for label, value in rows if value not in ("", None)]


def _visit(booking: Booking) -> Iterator[tuple[str, Any]]:
    zone = booking.resource.timezone
    times = clock_range(booking.start, booking.end, zone)
    where = zone_and_offset(booking.start, zone)
    when = _(", ").join((day(booking.start, zone), times, where))
    yield _("when"), f"{when} ({duration_in_words(booking.length)})"
    yield _("resource"), booking.resource.name
    yield _("also takes"), _(", ").join(other.name for other in booking.companions.all())
    yield _("project"), booking.project.name if booking.project else ""
    yield _("option"), str(booking.option) if booking.option else ""
    yield _("price"), money(booking.price, booking.currency) if booking.price is not None else ""
    yield _("payment"), booking.payment_id
    if booking.max_seats is not None:
        seats = {"taken": booking.seats_taken, "seats": booking.max_seats}
        yield _("seats"), _("%(taken)s of %(seats)s taken") % seats
    if booking.due_at:
        yield (
            _("the clock acts"),
            _(", ").join((day_and_clock(booking.due_at, zone), zone_and_offset(booking.due_at, zone))),
        )
    yield _("attendance"), str(booking.get_attendance_display())


def _person(booking: Booking) -> Iterator[tuple[str, Any]]:
    customer = getattr(booking, "customer", None)
    if customer is None:
        return
    yield _("customer"), customer.name
    yield _("e-mail"), format_html('<a href="mailto:{0}">{0}</a>', customer.email) if customer.email else ""
    yield _("telephone"), customer.phone
    yield _("name for calls"), customer.voip
    yield _("customer's zone"), customer.timezone
    for key, answer in customer.answers.items():
        yield (
            _title(booking, key),
            answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False),
        )


def _title(booking: Booking, key: str) -> str:
    question = booking.project.customer_fields.get(key) if booking.project else None
    title = question.get("title") if isinstance(question, dict) else None
    return title if isinstance(title, str) and title else key


def _text(booking: Booking) -> Iterator[tuple[str, Any]]:
    yield _("what"), booking.what
    yield _("where"), booking.where
    yield _("description"), booking.description
    yield _("note for staff"), booking.staff_note
    yield _("reason for the overlap"), booking.overstepped
    yield _("meta"), json.dumps(booking.meta, ensure_ascii=False) if booking.meta else ""


def _around(booking: Booking) -> Iterator[tuple[str, Any]]:
    yield _("graph"), _link("graphversion", booking.version_id, str(booking.version))
    if booking.session:
        yield _("session"), _link("booking", booking.session_id, booking.session.reference)
    if booking.version.offers_seats:
        seats = booking.seats.filter(deleted_at=None, continued_by=None).select_related("customer", "state")
        links = ((_link("booking", seat.pk, f"{seat.customer}, {seat.state}"),) for seat in seats)
        yield _("seats of"), format_html_join("\n", "{}", links)
    if booking.continues_id:
        yield _("was moved from"), _link("booking", booking.continues_id, _("the old time"))
    after = Booking.objects.filter(continues=booking).first()
    if after:
        yield _("was moved to"), _link("booking", after.pk, _("the new time"))
    messages = OutboxMessage.objects.filter(booking_id=booking.pk)
    yield _("messages"), _(", ").join(f"{one.kind}: {one.get_outcome_display()}" for one in messages[:20])


def _link(model: str, pk: Any, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:bookings_{model}_change", args=[pk]), words)


def story(booking: Booking) -> list[Moment]:
    """What happened, oldest first, remarks beside; of this booking and of those that it continues."""
    zone = booking.resource.timezone
    ids, step = [booking.pk], booking.continues
    while step and len(ids) < 50:
        ids.append(step.pk)
        step = step.continues
    entries = list(HistoryEntry.objects.filter(booking_id__in=ids))
    remarks = Remark.objects.in_bulk([entry.remark_id for entry in entries if entry.remark_id])
    names, words = _names(entries), _words(booking)
    return [
        Moment(
            when=_(", ").join((day_and_clock(entry.at, zone), zone_and_offset(entry.at, zone))),
            who=names.get((entry.actor, entry.actor_id), str(entry.get_actor_display())),
            told=_told(entry, words),
            words=remarks[entry.remark_id].words if entry.remark_id in remarks else "",
        )
        for entry in entries
    ]


def _names(entries: list[HistoryEntry]) -> dict[tuple[str, str], str]:
    """Staff and keys by the ids that history keeps."""
    staff = [entry.actor_id for entry in entries if entry.actor == "staff" and entry.actor_id]
    keys = [entry.actor_id for entry in entries if entry.actor == "key" and entry.actor_id]
    names = {}
    for user in get_user_model().objects.filter(pk__in=staff) if staff else ():
        names["staff", str(user.pk)] = user.get_full_name() or user.get_username()
    for key in ApiKey.objects.filter(pk__in=keys) if keys else ():
        names["key", str(key.pk)] = _("API key %(name)s") % {"name": key.name}
    return names


def _words(booking: Booking) -> dict[tuple[str, str], str]:
    """What people call that which history keeps by its name or code."""
    version = booking.version
    reasons = {
        "moved": _("moved"),
        "overlap": _("over taken time"),
        "session": _("together with the session"),
        "undone": _("taken back"),
    }
    return {
        **{("state", state.name): str(state) for state in version.states.all()},
        **{("action", action.name): str(action) for action in version.actions.all()},
        **{("attendance", one.value): str(one.label) for one in Booking.Attendance},
        **{("reason", code): words for code, words in reasons.items()},
    }


def _told(entry: HistoryEntry, words: dict[tuple[str, str], str]) -> str:
    def called(kind: str, name: str) -> str:
        return words.get((kind, name), name)

    if entry.what != HistoryEntry.What.TRANSITION:
        about = called("attendance", entry.target) or entry.reason
        return f"{entry.get_what_display()}: {about}" if about else str(entry.get_what_display())
    target = f"{onward()} {called('state', entry.target)}"
    way = f"{called('state', entry.source)} {target}" if entry.source else target
    parts = [called("action", entry.action), called("reason", entry.reason)]
    said = _(", ").join(filter(None, parts))
    return f"{way} ({said})" if said else way


def verbs_of(booking: Booking, user: Any, now: datetime) -> list[Verb]:
    """The buttons: the graph's actions first, then what staff do to every booking."""
    actions = available_actions(booking, Actor.staff(user))
    found = []
    if user.has_perm("bookings.decide_booking"):
        found += [
            _verb(booking, "act", str(action), action.name) for action in actions if not action.continues
        ]
        if booking.state.occupies and any(action.continues for action in actions):
            found.append(_verb(booking, "move", _("Move"), kind="plain"))
        if undoable_state(booking, now) is not None:
            found.append(_verb(booking, "undo", _("Undo the cancellation"), kind="plain"))
        if booking.start <= now:
            found.append(_verb(booking, "attendance", _("Note attendance"), kind="plain"))
        if getattr(booking, "customer", None):
            found.append(_verb(booking, "renew", _("Renew the customer's link"), kind="plain"))
    if user.has_perm("bookings.change_booking"):
        found.append(_verb(booking, "correct", _("Correct details"), kind="plain"))
    if user.has_perm("bookings.delete_booking") and booking.state.final:
        found.append(_verb(booking, "erase", _("Delete"), kind="danger"))
    return found


def _verb(booking: Booking, page: str, label: str, *more: str, kind: str = "") -> Verb:
    url = reverse(f"admin:bookings_booking_{page}", args=[booking.pk, *more])
    return Verb(label=str(label), url=url, kind=kind)
