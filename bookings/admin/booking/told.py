"""What the customer was told of a booking, whether it went, and what may be sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.admin.booking.verb_pages import permitted_booking
from bookings.effects.again import NothingToSend, Sendable, send_again, sendable_again
from bookings.effects.recipients import CUSTOMER
from bookings.languages import site_of
from bookings.lifecycle.together import TOGETHER
from bookings.models import Booking, Mail, OutboxMessage
from bookings.times import brief_day_and_clock

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Told:
    """One message to the customer: what it said, how it stands, since when, and why it did not go or empty."""

    what: str
    outcome: str
    at: str
    why: str


def messages_of(booking: Booking) -> list[OutboxMessage]:
    """All that was to be sent of it, the newest first.  One query."""
    return list(OutboxMessage.objects.filter(booking_id=booking.pk).order_by("-pk"))


def told(booking: Booking, sent: Sequence[OutboxMessage]) -> list[Told]:
    """The last messages to the customer, the newest first, of what was ``sent`` of it and of the dates that were told
    with it.  One query, and only where it belongs to a series.
    """
    rows = list(sent)
    if booking.series_id:
        of_series = Booking.objects.filter(series=booking.series_id).exclude(pk=booking.pk).order_by()
        together = Q(booking_id__in=of_series.values("pk"), payload__has_key=TOGETHER)
        rows += OutboxMessage.objects.filter(together, kind="mail")
    rows = [row for row in rows if row.kind == "mail" and row.payload.get("to") == CUSTOMER]
    told_of = [row for row in sorted(rows, key=lambda row: -row.pk) if _is_about(row, booking)]
    zone = booking.resource.timezone
    return [
        Told(
            what=_mail_in_words(str(row.payload.get("mail", ""))),
            outcome=str(row.get_outcome_display()),
            at=brief_day_and_clock(row.done_at or row.run_after, zone),
            why=_(row.last_error) if row.last_error else "",
        )
        for row in told_of[:SHOWN]
    ]


def _is_about(message: OutboxMessage, booking: Booking) -> bool:
    """Whether it tells of the booking, alone or among other dates of its series."""
    return message.booking_id == booking.pk or str(booking.pk) in message.payload.get(TOGETHER, [])


def offer(booking: Booking, request: HttpRequest) -> str:
    """What would be sent to whom, in a sentence; empty where nothing can be, or the reader may not."""
    wanted = sendable_again(booking, site_of(request))
    return _in_words(wanted) if wanted and request.user.has_perm("bookings.decide_booking") else ""


def again_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Send the customer's mail once more, by POST alone.  Raises PermissionDenied and Http404."""
    booking = permitted_booking(request, pk, "decide_booking")
    try:
        wanted = send_again(booking, site_of(request))
    except NothingToSend:
        messages.error(request, _("There is nothing that could be sent: no address is known, or it is over."))
    else:
        model_admin.log_change(request, booking, _in_words(wanted))
        messages.success(request, _("It is on its way: %(mail)s") % {"mail": _in_words(wanted)})
    url = reverse("admin:bookings_booking_change", args=[pk])
    return HttpResponseRedirect(f"{url}#told")


def _in_words(wanted: Sendable) -> str:
    languages = {code: str(name) for code, name in settings.LANGUAGES}
    return _("“%(mail)s” to %(address)s, in this language: %(language)s") % {
        "mail": wanted.mail.label,
        "address": wanted.address,
        "language": languages.get(wanted.language, wanted.language),
    }


def _mail_in_words(name: str) -> str:
    return str(Mail(name).label) if name in Mail.values else _("reminder")
