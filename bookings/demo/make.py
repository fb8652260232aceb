"""Makes the demo where it is missing, finds it where it is not, and issues fresh secrets each time."""

import secrets
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.utils import timezone

from bookings.demo.pictures import bust, scene
from bookings.demo.plan import (
    LOCATIONS,
    MAIL_DOMAIN,
    MARK,
    PEOPLE,
    PROJECTS,
    RESOURCES,
    SESSIONS,
    STAFF,
    WEEKDAYS,
)
from bookings.lifecycle import Actor, book
from bookings.models import (
    ApiKey,
    Booking,
    Calendar,
    Location,
    Option,
    Project,
    ProjectResource,
    Resource,
    Site,
    WeeklyHours,
)
from bookings.roles import make_roles

SESSIONS_AHEAD = 3


def real_data() -> list[str]:
    """What stands in a site without the demo, in words; empty where the demo may be made or is there already."""
    if Resource.objects.filter(meta__demo=True).exists():
        return []
    people = User.objects.exclude(email__endswith=f"@{MAIL_DOMAIN}")
    counts = {
        "resources": Resource.objects.count(),
        "projects": Project.objects.count(),
        "staff": people.count(),
    }
    return [f"{count} {name}" for name, count in counts.items() if count]


@transaction.atomic
def make_demo(*, test: bool) -> dict[str, Any]:
    """Make or find everything; return what scripts need, in the command's own spelling."""
    make_roles(Group, Permission)
    _name_the_site()
    resources = {slug: _resource(slug, *about) for slug, about in RESOURCES.items()}
    projects = [_project(position, plan, resources) for position, plan in enumerate(PROJECTS)]
    for each in projects:
        if each.slug in SESSIONS:
            _sessions(each)
    _server, server_key = ApiKey.issue(kind=ApiKey.Kind.SERVER, name="Demo", test=test)
    _widget, widget_key = ApiKey.issue(kind=ApiKey.Kind.WIDGET, name="Demo", test=test)
    return {
        "server_key": server_key,
        "widget_key": widget_key,
        "resources": [{"id": str(each.pk), "name": each.name} for each in resources.values()],
        "projects": [_told(each) for each in projects],
        "staff": [_staff(role, username) for role, username in STAFF.items()],
    }


def _told(project: Project) -> dict[str, Any]:
    return {
        "id": str(project.pk),
        "slug": project.slug,
        "graph": project.booking["graph"],
        "resources": [str(link.resource_id) for link in project.links.order_by("position")],
    }


def _name_the_site() -> None:
    site = Site.current()
    if site.name == Site._meta.get_field("name").default:
        site.name, site.timezone, site.email = "Ufer & Partners", "Europe/Berlin", f"hello@{MAIL_DOMAIN}"
        site.address, site.phone = "Uferstraße 8\n13357 Berlin", "+49 30 5550 1234"
        site.save()


def _resource(slug: str, name: str, place: str) -> Resource:
    about = LOCATIONS[place]
    location, _ = Location.objects.get_or_create(
        name=about["name"],
        defaults={"address": about["address"], "timezone": about["timezone"], "meta": MARK},
    )
    values = {"name": name, "timezone": about["timezone"], "location": location, "meta": MARK}
    email = f"{slug}@{MAIL_DOMAIN}"
    resource, is_new = Resource.objects.get_or_create(slug=slug, defaults=values | {"email": email})
    if is_new:
        if slug in PEOPLE:
            portrait = bust(slug)
            resource.image.save(portrait.name or "", portrait)
        Calendar.objects.create(resource=resource, primary=True)
        WeeklyHours.objects.bulk_create(
            WeeklyHours(resource=resource, weekday=weekday, opens=time(9), closes=time(17))
            for weekday in WEEKDAYS
        )
    return resource


def _project(position: int, plan: dict[str, Any], resources: dict[str, Resource]) -> Project:
    apart = {"slug", "resources", "options"}
    values = {name: value for name, value in plan.items() if name not in apart}
    defaults = values | {"position": position, "meta": MARK}
    project, is_new = Project.objects.get_or_create(slug=plan["slug"], defaults=defaults)
    if is_new:
        drawn = scene(project.slug)
        project.image.save(drawn.name or "", drawn)
        for place, slug in enumerate(plan["resources"]):
            ProjectResource.objects.create(project=project, resource=resources[slug], position=place)
        for place, (label, minutes, price) in enumerate(plan["options"]):
            Option.objects.create(
                project=project,
                label=label,
                length=timedelta(minutes=minutes),
                price=Decimal(price) if price else None,
                currency="EUR" if price else "",
                position=place,
            )
    return project


def _sessions(project: Project) -> None:
    """Open the sessions of the coming days that are missing, so that seats can be booked."""
    coming = Booking.objects.visible().sessions().filter(project=project, start__gt=timezone.now())
    link = project.links.select_related("resource__location").get()
    missing = SESSIONS_AHEAD - coming.filter(state__occupies=True).count()
    starts = [start for start in _starts(project, link.resource) if not coming.filter(start=start).exists()]
    for start in starts[: max(missing, 0)]:
        _open(project, link.resource, start)


def _starts(project: Project, resource: Resource) -> list[datetime]:
    """The evenings of the next weeks on which the project meets, from the day after tomorrow on."""
    hour, weekdays = SESSIONS[project.slug]
    zone = ZoneInfo(resource.timezone)
    today = timezone.now().astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(2, 30))
    return [datetime.combine(day, time(hour), zone) for day in days if day.weekday() in weekdays]


def _open(project: Project, resource: Resource, start: datetime) -> None:
    option = project.options.first()
    length = option.length if option else timedelta(hours=1)
    session = Booking(
        resource=resource,
        project=project,
        option=option,
        start=start,
        end=start + length,
        what=project.name,
        where=resource.location.one_line if resource.location else "",
        description=project.summary,
        calendar=resource.calendars.filter(primary=True).first(),
        max_seats=project.booking["settings"]["max_seats"],
        disposable=True,
    )
    book(session, graph="group_owner", by=Actor("staff"))


def _staff(role: str, username: str) -> dict[str, str]:
    """The demo's staff member of a role, with a new password; somebody else's account is never taken over."""
    if User.objects.filter(username=username).exclude(email__endswith=f"@{MAIL_DOMAIN}").exists():
        username = f"demo-{username}"
    password = secrets.token_urlsafe(12)
    defaults = {"email": f"{username}@{MAIL_DOMAIN}", "is_staff": True, "is_superuser": role == "admin"}
    user, _ = User.objects.update_or_create(username=username, defaults=defaults)
    user.set_password(password)
    user.save(update_fields=["password"])
    if role != "admin":
        user.groups.add(Group.objects.get(name=role))
    return {"username": username, "password": password, "role": role}
