"""What pages say about a time that is held: the banner over the form, and the card beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bookings import times
from bookings.models import ProjectResource, Reservation
from bookings.views import cards
from bookings.views.hold_links import Hold
from bookings.views.offering import price_in_words, where_of

ENDING_SECONDS = 120


def submit_label(held: Reservation) -> str:
    """A time that still needs an answer is asked for, not booked."""
    version = held.graph_version
    create = version.actions.filter(source=None).select_related("target").first() if version else None
    settled = create is None or create.target.settled
    return _("Book this time") if settled else _("Ask for this time")


def over(held: Reservation, zone: str) -> str:
    """An ended hold is no error."""
    return _(
        "The hold ended at %(time)s. You can still send the form: if nobody else has taken the time, it is yours."
    ) % {"time": times.clock(held.expires_at, zone)}


def banner(request: HttpRequest, hold: Hold, zone: str, now: datetime) -> dict[str, Any]:
    """The context of `_hold.html`."""
    held = hold.reservation
    seconds = int((held.expires_at - now).total_seconds())
    return {
        "day": times.short_day(held.start, zone),
        "times": times.clock_range(held.start, held.end, zone),
        "until": times.clock(held.expires_at, zone),
        "seconds": seconds,
        "minutes": -(-seconds // 60),
        "ending": seconds <= ENDING_SECONDS,
        "extend_url": hold.address(request, "longer"),
        "extend_label": _("Hold it longer"),
        "release_url": hold.address(request, "let_go"),
    }


def summary(hold: Hold, clocks: cards.Clocks) -> dict[str, Any]:
    """What is held, in small."""
    held = hold.reservation
    return {
        "title": hold.project.name,
        "pencil": True,
        **cards.when(held.start, held.end, clocks),
        "facts": _facts(hold),
    }


def _facts(hold: Hold) -> list[dict[str, Any]]:
    held = hold.reservation
    link = ProjectResource.objects.filter(project=held.project_id, resource=held.resource_id).first()
    return cards.facts(
        (_("With"), held.resource.name),
        (_("Where"), _where(hold, link)),
        (_("Price"), _price(held, link)),
    )


def _where(hold: Hold, link: ProjectResource | None) -> str:
    """What the booking will store: a seat's is its session's."""
    held = hold.reservation
    if held.session:
        return held.session.where
    return held.where or where_of(hold.project, held.resource, held.option, link)


def _price(held: Reservation, link: ProjectResource | None) -> str:
    """The resource's own price in the project, else the option's."""
    if held.option is None:
        return ""
    own = link.price if link else None
    return price_in_words(held.option.price if own is None else own, held.option.currency)
