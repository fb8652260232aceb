"""Moving a booking: the old time stays until the new one is booked, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings import database_clock, times
from bookings.availability.offering import Offering
from bookings.availability.terms import comes_whole
from bookings.effects.links import Purpose, manage_token, newest
from bookings.errors import BookingError
from bookings.models import Booking, Resource
from bookings.price_words import price_in_words
from bookings.views import cards
from bookings.views.booking import booking_card
from bookings.views.booking.manage import JUST_MOVED, with_booking
from bookings.views.choose.choose import opened_at, plan, seek_url, sought
from bookings.views.choose.day import SEEK
from bookings.views.choose.offering import offering_for
from bookings.views.choose.selection import ANYONE, selection_of
from bookings.views.frames import is_embedded
from bookings.views.hold.alternatives import alternatives_card, nearest_times
from bookings.views.page_urls import carried_query, frame_aware_url, hidden_fields, page_url, parse_instant
from bookings.visitors.moving import Wanted, as_it_moves, is_there, move, moves, wanted_session, wanted_start
from bookings.visitors.sessions import session_of


@dataclass(frozen=True, kw_only=True)
class MoveUrls:
    """Where the steps of moving lead: ``page`` (with ``args``, at ``times``) shows the times, ``confirm`` both
    side by side.

    ``current`` is where one sees how the booking stands, ``moved`` the same for the new one.
    """

    page: str
    args: tuple[str, ...]
    times: str
    confirm: str
    current: str
    moved: Callable[[Booking], str]


def customer_move_urls(request: HttpRequest, token: str) -> MoveUrls:
    """Those that begin and end at the booking's own page."""
    return MoveUrls(
        page="move",
        args=(token,),
        times=frame_aware_url(request, "move", token),
        confirm=frame_aware_url(request, "move_to", token),
        current=frame_aware_url(request, "customer", token),
        moved=lambda booking: page_url(
            request, "customer", manage_token(booking), query=_moved_query(request)
        ),
    )


def _moved_query(request: HttpRequest) -> dict[str, str]:
    """The page says what changed; inside a frame the URL carries on what no cookie remembers there."""
    return {JUST_MOVED: "1"} | (carried_query(request) if is_embedded(request) else {})


def movable(request: HttpRequest, booking: Booking) -> Offering | None:
    """What it may be moved within, or None where its customer may not move it; the verb asks again."""
    if booking.project is None or not moves(booking) or booking.start <= database_clock.now():
        return None
    named = bool(request.GET.get("with") or request.POST.get("with"))
    return as_it_moves(booking, offering_for(request, booking.project, booking.option), named=named)


@require_safe
@with_booking(Purpose.MANAGE)
def choose_new(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """The free times, with the booking's own time above them."""
    return times_page(request, booking, customer_move_urls(request, token))


def times_page(request: HttpRequest, booking: Booking, urls: MoveUrls) -> HttpResponse:
    """Answer with the times that the booking may move to."""
    offering = movable(request, booking)
    if offering is None:
        return redirect(urls.current)
    selection = replace(selection_of(request, urls.page, urls.args, offering.zone), anyone=ANYONE)
    if SEEK in request.GET:
        return redirect(sought(selection, offering))
    opened = opened_at(selection, offering, moving=booking)
    if opened is None:
        return redirect(seek_url(selection))
    context = plan(*opened, offering, hold_url=urls.confirm, moving=booking)
    zone = selection.zone.key
    context["pick_by_get"] = True
    context["old"] = {
        "day": times.day(booking.start, zone),
        "times": times.clock_range(booking.start, booking.end, zone),
        "zone": times.zone_and_offset(booking.start, zone),
        "back_url": urls.current,
    }
    return render(request, "bookings/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@with_booking(Purpose.MANAGE)
def move_to(request: HttpRequest, booking: Booking, token: str) -> HttpResponse:
    """Old and new side by side; only the answer moves the booking."""
    return moving_page(request, booking, customer_move_urls(request, token))


def moving_page(request: HttpRequest, booking: Booking, urls: MoveUrls) -> HttpResponse:
    """Ask, or move the booking and lead on."""
    offering = movable(request, booking)
    wanted = wanted_of(request, booking, offering) if offering else None
    if offering is None or wanted is None:
        return redirect(urls.current)
    if request.method != "POST":
        return side_by_side(request, booking, urls, wanted)
    try:
        moved = booking if is_there(booking, wanted) else move(booking, wanted)
    except BookingError as error:
        now_stands = newest(Booking.objects.get(pk=booking.pk))
        if is_there(now_stands, wanted):
            return redirect(urls.moved(now_stands))
        return side_by_side(
            request,
            booking,
            urls,
            wanted,
            alternatives=_alternatives(booking, urls, offering, wanted, error),
            status=409,
        )
    return redirect(urls.moved(moved))


def wanted_of(request: HttpRequest, booking: Booking, offering: Offering) -> Wanted | None:
    """What the form or the URL picked, as far as it can be read."""
    sent = request.POST if request.method == "POST" else request.GET
    if offering.takes_seats:
        session = session_of(offering, sent.get("session", ""))
        return wanted_session(session) if session else None
    start = parse_instant(sent.get("start", ""))
    return wanted_start(booking, offering, start) if start else None


def with_whom(booking: Booking, wanted: Wanted) -> str:
    """With whom the new time will be, as far as it is known before it is booked."""
    first, *others = wanted.resources or [booking.resource]
    if not others or comes_whole(booking.project):
        return _with(first)
    return _("With whoever is free then")


def _length(booking: Booking, wanted: Wanted) -> str:
    """How long it is, or what changes about that."""
    before, after = (times.duration_in_words(each.end - each.start) for each in (booking, wanted))
    return after if before == after else _("%(before)s, then %(after)s") % {"before": before, "after": after}


def _price(booking: Booking) -> str:
    """What it costs, which a move does not change."""
    return price_in_words(booking.price, booking.currency)


def _with(resource: Resource) -> str:
    return _("With %(name)s") % {"name": resource.name}


def _alternatives(
    booking: Booking,
    urls: MoveUrls,
    offering: Offering,
    wanted: Wanted,
    error: BookingError,
) -> dict[str, Any]:
    return alternatives_card(
        nearest_times(offering, wanted.start),
        error,
        zone=booking_card.clocks_of(booking).first,
        post_url=urls.confirm,
        all_url=urls.times,
        form_id="move",
    )


def side_by_side(
    request: HttpRequest,
    booking: Booking,
    urls: MoveUrls,
    wanted: Wanted,
    *,
    alternatives: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with `move.html`."""
    clocks = booking_card.clocks_of(booking)
    picked = {"session": str(wanted.session.pk)} if wanted.session else {"start": wanted.start.isoformat()}
    sent = request.POST if request.method == "POST" else request.GET
    kept = {"with": sent["with"]} if sent.get("with") else {}
    context = {
        "settled": [part for part in (booking.what, _length(booking, wanted), _price(booking)) if part],
        "old": cards.when(booking.start, booking.end, clocks) | {"with": _with(booking.resource)},
        "new": cards.when(wanted.start, wanted.end, clocks) | {"with": with_whom(booking, wanted)},
        "zones": cards.zones(wanted.start, wanted.end, clocks),
        "alternatives": alternatives,
        "hidden": hidden_fields(kept if alternatives else kept | picked),
        "post_url": urls.confirm,
        "back_url": urls.current,
    }
    return render(request, "bookings/move.html", context, status=status)
