"""The page of a booking for its owner, from the owner's mail and without a login: accept, decline, cancel."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.clocks import Clocks
from bookings.effects.links import Purpose
from bookings.errors import BookingError
from bookings.forms.pages import MessageForm
from bookings.forms.questions import answers_of
from bookings.lifecycle import Actor, act, available_actions
from bookings.models import Action, Booking
from bookings.views import cards
from bookings.views.booking.manage import with_booking
from bookings.views.message_pages import refusal_page
from bookings.views.page_urls import page_url

OWNER = Actor.owner()


@require_http_methods(["GET", "HEAD", "POST"])
@with_booking(Purpose.OWNER)
def owner(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """What the owner may decide; opening it decides nothing."""
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        action, message = request.POST.get("action", ""), form.cleaned_data["message"]
        try:
            act(booking, action, by=OWNER, message=message)
        except BookingError as error:
            zone = booking.resource.timezone
            return refusal_page(request, error, booking, zone, back=page_url(request, "owner", token))
        return redirect(page_url(request, "owner", token))
    return render(request, "bookings/ask.html", _question(booking, form))


def _question(booking: Booking, form: MessageForm) -> dict[str, Any]:
    actions = [action for action in available_actions(booking, OWNER) if not action.continues]
    summary = cards.booking_summary(booking, Clocks(booking.resource.timezone))
    return {
        "heading": _heading(booking),
        "words": [] if actions else [_("There is nothing to decide.")],
        "form": form if actions else None,
        "buttons": [_button(action, booking) for action in actions],
        "summary": summary | {"facts": [*summary["facts"], *_who_asks(booking)]},
    }


def _heading(booking: Booking) -> str:
    customer = getattr(booking, "customer", None)
    if not booking.state.settled and customer:
        return _("%(name)s asks for this time") % {"name": customer.name}
    return str(booking.state)


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
