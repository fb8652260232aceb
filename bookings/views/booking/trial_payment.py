"""A payment that is only played through, in the demo and in test mode: this page says so, and no money moves."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import database_clock
from bookings.effects.links import Purpose
from bookings.errors import BookingError
from bookings.graphs.payments import failing_action, paying_action
from bookings.lifecycle import Actor, act
from bookings.models import Action, Booking
from bookings.views import cards
from bookings.views.booking import booking_card
from bookings.views.booking.manage import up_to_date, with_booking
from bookings.views.message_pages import refusal_page
from bookings.views.page_urls import frame_aware_url

PAYMENT_ID = "trial"
PAID, FAILED = "paid", "failed"


@require_http_methods(["GET", "HEAD", "POST"])
@with_booking(Purpose.MANAGE)
def pay(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """Ask how the payment went, and play that; where money is real there is no such page."""
    if not booking.has_trial_payment:
        raise Http404
    booking = up_to_date(booking, database_clock.now())
    back = frame_aware_url(request, "customer", token)
    if paying_action(booking.state) is None:
        return redirect(back)
    said = request.POST.get("action", "")
    action = (
        {PAID: paying_action, FAILED: failing_action}[said](booking.state) if said in {PAID, FAILED} else None
    )
    if request.method == "POST" and action is not None:
        return play_payment(request, booking, action, back)
    return render(request, "bookings/ask.html", _question(booking, back, failed=said == FAILED))


def play_payment(request: HttpRequest, booking: Booking, action: Action, back: str) -> HttpResponse:
    """Play what a payment provider's server would, and lead to how the booking stands."""
    try:
        act(booking, action.name, by=Actor.trial_payment(), payment_id=PAYMENT_ID)
    except BookingError as error:
        if Booking.objects.get(pk=booking.pk).state_id == action.target_id:
            return redirect(back)  # sent twice at once: the other one did it
        return refusal_page(request, error, booking, booking_card.clocks_of(booking).own, back=back)
    return redirect(back)


def _question(booking: Booking, back: str, *, failed: bool) -> dict[str, Any]:
    clocks = booking_card.clocks_of(booking)
    again = [_("Nothing was paid. You can try it again.")] if failed else []
    return {
        "heading": _("The payment failed") if failed else booking_card.pay_label(booking),
        "notice": _("This payment is only played through: no money moves."),
        "words": [*again, booking_card.until_paid(booking, clocks.own), _("How did the payment go?")],
        "buttons": [
            {"value": PAID, "label": _("Paid"), "primary": True},
            {"value": FAILED, "label": _("Failed")},
        ],
        "back_url": back,
        "back_label": _("Back to the booking"),
        "summary": cards.booking_summary(booking, clocks),
    }
