"""The page of one booking, for whoever has its link: see it, act on it, take a cancellation back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bookings import database_clock, times
from bookings.effects.invitations import calendar_file
from bookings.effects.links import (
    MAILED,
    LinkInvalid,
    Purpose,
    manage_token,
    newest,
    note_opened,
    read_token,
)
from bookings.errors import BookingError
from bookings.forms.pages import MessageForm
from bookings.lifecycle import Actor, act, available_actions, play_if_due, undo, undoable_until
from bookings.models import Action, Booking
from bookings.views import cards
from bookings.views.booking import booking_card
from bookings.views.message_pages import message_page, refusal_page
from bookings.views.page_request import View, set_project
from bookings.views.page_urls import frame_aware_url
from bookings.views.return_to import host_of, return_url

CUSTOMER = Actor.customer()
JUST_BOOKED, JUST_MOVED = "new", "moved"


def with_booking(purpose: Purpose) -> Callable[[View], View]:
    """Give the view the booking that its link names, or what continues it; a dead link is told so."""

    def decorator(view: View) -> View:
        @never_cache
        @wraps(view)
        def opened(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                named, found = read_token(token, kwargs.get("action", ""))
                current = newest(named)
                if found != purpose:
                    return dead_link(request)
                if purpose == Purpose.OWNER and current.owner_email != named.owner_email:
                    return with_somebody_else(request)
                set_project(request, current.project)
                return view(request, current, token, *args, **kwargs)
            except LinkInvalid:  # also where somebody deletes the booking meanwhile
                return dead_link(request)

        return opened

    return decorator


def dead_link(request: HttpRequest) -> HttpResponse:
    """A link that is none (any more)."""
    return message_page(
        request,
        heading=_("This link does not work any more"),
        sentences=[
            _("It was cut off on its way, or it was replaced. Open the newest mail about your booking.")
        ],
        status=404,
    )


def with_somebody_else(request: HttpRequest) -> HttpResponse:
    """The link of an owner whom the booking left."""
    return message_page(
        request,
        heading=_("This booking moved to somebody else"),
        sentences=[_("Your time is free again, and there is nothing for you to do.")],
    )


@require_safe
@with_booking(Purpose.MANAGE)
def booking(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """How the booking stands."""
    if MAILED in request.GET:
        note_opened(booking, request.GET[MAILED])
    now = database_clock.now()
    booking = up_to_date(booking, now)
    card = booking_card.card(request, booking, token, now, just_moved=JUST_MOVED in request.GET)
    new = JUST_BOOKED in request.GET
    context: dict[str, Any] = {
        "booking": card,
        "just_booked": new,
        "back": back_card(request, booking, new=new),
    }
    if until := undoable_until(booking, now, by=CUSTOMER):
        context["undo"] = undo_card("", until, frame_aware_url(request, "undo", token), zone_of(booking))
    return render(request, "bookings/booking.html", context)


def back_card(request: HttpRequest, booking: Booking, *, new: bool) -> dict[str, Any] | None:
    """The way back to the page that the link of the booking named; ``at_once`` where the page around goes there."""
    url = return_url(request, booking.project, reference=booking.reference)
    at_once = new and not booking_card.is_to_be_read(booking)
    return {"href": url, "host": host_of(url), "at_once": at_once} if url else None


def up_to_date(booking: Booking, now: datetime) -> Booking:
    """The booking once the clock has played what is due, though no worker ran."""
    if booking.due_at and booking.due_at <= now and play_if_due(booking):
        return Booking.objects.in_full().get(pk=booking.pk)
    return booking


def undo_card(done: str, until: datetime, post_url: str, zone: str) -> dict[str, Any]:
    """The context of `_undo.html`.

    ``done`` is what can be taken back, empty where the page says it; ``zone`` whose clocks say until when.
    """
    return {"notice": f"{done}." if done else "", "post_url": post_url, "until": times.clock(until, zone)}


def zone_of(booking: Booking) -> str:
    """The zone in which its customer lives."""
    return booking_card.clocks_of(booking).own


@require_http_methods(["GET", "HEAD", "POST"])
@with_booking(Purpose.MANAGE)
def ask(request: HttpRequest, booking: Booking, token: str, action: str) -> HttpResponse:
    """Ask before an action is played; only the answer plays it."""
    return ask_page(request, booking, action, back=frame_aware_url(request, "customer", token))


def ask_page(request: HttpRequest, booking: Booking, action: str, *, back: str) -> HttpResponse:
    """The question and its answer; ``back`` is where one sees how the booking stands."""
    wanted = _action(available_actions(booking, CUSTOMER), action)
    looks = request.method != "POST"  # an answer that comes too late is refused in words, by the verb
    if wanted is None or (
        looks and wanted not in booking_card.offered_actions(booking, database_clock.now())
    ):
        return redirect(back)
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            act(booking, wanted.name, by=CUSTOMER, message=form.cleaned_data["message"])
        except BookingError as error:
            if newest(Booking.objects.get(pk=booking.pk)).state_id == wanted.target_id:
                return redirect(back)  # sent twice at once: the other one did it
            return refusal_page(request, error, booking, zone_of(booking), back=back)
        return redirect(back)
    return render(request, "bookings/ask.html", _question(booking, wanted, form, back))


@require_http_methods(["GET", "HEAD", "POST"])
@with_booking(Purpose.MANAGE)
def undo_cancellation(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """Undo a cancellation while its minutes last and the time is free; opening the URL undoes nothing."""
    if request.method != "POST":
        return redirect(frame_aware_url(request, "customer", token))
    try:
        restored = undo(booking, by=CUSTOMER)
    except BookingError as error:
        stands = newest(Booking.objects.get(pk=booking.pk))
        if stands.state.occupies:  # sent twice: it was taken back already
            return redirect(frame_aware_url(request, "customer", token))
        back = frame_aware_url(request, "customer", token)
        return refusal_page(request, error, booking, zone_of(booking), back=back)
    return redirect(frame_aware_url(request, "customer", manage_token(restored)))


@require_safe
@with_booking(Purpose.MANAGE)
def calendar_file_of(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """The booking as a file for the customer's calendar."""
    response = HttpResponse(calendar_file(booking), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{booking.reference}.ics"'
    return response


def _action(actions: Sequence[Action], name: str) -> Action | None:
    return next((one for one in actions if one.name == name and not one.continues), None)


def _question(booking: Booking, action: Action, form: MessageForm, back: str) -> dict[str, Any]:
    clocks = booking_card.clocks_of(booking)
    return ask_context(booking, action, form, back) | {"summary": cards.booking_summary(booking, clocks)}


def ask_context(booking: Booking, action: Action, form: MessageForm, back: str) -> dict[str, Any]:
    """The context of `ask.html` but for the summary: whether to play the action, or to keep it as it is."""
    label = cards.action_words(action)
    return {
        "heading": _("%(action)s?") % {"action": label},
        "words": [_freed(booking)] if booking.state.occupies and not action.target.occupies else [],
        "form": form if action.input == Action.Input.MESSAGE else None,
        "buttons": [{"value": action.name, "label": label, "danger": not action.target.occupies}],
        "back_url": back,
        "back_label": _("Keep it"),
    }


def _freed(booking: Booking) -> str:
    if booking.session_id:
        return _("Your place is then free for others.")
    return _("The time is then free for others.")
