"""The calendar's page, its list for whoever has no script, and what the page reads anew every half minute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.admin.calendar.dragging import drag_answer
from bookings.admin.calendar.drawing import drawn, hours_of, wall_clock
from bookings.admin.calendar.entries import Entry, Kind, entries
from bookings.admin.calendar.news import last_entry, news_since
from bookings.admin.calendar.window import CalendarForm, Window, window_of
from bookings.languages import site_of
from bookings.models import Resource
from bookings.staff_limits import limited, resources_seen_by
from bookings.times import clock_range, short_day, zone_and_offset

Page = Callable[[str, Callable[..., HttpResponse], str], URLPattern]
DAY = timedelta(days=1)


def calendar_urls(page: Page) -> list[URLPattern]:
    """The calendar's addresses below those of bookings; ``page`` gives a view its name and asks who is there."""
    return [
        page("calendar/", calendar_page, "calendar"),
        page("calendar/feed/", calendar_feed, "calendar_feed"),
        page("<uuid:pk>/drag/", drag_answer, "drag"),
    ]


def calendar_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """A day or a week by resource.  Raises PermissionDenied."""
    form, window, now = _asked(model_admin, request)
    found = _entries(request, window, now)
    context = {
        "title": _("Calendar"),
        "form": form,
        "window": window,
        "heading": _heading(window),
        "zone": zone_and_offset(window.start, window.zone),
        "columns": _columns(window, found),
        "links": _links(window, now),
        "grid": _grid(window, found, now),
        "feed": f"{reverse('admin:bookings_booking_calendar_feed')}?{urlencode(_query(window))}",
    }
    whole = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts} | context
    return TemplateResponse(request, "admin/bookings/booking/calendar.html", whole)


def calendar_feed(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """What is in the calendar now, and what others changed after the entry ``since`` of the history.

    Raises PermissionDenied.
    """
    _form, window, now = _asked(model_admin, request)
    found = _entries(request, window, now)
    asked = request.GET.get("since", "")
    since = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    news, last = news_since(since, window, request.user) if since is not None else ([], last_entry())
    answer = {
        "events": [drawn(entry, window.zone) for entry in found],
        "news": [asdict(one) for one in news],
        "last": last,
    }
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


def _asked(model_admin: ModelAdmin, request: HttpRequest) -> tuple[CalendarForm, Window, datetime]:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    now, resources = timezone.now(), list(limited(Resource.objects.live(), request.user))
    form = CalendarForm(request.GET, resources=resources)
    window = window_of(form, resources, site_of(request), now)
    if form.is_valid():
        form = CalendarForm(initial=_query(window), resources=resources)
    return form, window, now


def _entries(request: HttpRequest, window: Window, now: datetime) -> list[Entry]:
    may_move = request.user.has_perm("bookings.decide_booking")
    return entries(window, now, may_move=may_move, seen=resources_seen_by(request.user))


def _heading(window: Window) -> str:
    if window.length == DAY:
        return date_format(window.first, "DAY_FORMAT")
    last = window.first + window.length - DAY
    return f"{date_format(window.first, 'SHORT_DAY_FORMAT')} – {date_format(last, 'DAY_FORMAT')}"


def _query(window: Window, **changes: Any) -> dict[str, Any]:
    asked = {
        "day": window.day.isoformat(),
        "view": window.view,
        "resource": window.chosen.pk if window.chosen else "",
        "list": "on" if window.as_list else "",
    }
    return {name: value for name, value in (asked | changes).items() if value}


def _links(window: Window, now: datetime) -> dict[str, str]:
    today = now.astimezone(window.zone).date()
    changes: dict[str, dict[str, Any]] = {
        "before": {"day": (window.day - window.length).isoformat()},
        "today": {"day": today.isoformat()},
        "after": {"day": (window.day + window.length).isoformat()},
        "by_day": {"view": "day", "list": ""},
        "by_week": {"view": "week", "list": ""},
        "as_list": {"list": "on"},
    }
    return {name: f"?{urlencode(_query(window, **change))}" for name, change in changes.items()}


def _columns(window: Window, found: list[Entry]) -> list[dict[str, Any]]:
    """The list: what is in the window, by resource and in order."""
    rows: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    joint = _(", ")
    for one in found:
        if one.kind is not Kind.BUFFER:
            rows[one.resource].append(_row(one, window, joint))
    return [{"resource": resource, "rows": rows[resource.pk]} for resource in window.resources]


def _row(entry: Entry, window: Window, joint: str) -> dict[str, Any]:
    """A line of the list, flat: a template looks each of its names up a thousand times."""
    start, end = max(entry.start, window.start), min(entry.end, window.end)
    times = clock_range(start, end, window.zone)
    return {
        "when": times if window.length == DAY else joint.join((short_day(start, window.zone), times)),
        "title": entry.title,
        "url": entry.url,
        "what": entry.what,
        "state": entry.state,
        "overlaps": entry.overlaps,
    }


def _grid(window: Window, found: list[Entry], now: datetime) -> dict[str, Any]:
    """How the script draws it, and where a press leads."""
    low, high = hours_of(found, window)
    kinds = {("day", True): "resourceTimeGridDay", ("day", False): "resourceTimeGridDay"}
    kinds |= {("week", True): "timeGridWeek", ("week", False): "resourceTimelineWeek"}
    return {
        "view": kinds[window.view, window.chosen is not None],
        "date": window.first.isoformat(),
        "firstDay": (window.first.weekday() + 1) % 7,
        "low": f"{low:02}:00",
        "high": f"{high:02}:00",
        "zone": str(window.zone),
        "now": wall_clock(now, window.zone),
        "resources": [{"id": str(one.pk), "title": one.name} for one in window.resources],
        "book": reverse("admin:bookings_booking_new"),
        "take": reverse("admin:bookings_booking_take_time"),
    }
