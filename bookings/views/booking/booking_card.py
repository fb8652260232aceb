"""What the page of one booking says: how it stands, what happens next, what its customer may do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bookings import texting, times, typed_text
from bookings.clocks import Clocks
from bookings.effects.links import manage_url
from bookings.graph_words import words_to_customer
from bookings.graphs.payments import paying_action
from bookings.lifecycle import Actor, available_actions
from bookings.models import Action, Booking, Mail
from bookings.price_words import price_in_words
from bookings.views import cards
from bookings.views.booking.changes import what_changed
from bookings.views.page_urls import frame_aware_url, page_url
from bookings.visitors.moving import ending_action

CUSTOMER = Actor.customer()
ON_ITS_WAY = timedelta(hours=1)


def card(
    request: HttpRequest, booking: Booking, token: str, now: datetime, *, just_moved: bool
) -> dict[str, Any]:
    """The context of `booking.html` for one booking."""
    clocks, stage = clocks_of(booking), stage_of(booking, now)
    changes = what_changed(booking, clocks) if just_moved and stage in {"booked", "waiting"} else []
    zone = clocks.own  # of deadlines: those are met wherever the customer is
    return {
        "stage": stage,
        "reference": booking.reference,
        "pill": words_to_customer(booking.state.label) or booking.state.name,
        "title": title(booking, stage, moved=bool(changes)),
        "changes": changes,
        **cards.when(booking.start, booking.end, clocks),
        "facts": cards.booking_facts(booking, zone),
        "steps": steps(booking, stage, zone, now),
        "change": change(booking, stage, zone, now),
        "actions": actions(request, booking, token, now),
        "by_agent": by_agent(request, booking, token, zone, now),
        "calendar": calendar(request, booking, token) if stage == "booked" else None,
        "pay": payment(request, booking, token, zone) if stage == "waiting" else None,
        "keep": not is_told(booking) and stage in {"booked", "waiting"},
        "url": manage_url(booking),
        "again_url": again_url(request, booking) if stage in {"ended", "over"} else None,
    }


def clocks_of(booking: Booking) -> Clocks:
    """Through which zones its customer sees it."""
    customer = getattr(booking, "customer", None)
    own = customer.timezone if customer else ""
    return Clocks.for_customer(booking.project, place=booking.resource.timezone, own=own)


def stage_of(booking: Booking, now: datetime) -> str:
    """`booked`, `waiting` for somebody, `begun`, `ended` before its time, or `over`."""
    if not booking.state.settled:
        return "waiting" if now < booking.start else "over"
    if booking.state.occupies:
        return "booked" if now < booking.start else "begun" if now < booking.end else "over"
    return "ended" if booking.state.mail_to_customer else "over"


def title(booking: Booking, stage: str, *, moved: bool = False) -> str:
    """The page's heading; it hangs on what a state says of itself, never on its name."""
    if stage == "booked" and moved:
        return _("Your booking is moved")
    if stage == "booked":
        return _("Your place is booked") if booking.session_id else _("Your time is booked")
    if stage == "begun":
        return _("Your time has begun")
    if stage == "waiting":
        paying = paying_action(booking.state) is not None
        return _("Kept for you, not paid yet") if paying else _("Request sent, not confirmed yet")
    if stage == "over" and not booking.state.settled:
        return _("The time of this request has passed")
    ends = {
        Mail.DECLINED: _("This request was declined"),
        Mail.CANCELLED: _("This booking is cancelled"),
        Mail.EXPIRED: _("This booking ran out of time"),
    }
    over = _("This booking is over")
    return ends.get(Mail(booking.state.mail_to_customer), over) if stage == "ended" else over


def steps(booking: Booking, stage: str, zone: times.Zone, now: datetime) -> list[str]:
    """What happens next, a sentence each."""
    if stage == "over" and booking.attendance == Booking.Attendance.NO_SHOW:
        return [_("It was noted that you did not come. If that is wrong, please get in touch with us.")]
    if stage not in {"booked", "waiting"}:
        return []
    said = [*_answer(booking, zone), *_mail(booking, now)]
    if stage == "waiting" and paying_action(booking.state):
        said += [] if pay_url(booking) or booking.has_trial_payment else _unpayable(booking, zone)
    elif stage == "waiting" and not gets_mail(booking):
        said.append(_("You see the answer on this page."))
    if stage == "booked" and booking.project:
        said += [line.strip() for line in booking.project.after_booking.splitlines() if line.strip()]
    return said


def _unpayable(booking: Booking, zone: times.Zone) -> list[str]:
    return [until_paid(booking, zone), _("It cannot be paid here. Please get in touch with us.")]


def _answer(booking: Booking, zone: times.Zone) -> list[str]:
    if booking.state.settled or paying_action(booking.state):
        return []
    kept = (
        _("The time stays yours until then.")
        if booking.state.occupies
        else _("The time is not kept for you until then.")
    )
    if booking.due_at is None:
        return [_("%(name)s answers your request.") % {"name": booking.resource.name} + " " + kept]
    by = times.moment_in_full(booking.due_at, zone)
    said = _("%(name)s answers by %(moment)s.") % {"name": booking.resource.name, "moment": by}
    return [f"{said} {kept}", _("Without an answer the request ends and costs nothing.")]


def gets_mail(booking: Booking) -> bool:
    """Whether its customer gets mails: what goes into the files of a trial reaches nobody."""
    customer = getattr(booking, "customer", None)
    sends = booking.project is None or booking.project.sends_mail
    return bool(settings.MAIL_IS_SET_UP and sends and customer and customer.email)


def is_told(booking: Booking) -> bool:
    """Whether anything that we send reaches its customer: a mail or a text message."""
    sends = booking.project is None or booking.project.sends_mail
    return gets_mail(booking) or bool(sends and texting.reaches(getattr(booking, "customer", None)))


