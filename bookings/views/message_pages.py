"""Saying no on a page: what happened, in words, and the way on.  A refusal is an answer, never a fault."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.errors import BookingError, NotPayable
from bookings.languages import site_of
from bookings.models import Booking, Project
from bookings.refusals import sentences
from bookings.times import Zone
from bookings.views.frames import is_embedded

LEFT_TO_RIGHT, ISOLATE_ENDS = "\u2066", "\u2069"


def message_page(
    request: HttpRequest,
    *,
    heading: str,
    sentences: Sequence[str],
    status: int = 200,
    way_on: tuple[str, str] | None = None,
) -> HttpResponse:
    """A page that only says something; ``way_on`` is a URL and the words of its button."""
    url, label = way_on or ("" if is_embedded(request) else reverse("pages:home"), _("To the start page"))
    context = {"heading": heading, "sentences": sentences, "way_on_url": url, "way_on_label": label}
    return render(request, "bookings/message_page.html", context, status=status)


def refusal_page(
    request: HttpRequest, error: BookingError, booking: Booking, zone: Zone, *, back: str
) -> HttpResponse:
    """What a verb on the booking said, and ``back``, where the present state can be seen; 409."""
    return message_page(
        request,
        heading=_("That was not possible"),
        sentences=[*sentences(error, booking, zone), _("Nothing was changed.")],
        status=409,
        way_on=(back, _("See how it stands now")),
    )


def unpayable_page(request: HttpRequest, project: Project) -> HttpResponse:
    """The page of a project without its times, since nobody could pay for one."""
    site = site_of(request)
    ways = [
        _("Telephone: %(number)s") % {"number": f"{LEFT_TO_RIGHT}{site.phone}{ISOLATE_ENDS}"}
        if site.phone
        else "",
        _("E-mail: %(address)s") % {"address": site.email} if site.email else "",
    ]
    sentences = [_(NotPayable.sentence), *filter(None, ways)]
    return message_page(request, heading=project.name, sentences=sentences)
