"""Signed URLs of holds: whoever has one may fill in the form for that time, cookies or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from bookings.models import Project, Reservation
from bookings.views.message_pages import message_page
from bookings.views.page_request import View, set_project
from bookings.views.page_urls import carried_query, page_url
from bookings.visitors.hold_tokens import held_by


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A reservation that was made on a project's page, live or not, and the token of its URL."""

    reservation: Reservation
    project: Project
    token: str

    def url(self, request: HttpRequest, name: str, **query: str) -> str:
        """The URL of a page of this hold."""
        return page_url(request, name, self.project.slug, self.token, query=carried_query(request) | query)

    def times_url(self, request: HttpRequest, **query: str) -> str:
        """The URL of the project's times, on the day of the one that was held."""
        day = {"at": self.reservation.start.isoformat()}
        return page_url(request, "choose", self.project.slug, query=carried_query(request) | day | query)


def hold_of(token: str) -> Hold | None:
    """The hold with what its page shows; None for a token that is not ours."""
    found = held_by(token)
    if found is None or found.project is None:
        return None
    return Hold(reservation=found, project=found.project, token=token)


def with_hold(view: Callable[[HttpRequest, Hold], HttpResponse]) -> View:
    """Give the view the hold that its URL names; a URL that names none is told so."""

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, slug: str, token: str) -> HttpResponse:
        hold = hold_of(token)
        if hold is None or hold.project.slug != slug:
            return no_such_hold(request, slug)
        set_project(request, hold.project)
        return view(request, hold)

    return opened


def no_such_hold(request: HttpRequest, slug: str) -> HttpResponse:
    """The URL of a hold was cut off, or made up."""
    return message_page(
        request,
        heading=_("Please choose a time again"),
        sentences=[_("This address was cut off on its way. Nothing was booked.")],
        status=404,
        way_on=(page_url(request, "choose", slug), _("See all times")),
    )
