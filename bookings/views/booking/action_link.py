"""A link for one action of one booking: its page shows the booking and asks, plays that, and leads nowhere else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import database_clock, times
from bookings.effects.links import Purpose
from bookings.models import Booking
from bookings.views import cards
from bookings.views.booking import booking_card
from bookings.views.booking.changes import what_changed
from bookings.views.booking.manage import JUST_MOVED, ask_page, dead_link, with_booking
from bookings.views.booking.move import MoveUrls, moving_page, times_page
from bookings.views.message_pages import message_page
from bookings.views.page_urls import page_url

DONE = "done"


@require_http_methods(["GET", "HEAD", "POST"])
@with_booking(Purpose.ACTION)
def ask_once(request: HttpRequest, booking: Booking, token: str, action: str) -> HttpResponse:
    """Ask for the action, or for the new time where it moves the booking; once that is over, how it stands."""
    if DONE in request.GET:
        return stands(request, booking)
    urls = link_move_urls(request, token, action)
    if not moves(booking, action):
        return ask_page(request, booking, action, back=urls.current)
    if request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return times_page(request, booking, urls)


@require_http_methods(["GET", "HEAD", "POST"])
@with_booking(Purpose.ACTION)
def move_once(request: HttpRequest, booking: Booking, token: str, action: str) -> HttpResponse:
    """Old and new time side by side, for a link that moves the booking; for any other link this is no page."""
    if not moves(booking, action):
        return dead_link(request)
    return moving_page(request, booking, link_move_urls(request, token, action))


def moves(booking: Booking, action: str) -> bool:
    """Whether the action is the one that a new time continues."""
    return booking.version.actions.filter(name=action, continues=True).exists()


def link_move_urls(request: HttpRequest, token: str, action: str) -> MoveUrls:
    """Those that stay below this one link."""
    over = page_url(request, "action", token, action, query={DONE: "1"})
    return MoveUrls(
        page="action",
        args=(token, action),
        times=page_url(request, "action", token, action),
        confirm=page_url(request, "action_to", token, action),
        current=over,
        moved=lambda _booking: page_url(request, "action", token, action, query={DONE: "1", JUST_MOVED: "1"}),
    )


def stands(request: HttpRequest, booking: Booking) -> HttpResponse:
    """How the booking stands, in a few words; its own page is behind another link."""
    clocks = booking_card.clocks_of(booking)
    span = times.clock_range(booking.start, booking.end, clocks.first)
    changes = what_changed(booking, clocks) if JUST_MOVED in request.GET else []
    return message_page(
        request,
        heading=booking_card.title(
            booking, booking_card.stage_of(booking, database_clock.now()), moved=bool(changes)
        ),
        sentences=[
            _("%(day)s, %(times)s") % {"day": times.day(booking.start, clocks.first), "times": span},
            cards.zones(booking.start, booking.end, clocks),
            *(f"{each['label']}: {each['value']}" for each in changes),
            _("To see or change your booking, open the link that you got when you booked."),
        ],
    )
