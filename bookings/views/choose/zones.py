"""Through which zone a visitor looks: what the URL says, else the place's own."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings import times
from bookings.models import Project
from bookings.visitors.choice import known_zone

# A zone for every clock in common use, and the cities that people look for.
OFFERED = (
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Phoenix",
    "America/Chicago",
    "America/Mexico_City",
    "America/New_York",
    "America/Bogota",
    "America/Halifax",
    "America/Santiago",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Atlantic/Azores",
    "UTC",
    "Europe/London",
    "Europe/Lisbon",
    "Africa/Casablanca",
    "Africa/Lagos",
    "Europe/Madrid",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Zurich",
    "Europe/Vienna",
    "Europe/Rome",
    "Europe/Warsaw",
    "Africa/Johannesburg",
    "Africa/Cairo",
    "Europe/Athens",
    "Europe/Helsinki",
    "Europe/Kyiv",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Asia/Baghdad",
    "Asia/Riyadh",
    "Africa/Nairobi",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Australia/Perth",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Australia/Adelaide",
    "Australia/Sydney",
    "Australia/Brisbane",
    "Pacific/Auckland",
)


_SELECTED = SafeString(" selected")


def requested_zone(request: HttpRequest) -> str:
    """The zone that the URL or the form names, as it stands there; empty if none."""
    return request.POST.get("zone") or request.GET.get("zone") or ""


def chosen_zone(request: HttpRequest) -> str:
    """The zone that the visitor chose to look through, or empty."""
    return known_zone(requested_zone(request)) or ""


def own_zone(request: HttpRequest) -> str:
    """The visitor's own zone: the one chosen, else the browser's where a script told it, else empty."""
    return chosen_zone(request) or known_zone(request.POST.get("own") or request.GET.get("own") or "") or ""


def carried_zone(project: Project, shown: str) -> dict[str, str]:
    """The zone in which times are picked elsewhere than in person, so that later pages show them in the same one."""
    return {} if project.place == Project.Place.IN_PERSON else {"zone": shown}


def unknown_zone_notice(request: HttpRequest, shown: str, now: datetime) -> str:
    """A sentence for a URL that names a zone which does not exist."""
    if not requested_zone(request) or chosen_zone(request):
        return ""
    return _("That time zone is not known. The times are shown in %(zone)s.") % {
        "zone": times.zone_name(now, shown)
    }


def switcher(
    shown: str, place: str, moment: datetime, now: datetime, hidden: list[dict[str, str]]
) -> dict[str, Any]:
    """The context of `_zone.html`: ``moment`` is of the day whose times are shown."""
    return {
        "name": times.zone_name(moment, shown),
        "said": _("Times in %(zone)s") % {"zone": times.zone_and_offset(moment, shown)},
        "options": _options(now.replace(second=0, microsecond=0), shown, place, get_language() or ""),
        "hidden": hidden,
    }


@lru_cache(maxsize=64)
def _options(minute: datetime, shown: str, place: str, language: str) -> SafeString:
    """Drawn once for all pages of that minute in a language, which is active."""
    labels = {name: _label(minute, name) for name in (shown, place)} | _labels_of_offered(minute, language)
    return format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((name, _SELECTED if name == shown else "", label) for name, label in labels.items()),
    )


@lru_cache(maxsize=16)
def _labels_of_offered(minute: datetime, _language: str) -> dict[str, str]:
    """Sorted by place; computed once for all pages of that minute in a language, which is active."""
    names = sorted(OFFERED, key=lambda one: (times.place(one), one))
    return {name: _label(minute, name) for name in names}


def _label(now: datetime, zone: str) -> str:
    return f"{times.place_or_offset(now, zone)} {times.clock(now, zone)}"


def asks_browser(request: HttpRequest, project: Project) -> bool:
    """Whether the browser's own zone should be used: elsewhere than in person, and nothing was chosen."""
    return project.place != Project.Place.IN_PERSON and not requested_zone(request)
