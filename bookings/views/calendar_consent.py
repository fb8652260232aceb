"""Letting this site into one's own calendar, by the link that staff sent, and the address that providers send back to.

Nobody needs a login here, and nobody sees anything of the desk.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bookings.calendars import consent, oauth
from bookings.calendars.errors import CalendarError
from bookings.calendars.words import what_events_say
from bookings.models import Connection, Resource
from bookings.views.message_pages import message_page

NOT_CONNECTED = gettext_lazy("Your calendar is not connected")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, token: str) -> HttpResponse:
    """What is read and what is written, and a button for each provider; opening it asks nobody anything."""
    resource, wishes = consent.of_link(token)
    if resource is None:
        return message_page(
            request,
            heading=_("This link has ended"),
            sentences=[_("It works for seven days. Ask those who sent it for another.")],
            status=404,
        )
    kind = request.POST.get("kind", "")
    if request.method == "POST" and kind in consent.KINDS:
        try:
            address = consent.begin(request.session, resource, kind, consent.LINK, wishes)
        except CalendarError as error:
            return _refused(request, error)
        context = {"kind": Connection.Kind(kind).label, "address": address}
        return render(request, "bookings/to_provider.html", context)
    kinds = [one for one in consent.KINDS if oauth.is_set_up(one)]
    said: dict[str, Any] = {"resource": resource, "kinds": kinds, "says": what_events_say(resource)}
    return render(request, "bookings/connect_calendar.html", said)


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Where Google and Microsoft send everybody back: staff go on to the desk, all others are answered here."""
    answer = request.get_full_path()
    try:
        asked = consent.asked_for(answer)
        if asked.way == consent.DESK:
            page = reverse("admin:bookings_resource_calendars_back", args=[asked.resource])
            return redirect(f"{page}?{request.META['QUERY_STRING']}")
        resource = Resource.objects.active().filter(pk=asked.resource).first()
        if resource is None:
            return _refused(request, CalendarError(oauth.NOT_BEGUN_HERE))
        connection = consent.finish(request.session, resource, answer, consent.LINK)
    except CalendarError as error:
        return _refused(request, error)
    return _connected(request, connection)


def _refused(request: HttpRequest, error: CalendarError) -> HttpResponse:
    return message_page(request, heading=str(NOT_CONNECTED), sentences=[_(error.text)], status=400)


def _connected(request: HttpRequest, connection: Connection) -> HttpResponse:
    read = [row.name for row in connection.calendars.all() if row.provider_sync]
    sentences = [
        _("Busy times are read from: %(names)s.") % {"names": ", ".join(read) or _("none")},
        _("You can end that at any time: %(page)s") % {"page": oauth.leave_page(connection.kind)},
    ]
    return message_page(request, heading=_("Your calendar is connected"), sentences=sentences)