def is_to_be_read(booking: Booking) -> bool:
    """Whether its customer needs the page first: to pay, or to keep its address, which nothing brings."""
    return paying_action(booking.state) is not None or not is_told(booking)


def _mail(booking: Booking, now: datetime) -> list[str]:
    """Said only while it may still be under way."""
    if not (gets_mail(booking) and booking.state.mail_to_customer):
        return []
    told = booking.state_entered_at
    if booking.continues_id:  # it may wait since before it was moved
        told = max(told, booking.created_at)
    if now - told > ON_ITS_WAY:
        return []
    said = _("A mail with all of this is on its way to %(address)s.")
    return [said % {"address": booking.customer.email}]


def change(booking: Booking, stage: str, zone: times.Zone, now: datetime) -> str:
    """Until when its customer may change it, as a moment; nothing once it has begun."""
    if stage != "booked" or booking.change_until is None:
        return ""
    if booking.waives_cut_off:
        return _("It was moved for you, so you can change or cancel it until it begins.")
    until = times.moment_in_full(booking.change_until, zone)
    if now > booking.change_until:
        return _("Changes were possible here until %(moment)s. Please get in touch with us.") % {
            "moment": until
        }
    return _("You can change or cancel it here until %(moment)s.") % {"moment": until}


def offered_actions(booking: Booking, now: datetime) -> list[Action]:
    """What its customer may play now: nothing once it has begun, or after the cut-off."""
    return available_actions(booking, CUSTOMER) if booking.is_open_to_changes(now) else []


def actions(request: HttpRequest, booking: Booking, token: str, now: datetime) -> list[dict[str, Any]]:
    """What its customer may play, as links to the pages that ask."""
    offered = sorted(offered_actions(booking, now), key=lambda action: not action.continues)
    return [_link(request, action, token) for action in offered]


def _link(request: HttpRequest, action: Action, token: str) -> dict[str, Any]:
    label = cards.action_words(action)
    if action.continues:
        return {
            "href": frame_aware_url(request, "move", token),
            "label": label,
            "danger": False,
            "moves": True,
        }
    href = frame_aware_url(request, "ask", token, action.name)
    return {"href": href, "label": label, "danger": not action.target.occupies, "moves": False}


def by_agent(
    request: HttpRequest, booking: Booking, token: str, zone: times.Zone, now: datetime
) -> dict[str, str] | None:
    """That an assistant did it, and the way to undo that while its minutes last."""
    until = booking.agent_undo_until
    action = ending_action(booking) if until and now < until else None
    if until is None or action is None:
        return None
    said = (
        _("An assistant moved this for you. You can cancel it here until %(moment)s.")
        if booking.continues_id
        else _("An assistant booked this for you. If you did not want that, undo it until %(moment)s.")
    )
    return {
        "sentence": said % {"moment": times.moment_in_full(until, zone)},
        "href": frame_aware_url(request, "ask", token, action.name),
        "label": cards.action_words(action) if booking.continues_id else _("Undo the booking"),
    }


def payment(
    request: HttpRequest, booking: Booking, token: str, zone: times.Zone
) -> dict[str, str | bool] | None:
    """Where and until when a booking that waits for payment is paid; ``leaves`` says that it is another site."""
    if paying_action(booking.state) is None:
        return None
    trial_url = frame_aware_url(request, "pay", token) if booking.has_trial_payment else ""
    href = pay_url(booking) or trial_url
    if not href:
        return None
    return {
        "href": href,
        "leaves": href != trial_url,
        "label": pay_label(booking),
        "sentence": until_paid(booking, zone),
    }


def pay_url(booking: Booking) -> str:
    """The project's payment page, told which booking it is for; empty where it has none."""
    page = booking.project.pay_url if booking.project else ""
    query = urlencode({"reference": booking.reference, "booking": booking.pk})
    return f"{page}{'&' if '?' in page else '?'}{query}" if page else ""


def pay_label(booking: Booking) -> str:
    """What the button says that leads to paying it."""
    amount = price_in_words(booking.price, booking.currency)
    return _("Pay %(amount)s") % {"amount": amount} if amount else _("Pay now")


def until_paid(booking: Booking, zone: times.Zone) -> str:
    """By when it has to be paid."""
    if booking.due_at is None:
        return _("It is yours once it is paid.")
    moment = times.moment_in_full(booking.due_at, zone)
    return _("Please pay by %(moment)s; then it is yours.") % {"moment": moment}


def calendar(request: HttpRequest, booking: Booking, token: str) -> dict[str, str]:
    """Where it is added to the customer's own calendar.  Spaces are `%20` and UTC is `Z`: Outlook reads no other."""
    start, end = (times.local(moment, "UTC") for moment in (booking.start, booking.end))
    dates = f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}"
    what, where = typed_text.line(booking.what), typed_text.line(booking.where)
    text = {"text": what, "details": manage_url(booking), "location": where, "dates": dates}
    event = {
        "rru": "addevent",
        "subject": what,
        "body": manage_url(booking),
        "location": where,
        "startdt": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
    }
    google, outlook = (urlencode(query, quote_via=quote) for query in (text, event))
    return {
        "ics_url": page_url(request, "ics", token),
        "google_url": f"https://calendar.google.com/calendar/render?action=TEMPLATE&{google}",
        "outlook_url": f"https://outlook.live.com/calendar/0/action/compose?{outlook}",
    }


def again_url(request: HttpRequest, booking: Booking) -> str | None:
    """Where the same thing can be booked anew."""
    if booking.project is None or booking.project.deleted_at:
        return None
    return frame_aware_url(request, "choose", booking.project.slug)
