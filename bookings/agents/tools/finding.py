"""``list_projects``, ``find_times`` and ``why_not``: what can be booked, when, and why not then."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import Field

from bookings import database_clock, limits
from bookings.agents import named, telling
from bookings.agents.arguments import Arguments, Moment, Text, ZoneName
from bookings.agents.caller import has_key
from bookings.agents.refusals import Refusal, invalid
from bookings.agents.tools.registry import tool
from bookings.agents.words import NOTICE
from bookings.availability.allowance import Allowance
from bookings.availability.explain import NoLength, explain_offering
from bookings.availability.free_times import FreeTime, FreeTimes, free_times, next_start
from bookings.availability.links import linked_resources
from bookings.availability.offering import Catalogue, Offering
from bookings.availability.parameters import ParametersError
from bookings.availability.verdicts import Explanation, JudgedTime
from bookings.availability.why_not_offered import why_not_offered
from bookings.models import Project, Site
from bookings.visitors.choice import offerings_of

A_WEEK, LONGEST_WINDOW, NEAR = timedelta(days=7), timedelta(days=62), timedelta(days=7)
MOST_RULES = 20


class Nothing(Arguments):
    """No arguments."""


class Choice(Arguments):
    project: Text = Field(description="Its name in addresses, from list_projects.")
    option: Text = Field("", description="An option's id; left out: the first one.")
    with_: Text = Field("", alias="with", description="With whom, by the name in `with`; left out: anyone.")
    zone: ZoneName = Field("", description="The person's time zone, like Europe/Berlin.")


class Window(Choice):
    from_: Moment | None = Field(None, alias="from", description="With offset; left out: now.")
    to: Moment | None = Field(None, description="With offset; left out: a week later.")
    limit: int = Field(20, ge=1, le=100)


class OneTime(Choice):
    start: Moment = Field(description="With offset.")
    end: Moment | None = Field(None, description="Where it differs from the usual length.")


def allowance(request: HttpRequest) -> Allowance:
    return Allowance.server() if has_key(request) else Allowance.public()


@tool("What can be booked here: projects with their options, prices, and with whom.", read_only=True)
def list_projects(request: HttpRequest, wanted: Nothing) -> dict[str, Any]:
    rows = Project.objects.open_to_agents().exclude(visibility=Project.Visibility.UNLISTED)
    rows = rows.select_related("location").prefetch_related("options", Prefetch("links", linked_resources()))
    shown = rows[: limits.LISTED_PROJECTS.value] if Site.current().agents_may_book else []
    projects = [telling.project(offerings_of(Catalogue.of_read(row))) for row in shown]
    return {"projects": projects, "notice": NOTICE}


@tool(
    """Free times of a project in a window (a week from now, if you say nothing). The answer's `visitor` is yours: send
    it to hold_time, so that calling that again changes nothing.""",
    read_only=True,
)
def find_times(request: HttpRequest, wanted: Window) -> dict[str, Any]:
    offering = named.chosen(named.project_named(wanted.project), wanted.option, wanted.with_)
    now, zone = database_clock.now(), wanted.zone or offering.zone
    start = max(now, wanted.from_ or now)
    end = wanted.to or start + A_WEEK
    if end <= start or end - start > LONGEST_WINDOW:
        raise invalid({"to": [_("Ask for a window that ends after it starts, and within two months.")]})
    with allowance(request) as spent:
        found = free_times(offering, start, end, zone=ZoneInfo(zone), now=now, allowance=spent)
        free = _first(found, wanted.limit + 1)
        following = None if free else next_start(offering, end, zone=ZoneInfo(zone), now=now, allowance=spent)
    told = [telling.time(offering, one, zone) for one in free[: wanted.limit]]
    return {
        "project": wanted.project,
        "option": str(offering.option.pk) if offering.option else None,
        "zone": zone,
        "times": told,
        "more_from": telling.local(free[wanted.limit].start, zone) if len(free) > wanted.limit else None,
        "next_free": telling.local(following, zone) if following else None,
        "link": telling.link_to(offering, zone=wanted.zone),
        "visitor": named.new_visitor(),
    }


def _first(found: FreeTimes, most: int) -> list[FreeTime]:
    """The first free ones, made day by day until there are enough."""
    times: list[FreeTime] = []
    for day in sorted(found.free):
        times += [one for one in found.on(day) if not one.full]
        if len(times) >= most:
            break
    return times[:most]


@tool(
    "Whether a time can be booked, and if not, which rules forbid it and which free times are near.",
    read_only=True,
)
def why_not(request: HttpRequest, wanted: OneTime) -> dict[str, Any]:
    project = named.project_named(wanted.project)
    offering = named.chosen(project, wanted.option, wanted.with_)
    zone, now = wanted.zone or offering.zone, database_clock.now()
    if not _is_near(wanted.start, now):
        raise invalid({"start": [_("Ask about a time within the next two years.")]})
    if wanted.end and not wanted.start < wanted.end <= wanted.start + LONGEST_WINDOW:
        raise invalid({"end": [_("Ask for a window that ends after it starts, and within two months.")]})
    with allowance(request) as spent:
        near = near_times(offering, wanted.start, now, spent)
        explained = _explained(offering, wanted.start, wanted.end, now, spent)
    offered = explained.offered
    reasons = [] if offered else [str(sentence) for sentence in why_not_offered(project)]
    return {
        "offered": offered,
        "reasons": reasons,
        "rules": [] if offered else [_broken(one) for one in explained.times if not one.offered][:MOST_RULES],
        "near": alternatives(offering, near, wanted.start, zone),
        "notice": NOTICE,
    }


def _is_near(start: datetime, now: datetime) -> bool:
    return abs(start - now) <= timedelta(days=731)


def _explained(
    offering: Offering, start: datetime, end: datetime | None, now: datetime, spent: Allowance
) -> Explanation:
    until = max(end, start + timedelta(seconds=1)) if end else None
    try:
        return explain_offering(offering, start, until, now, allowance=spent)
    except (ParametersError, NoLength):
        raise Refusal(
            "not_offered", _("This can not be booked at the moment. Please get in touch with us.")
        ) from None


def _broken(one: JudgedTime) -> dict[str, Any]:
    """What forbids it with one of those with whom it might be; who took the time is nobody's business."""
    broken = [{"rule": str(verdict.code), "sentence": verdict.sentence} for verdict in one.broken]
    return {"with": one.resource.slug if one.resource else None, "broken": broken}


def near_times(offering: Offering, around: datetime, now: datetime, spent: Allowance) -> FreeTimes:
    """What is free in the week on either side, full sessions among them."""
    window = max(now, around - NEAR), max(now, around) + NEAR
    return free_times(offering, *window, zone=ZoneInfo(offering.zone), now=now, allowance=spent)


def alternatives(offering: Offering, found: FreeTimes, around: datetime, zone: str) -> list[dict[str, Any]]:
    """The free times nearest to one that cannot be had, of its own day's neighbours."""
    return [telling.time(offering, one, zone) for one in found.nearest(around)]
