"""The page of a booking for its owner, from the owner's mail and without a login: accept, decline, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import database_clock
from bookings.clocks import Clocks
from bookings.effects.links import Purpose
from bookings.errors import BookingError
from bookings.forms.pages import MessageForm
from bookings.forms.questions import answers_of
from bookings.graph_words import words_to_owner
from bookings.lifecycle import Actor, act, available_actions, undo, undoable_until
from bookings.models import Action, Booking
from bookings.views import cards
from bookings.views.booking.manage import ask_context, undo_card, up_to_date, with_booking
from bookings.views.message_pages import refusal_page
from bookings.views.page_urls import page_url

OWNER = Actor.owner()
SURE = "sure"


@require_http_methods(["GET", "HEAD", "POST"])
@with_booking(Purpose.OWNER)
def owner(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """What the owner may decide; opening it decides nothing, and what gives the time back is asked once more."""
    booking = up_to_date(booking, database_clock.now())
    url = page_url(request, "owner", token)
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        name = request.POST.get("action", "")
        action = next((one for one in _decisions(booking, database_clock.now()) if one.name == name), None)
        if action is not None and not action.target.occupies and SURE not in request.POST:
            return render(request, "bookings/ask.html", _are_you_sure(booking, action, form, url))
        try:
            act(booking, name, by=OWNER, message=form.cleaned_data["message"])
        except BookingError as error:
            return refusal_page(request, error, booking, booking.resource.timezone, back=url)
        return redirect(url)
    return render(request, "bookings/ask.html", _question(request, booking, form, token))


@require_http_methods(["GET", "HEAD", "POST"])
@with_booking(Purpose.OWNER)
def undo_decision(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """Take the owner's own decision back while nobody was told of it; opening the URL takes nothing back."""
    url = page_url(request, "owner", token)
    if request.method == "POST" and available_actions(booking, OWNER) == []:  # else it was taken back already
        try:
            undo(booking, by=OWNER)
        except BookingError as error:
            return refusal_page(request, error, booking, booking.resource.timezone, back=url)
    return redirect(url)


def _decisions(booking: Booking, now: datetime) -> list[Action]:
    """What the owner may play; nobody answers a request whose time has passed."""
    if booking.start <= now and not booking.state.settled:
        return []
    return [action for action in available_actions(booking, OWNER) if not action.continues]


def _question(request: HttpRequest, booking: Booking, form: MessageForm, token: str) -> dict[str, Any]:
    now = database_clock.now()
    actions = _decisions(booking, now)
    until = undoable_until(booking, now, by=OWNER)
    undo_url, zone = page_url(request, "owner_undo", token), booking.resource.timezone
    return {
        "heading": _heading(booking, now),
        "words": [] if actions else _nothing_to_decide(booking, now),
        "form": form if actions else None,
        "buttons": [_button(action, booking) for action in actions],
        "undo": undo_card(_state(booking), until, undo_url, zone) if until else None,
        "summary": _summary(booking),
    }


def _are_you_sure(booking: Booking, action: Action, form: MessageForm, url: str) -> dict[str, Any]:
    hidden = [{"name": SURE, "value": "1"}]
    return ask_context(booking, action, form, url) | {"hidden": hidden, "summary": _summary(booking)}


def _summary(booking: Booking) -> dict[str, Any]:
    summary = cards.booking_summary(booking, Clocks(booking.resource.timezone))
    return summary | {
        "facts": [*summary["facts"], *_who_asks(booking)],
        "chosen": [],
    }  # all of it is to be seen


def _heading(booking: Booking, now: datetime) -> str:
    customer = getattr(booking, "customer", None)
    if not booking.state.settled and booking.start <= now:
        return _("The time of this request has passed")
    if not booking.state.settled and customer:
        return _("%(name)s asks for this time") % {"name": customer.name}
    return _state(booking)


def _state(booking: Booking) -> str:
    return words_to_owner(booking.state.label) or booking.state.name


def _nothing_to_decide(booking: Booking, now: datetime) -> list[str]:
    passed = [_("Its time has passed.")] if booking.start <= now else []
    return [*passed, _("There is nothing to decide.")]


def _button(action: Action, booking: Booking) -> dict[str, Any]:
    """The one that settles what waits is the filled one; what gives the time back is marked."""
    accepts = action.target.occupies and action.target.settled and not booking.state.settled
    return {
        "value": action.name,
        "label": cards.action_words(action),
        "primary": accepts,
        "danger": not action.target.occupies,
    }


def _who_asks(booking: Booking) -> list[dict[str, Any]]:
    """How to reach the customer, and what was answered: what one decides by."""
    customer = getattr(booking, "customer", None)
    if customer is None:
        return []
    told = [(_("E-mail"), customer.email), (_("Telephone"), customer.phone)]
    answers = answers_of(booking)
    words = (_("Answers"), answers) if answers else (_("Description"), booking.description)
    return [*(cards.fact(label, value, code=True) for label, value in told if value), *cards.facts(words)]
