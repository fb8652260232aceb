"""What must follow a verb: outbox rows, written in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from bookings import database_clock, texting
from bookings.availability.terms import comes_whole
from bookings.lifecycle.history import remark
from bookings.lifecycle.undoable import waits_for_second_thoughts
from bookings.models import Booking, HistoryEntry, Mail, OutboxMessage, State
from bookings.models.outbox import TEST_WEBHOOK, WEBHOOK
from bookings.overrides import override
from bookings.row_values import made

Notices = Mapping[str, Any]
"""What is said of mails: ``{"notify_owner_by_email": {"enabled": …, "message": …}}``."""
OFF = frozenset({Mail.DECLINED, Mail.CANCELLED, Mail.EXPIRED})
"""Mails that nobody is expected any more."""
ENTRY = "{entry}"
"""Stands in a message for the number of the history entry that it follows."""
LEFT = "left"
"""The mail to an owner whom a booking left by moving to somebody else; no state asks for it."""


def messages_of(
    booking: Booking,
    state: State,
    entry: HistoryEntry,
    *,
    moved: bool = False,
    quiet: bool = False,
    notices: Notices | None = None,
) -> list[OutboxMessage]:
    """The outbox rows of a booking that enters ``state``; ``moved`` tells of a new time instead.

    Of a test only webhooks for tests are told, by messages of a kind of their own, which no figure counts.
    ``notices`` came with an action, and go before what the booking says of its mails; ``quiet`` sends none.  The entry
    need not be written yet: the rows name it by ``ENTRY``.
    """
    if booking.disposable and not booking.is_test:
        return []
    messages = [] if quiet or booking.is_test else _mails(booking, state, entry, moved, notices or {})
    if messages and waits_for_second_thoughts(entry, state):
        for mail in messages:
            mail.run_after += timedelta(minutes=settings.UNDO_MAIL_DELAY_MINUTES)
    if state.webhook:
        names = {"state": state.name, "graph": booking.version.graph.name} | (
            {"moved": True} if moved else {}
        )
        kind = TEST_WEBHOOK if booking.is_test else WEBHOOK
        messages.append(_message(kind, booking, payload=names))
    if state.occupies and state.settled and not booking.is_test and not _is_reminded(booking, entry):
        messages += _reminders(booking)
    if booking.resource.writes_calendar:
        messages.append(_message("calendar", booking, payload={}))
    for message in messages:
        message.payload |= {"state_id": state.pk}
    return messages


def messages_of_moved_seat(seat: Booking, entry: HistoryEntry) -> list[OutboxMessage]:
    """The same of a seat whose session took it to another time, of which it is reminded in place of the old one."""
    messages = messages_of(seat, seat.state, entry, moved=True)
    if seat.reminders:
        of_old = OutboxMessage.objects.waiting().filter(booking_id=seat.pk)
        of_old.filter(Q(kind="reminder") | Q(payload__has_key="reminder")).update(
            outcome=OutboxMessage.Outcome.DROPPED,
            done_at=Now(),
            last_error=gettext_noop("The reminder was removed."),
        )
    for message in messages:
        if message.kind == "reminder":
            message.dedupe_key += f":{seat.sequence}"
    return messages


def named_after(number: int, messages: Sequence[OutboxMessage]) -> list[OutboxMessage]:
    """The messages with the number of the history entry that they follow."""
    for message in messages:
        message.dedupe_key = message.dedupe_key.replace(ENTRY, str(number))
        message.payload |= {"history": number}
    return list(messages)


def hears_of_departure(old: Booking, before: State) -> bool:
    """Whether the owner of a booking in the state ``before`` is mailed that it left for somebody else."""
    return not old.disposable and bool(before.mail_to_owner) and is_wanted(old, "owner", Mail.CANCELLED, {})


def announce_departure(old: Booking, before: State, entry: HistoryEntry) -> None:
    """Tell the owner of a booking that moved to somebody else, who was told of it in the state ``before``."""
    if not hears_of_departure(old, before):
        return
    payload = {"to": "owner", "mail": LEFT, "remark": entry.remark_id}
    message = _message("mail", old, "owner", payload=payload | {"state_id": old.state_id})
    OutboxMessage.objects.bulk_create(named_after(entry.pk, [message]), ignore_conflicts=True)


def announce_correction(booking: Booking, entry: HistoryEntry) -> None:
    """Let calendars elsewhere say what the booking says now."""
    if booking.resource.writes_calendar and not booking.disposable:
        message = _message("calendar", booking, payload={})
        OutboxMessage.objects.bulk_create(named_after(entry.pk, [message]), ignore_conflicts=True)


def _mails(
    booking: Booking, state: State, entry: HistoryEntry, moved: bool, notices: Notices
) -> list[OutboxMessage]:
    messages = []
    for to, of_state in (("customer", state.mail_to_customer), ("owner", _mail_to_owners(booking, state))):
        mail = Mail.MOVED if moved and of_state else of_state
        if not mail or not is_wanted(booking, to, mail, notices):
            continue
        payload: dict[str, Any] = {"to": to, "mail": mail, "remark": entry.remark_id}
        if words := message_in(notices, to, mail):
            payload["note"] = remark(booking, words)
        messages.append(_message("mail", booking, to, payload=payload))
    if _concerns_participants(booking, state):
        mail = Mail.MOVED if moved else state.mail_to_customer
        if is_wanted(booking, "participants", mail, notices):
            messages.append(
                _message("mail", booking, "participants", payload={"to": "participants", "mail": mail})
            )
    return messages


def _concerns_participants(booking: Booking, state: State) -> bool:
    """Whether those whom it is to invite hear of it: once it stands, and when it is called off."""
    if not (booking.invite and booking.participants):
        return False
    stands = state.settled and state.occupies
    return state.mail_to_customer == Mail.BOOKED if stands else state.mail_to_customer in OFF


def _mail_to_owners(booking: Booking, state: State) -> str:
    """An owner who ends it needs no mail; of several who are taken the others do, whoever it was."""
    ends = state.mail_to_customer in OFF and comes_whole(booking.project)
    return state.mail_to_owner or (state.mail_to_customer if ends else "")


def is_wanted(booking: Booking, to: str, mail: str, notices: Notices) -> bool:
    """Mails are on unless the action's or the booking's request, its project or its resource says otherwise."""
    if booking.project and not booking.project.sends_mail:
        return False
    if to == "owner" and not (booking.resource.sends_mail or comes_whole(booking.project)):
        return False  # of a booking that takes several each is asked when it is sent
    chosen = override(_notice(booking.notifications, to, mail), _notice(notices, to, mail))
    return chosen.get("enabled") is not False


def message_in(notices: Notices, to: str, mail: str) -> str:
    """The words that ``notices`` put into a mail; what is said for all goes into none that calls a booking off."""
    if not notices:
        return ""
    for_all = f"notify_{to}_by_email"
    concerned = {name: one for name, one in notices.items() if name != for_all or mail not in OFF}
    return str(_notice(concerned, to, mail).get("message") or "")


def _notice(notices: Notices, to: str, mail: str) -> dict[str, Any]:
    """What is said of one mail: ``notify_customer_declined_by_email`` over ``notify_customer_by_email``."""
    if not notices:
        return {}
    said = (notices.get(f"notify_{to}{one}_by_email") for one in ("", f"_{mail}"))
    return override(*(each for each in said if isinstance(each, dict)))


def _message(kind: str, booking: Booking, detail: str = "", *, payload: dict[str, Any]) -> OutboxMessage:
    key = f"{kind}:{detail}:{ENTRY}" if detail else f"{kind}:{ENTRY}"
    one_at_a_time = {"mail": f"booking:{booking.pk}", "calendar": f"calendar:{booking.resource_id}"}
    target = one_at_a_time.get(kind, "")
    return made(
        OutboxMessage,
        kind=kind,
        booking_id=booking.pk,
        target=target,
        payload=payload,
        dedupe_key=key,
        run_after=database_clock.now(),
    )


def _reminders(booking: Booking) -> list[OutboxMessage]:
    """One row per reminder of the booking that still lies ahead."""
    rows = []
    for index, reminder in enumerate(booking.reminders):
        when = _not_at_night(booking, reminder, reminder_time(booking, reminder))
        if when and when > database_clock.now():
            key = f"reminder:{booking.pk}:{index}"
            payload = {"index": index}
            rows.append(
                OutboxMessage(
                    kind="reminder",
                    booking_id=booking.pk,
                    target="",
                    payload=payload,
                    dedupe_key=key,
                    run_after=when,
                )
            )
    return rows


def _is_reminded(booking: Booking, entry: HistoryEntry) -> bool:
    """Whether a seat stood before, and so has reminders: after a move they are known by another key."""
    if not (booking.session_id and booking.reminders) or entry.source == entry.target:
        return False
    before = State.objects.filter(version=booking.version_id, name=entry.source)
    return before.filter(occupies=True, settled=True).exists()


def _not_at_night(booking: Booking, reminder: dict[str, Any], when: datetime | None) -> datetime | None:
    """A text message before the start wakes nobody: it comes before the customer's quiet hours, if that is to come."""
    customer = getattr(booking, "customer", None) if texting.is_set_up() else None
    is_text = reminder.get("type", "email") == "email" and texting.reaches(customer)
    if when is None or not is_text or (reminder.get("when") or {}).get("type") == "after":
        return when
    if (reminder.get("settings") or {}).get("recipient") == "owner" or customer is None:
        return when
    earlier = texting.before_quiet_hours(when, ZoneInfo(customer.timezone or booking.resource.timezone))
    return earlier if earlier > database_clock.now() else when


UNITS = {"secs": 1, "mins": 60, "hours": 3600, "days": 86400}


def reminder_time(booking: Booking, reminder: dict[str, Any]) -> datetime | None:
    """The instant of a reminder in the API's spelling, counted from the booking's start; 0 of any unit is the start.

    None where the reminder names no time.
    """
    when = reminder.get("when") or {}
    if when.get("unit") not in UNITS or "time" not in when:
        return None
    delta = timedelta(seconds=UNITS[when["unit"]] * int(when["time"]))
    return booking.start + (delta if when.get("type") == "after" else -delta)
