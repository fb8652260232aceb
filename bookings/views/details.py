"""The form: who comes.  While it is filled in the time is held, and sending it books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bookings import times
from bookings.constraints import violated
from bookings.effects.links import manage_token
from bookings.errors import BookingError
from bookings.forms import BookingForm, Contact, Scope, find_rows
from bookings.forms.pages import DetailsForm
from bookings.lifecycle import Actor, book
from bookings.models import Booking, Customer, Reservation
from bookings.views import cards
from bookings.views.addresses import carried, here
from bookings.views.chrome import belongs_to, is_embedded
from bookings.views.hold_links import hold_of, hold_token
from bookings.views.holds import hold_time
from bookings.views.lost import lost
from bookings.views.manage import JUST_BOOKED
from bookings.views.offering import offering_of
from bookings.views.refusals import ended
from bookings.views.visitors import remember, visitor
from bookings.views.zones import own_zone

CUSTOMER = Actor.customer()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Show the form, or book with what it holds; a form that is sent twice leads to the same booking."""
    held = hold_of(token)
    if held is None or held.project is None or held.project.slug != slug:
        return no_such_hold(request, slug)
    belongs_to(request, held.project)
    if (made := booked_before(held)) is not None:
        return redirect(here(request, "customer", manage_token(made)))
    if held.released_at is not None:
        return redirect(here(request, "choose", slug, query=carried(request)))
    if request.method != "POST":
        return page(request, held, blank_form(request, held))
    return send(request, held)


def send(request: HttpRequest, held: Reservation) -> HttpResponse:
    """Book the held time for the customer of the form; the held time cannot be lost, an ended hold is tried anew."""
    form = DetailsForm(request.POST, project=held.project, instance=known_of(request))
    rows = find_rows({"reservation_id": held.pk}, Scope.everything())
    wanted = BookingForm(rows, contact=Contact.EITHER, customer_form=form)
    if not wanted.is_valid():
        if not form.errors:
            form.add_error(None, _("This can not be booked at the moment. Please get in touch with us."))
        return page(request, held, form)
    draft = wanted.draft()
    draft.form_token, draft.language = str(held.pk), get_language() or ""
    try:
        made = book(
            draft,
            graph=rows.flow.version.graph.name,
            by=CUSTOMER,
            customer=wanted.customer(),
            companions=wanted.companions(),
            reservation=held,
            else_anew=True,
        )
    except (BookingError, IntegrityError) as error:
        return not_booked(request, held, form, error)
    return redirect(here(request, "customer", manage_token(made), query=onwards(request)))


def onwards(request: HttpRequest) -> dict[str, str]:
    """In a frame the booking's page tells the page around it, once."""
    return {JUST_BOOKED: "1"} | carried(request) if is_embedded(request) else {}


def not_booked(
    request: HttpRequest, held: Reservation, form: DetailsForm, error: BookingError | IntegrityError
) -> HttpResponse:
    """The same form was booked a moment ago, or somebody else has the time by now."""
    held.refresh_from_db(fields=["booking", "released_at", "expires_at"])
    if (made := booked_before(held)) is not None:
        return redirect(here(request, "customer", manage_token(made)))
    if isinstance(error, IntegrityError):
        if not violated(error, "form_token"):
            raise error
        return no_such_hold(request, held.project.slug)
    return page(request, held, form, lost=_lost(request, held, error), status=409)


@never_cache
@require_POST
def instead(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Hold one of the nearest times instead; the answers come along."""
    held = hold_of(token)
    if held is None or held.project is None or held.project.slug != slug:
        return no_such_hold(request, slug)
    answers = DetailsForm(request.POST, project=held.project, instance=known_of(request))
    try:
        other = hold_time(offering_of(request, slug), request, visitor(request))
    except BookingError as error:
        return page(request, held, answers, lost=_lost(request, held, error), status=409)
    kept = {name: answers[name].data for name in answers.fields}
    form = DetailsForm(None, project=held.project, initial=kept)
    return remember(page(request, hold_of(hold_token(other)), form), visitor(request))


def _lost(request: HttpRequest, held: Reservation, error: BookingError) -> dict[str, Any]:
    slug, query = held.project.slug, carried(request)
    return lost(
        offering_of(request, slug),
        held.start,
        error,
        zone=cards.zone_pair(held.project, held.resource.timezone, own_zone(request))[0],
        post_url=here(request, "instead", slug, hold_token(held), query=query),
        all_url=here(request, "choose", slug, query=query),
        form_id="details",
    )


def booked_before(held: Reservation) -> Booking | None:
    """The booking that this form made already."""
    return held.booking or Booking.objects.filter(form_token=str(held.pk)).first()


def blank_form(request: HttpRequest, held: Reservation) -> DetailsForm:
    given = {name: value for name, value in held.customer.items() if isinstance(value, str)}
    zone = {"timezone": own_zone(request), "language": get_language() or ""}
    return DetailsForm(None, project=held.project, initial=zone | given)


def known_of(request: HttpRequest) -> Customer:
    return Customer(timezone=own_zone(request), language=get_language() or "")


def no_such_hold(request: HttpRequest, slug: str) -> HttpResponse:
    return ended(
        request,
        heading=_("Please choose a time again"),
        sentences=[_("This address was cut off on its way. Nothing was booked.")],
        status=404,
        way_on=(here(request, "choose", slug), _("See all times")),
    )


def page(
    request: HttpRequest,
    held: Reservation,
    form: DetailsForm,
    *,
    lost: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form beside what is held."""
    now, slug, token = timezone.now(), held.project.slug, hold_token(held)
    zone, other = cards.zone_pair(held.project, held.resource.timezone, own_zone(request))
    query = carried(request)
    live = held.expires_at > now and held.released_at is None
    context = {
        "form": form,
        "intro": "",
        "submit_label": submit_label(held),
        "post_url": here(request, "details", slug, token, query=query),
        "hold": banner(request, held, zone, now) if live else None,
        "ended": "" if live else over(held, zone),
        "lost": lost,
        "summary": summary(held, zone, other),
    }
    return render(request, "bookings/details.html", context, status=status)


def submit_label(held: Reservation) -> str:
    """A time that still needs an answer is asked for, not booked."""
    create = held.graph_version.actions.filter(source=None).select_related("target").first()
    settled = create is None or create.target.settled
    return _("Book this time") if settled else _("Ask for this time")


def over(held: Reservation, zone: str) -> str:
    return _(
        "The hold ended at %(time)s. You can still send the form: if nobody else has taken the time, it is yours."
    ) % {"time": times.clock(held.expires_at, zone)}


def banner(request: HttpRequest, held: Reservation, zone: str, now: datetime) -> dict[str, Any]:
    """The context of `_hold.html`."""
    seconds = int((held.expires_at - now).total_seconds())
    slug, token, query = held.project.slug, hold_token(held), carried(request)
    return {
        "day": times.short_day(held.start, zone),
        "times": times.clock_range(held.start, held.end, zone),
        "until": times.clock(held.expires_at, zone),
        "seconds": seconds,
        "minutes": -(-seconds // 60),
        "ending": seconds <= 120,
        "extend_url": here(request, "longer", slug, token, query=query),
        "extend_label": _("Hold it longer"),
        "release_url": here(request, "let_go", slug, token, query=query),
    }


def summary(held: Reservation, zone: str, other: str | None) -> dict[str, Any]:
    """What is held, in small."""
    return {
        "title": held.project.name,
        "pencil": True,
        **cards.when(held.start, held.end, zone, other),
        "facts": cards.of_hold(held),
    }
