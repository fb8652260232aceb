"""The desk's bar: what staff do all day, and in two groups what is set up and what follows bookings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from bookings.staff_limits import is_open_to


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the bar, under the name of its URL; ``permission`` is what it asks of its reader."""

    label: Any
    name: str
    permission: str
    counts: str = ""
    """The name of the number beside it, or empty."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A page as one reader sees it."""

    label: str
    url: str
    count: int = 0
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The pages of the day, and the groups that have any: a label and its entries."""

    pages: list[Entry]
    groups: list[Group]


@dataclass(frozen=True, kw_only=True)
class Group:
    label: str
    entries: list[Entry]

    @property
    def count(self) -> int:
        """What is to do on its pages."""
        return sum(entry.count for entry in self.entries)

    @property
    def is_current(self) -> bool:
        return any(entry.is_current for entry in self.entries)


WAITING, WRONG = "waiting", "wrong"
PAGES = (
    Page(label=_("Today"), name="admin:index", permission="bookings.view_booking"),
    Page(label=_("Calendar"), name="admin:bookings_booking_calendar", permission="bookings.view_booking"),
    Page(
        label=_("Waiting"),
        name="admin:bookings_booking_waiting",
        permission="bookings.decide_booking",
        counts=WAITING,
    ),
    Page(label=_("Bookings"), name="admin:bookings_booking_changelist", permission="bookings.view_booking"),
    Page(label=_("People"), name="admin:bookings_person_changelist", permission="bookings.view_person"),
    Page(label=_("Classes"), name="admin:bookings_booking_classes", permission="bookings.view_booking"),
)
SET_UP = (
    Page(
        label=_("Resources"), name="admin:bookings_resource_changelist", permission="bookings.view_resource"
    ),
    Page(label=_("Busy times"), name="admin:bookings_event_changelist", permission="bookings.view_event"),
    Page(label=_("Projects"), name="admin:bookings_project_changelist", permission="bookings.view_project"),
    Page(
        label=_("Locations"), name="admin:bookings_location_changelist", permission="bookings.view_location"
    ),
    Page(label=_("Graphs"), name="admin:bookings_graph_changelist", permission="bookings.view_graph"),
)
FOLLOW_UP = (
    Page(
        label=_("What went wrong"),
        name="admin:bookings_booking_wrong",
        permission="bookings.view_outboxmessage",
        counts=WRONG,
    ),
    Page(
        label=_("Messages"),
        name="admin:bookings_outboxmessage_changelist",
        permission="bookings.view_outboxmessage",
    ),
    Page(
        label=_("Holds"), name="admin:bookings_reservation_changelist", permission="bookings.view_reservation"
    ),
    Page(label=_("Webhooks"), name="admin:bookings_webhook_changelist", permission="bookings.view_webhook"),
    Page(
        label=_("Calendars"), name="admin:bookings_calendar_changelist", permission="bookings.view_calendar"
    ),
    Page(label=_("Keys"), name="admin:bookings_apikey_changelist", permission="bookings.view_apikey"),
    Page(label=_("Staff"), name="admin:auth_user_members", permission="bookings.manage_staff"),
    Page(label=_("Accounts"), name="admin:auth_user_changelist", permission="auth.view_user"),
    Page(label=_("Roles"), name="admin:auth_group_changelist", permission="auth.view_group"),
    Page(label=_("Site"), name="admin:bookings_site_changelist", permission="bookings.view_site"),
)


def bar_of(user: Any, path: str, counts: Mapping[str, int]) -> Bar:
    """The bar for that user on the page at ``path``; pages that are not theirs, or not there, are left out."""
    pages, groups = _entries(PAGES, user, counts), []
    for label, of_group in ((_("Set up"), SET_UP), (_("Follow-up"), FOLLOW_UP)):
        if entries := _entries(of_group, user, counts):
            groups.append(Group(label=str(label), entries=entries))
    here = _current([*pages, *(entry for group in groups for entry in group.entries)], path)
    return Bar(
        pages=_marked(pages, here),
        groups=[replace(group, entries=_marked(group.entries, here)) for group in groups],
    )


def _entries(pages: Iterable[Page], user: Any, counts: Mapping[str, int]) -> list[Entry]:
    found = []
    for page in pages:
        is_theirs = user.has_perm(page.permission) and is_open_to(user, page.name)
        url = _url(page.name) if is_theirs else ""
        if url:
            found.append(Entry(label=str(page.label), url=url, count=counts.get(page.counts, 0)))
    return found


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _current(entries: Iterable[Entry], path: str) -> str:
    """The URL of the entry whose page, or a page below it, is open; the first page has none below it."""
    start = reverse("admin:index")
    found = [one.url for one in entries if path == one.url or (one.url != start and path.startswith(one.url))]
    return max(found, key=len, default="")


def _marked(entries: Iterable[Entry], here: str) -> list[Entry]:
    return [replace(entry, is_current=entry.url == here) for entry in entries]
