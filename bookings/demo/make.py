"""Makes the demo where it is missing, finds it where it is not, and issues fresh secrets each time."""

import secrets
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from bookings.demo.pictures import HOUSE, drawn, is_drawn
from bookings.demo.plan import (
    LOCATIONS,
    MAIL_DOMAIN,
    PEOPLE,
    PROJECTS,
    RESOURCES,
    SESSIONS,
    SITE,
    STAFF,
    WEEKDAYS,
)
from bookings.layers import graph_name, merged
from bookings.lifecycle import Actor, book
from bookings.models import (
    ApiKey,
    Booking,
    Calendar,
    DemoRow,
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

Row = TypeVar("Row", bound=Model)


def real_data() -> list[str]:
    """What stands in a site without the demo, in words; empty where the demo may be made or is there already."""
    if DemoRow.objects.filter(kind=DemoRow.Kind.RESOURCE).exists():
        return []
    people = User.objects.exclude(pk__in=DemoRow.objects.ids("user"))
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
    for plan, each in zip(PROJECTS, projects, strict=True):
        if plan["slug"] in SESSIONS and each.deleted_at is None and each.links.count() == 1:
            _sessions(each, *SESSIONS[plan["slug"]])
    server_key, widget_key = (_key(kind, test) for kind in (ApiKey.Kind.SERVER, ApiKey.Kind.WIDGET))
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
        "graph": graph_name(project),
        "resources": [str(link.resource_id) for link in project.links.order_by("position")],
    }


def _name_the_site() -> None:
    site = Site.current()
    if site.name == Site().name:
        for name, value in SITE.items():
            setattr(site, name, value)
        house = drawn(HOUSE)
        site.picture.save(house.name or "", house)


def _marked(model: type[Row], kind: DemoRow.Kind, name: str) -> Row | None:
    """The row that an earlier run made under that name of the plan, whatever it is called by now."""
    ids = DemoRow.objects.filter(name=name).ids(kind)
    return model._meta.base_manager.filter(pk__in=ids).first()


def _mark(row: Model, kind: DemoRow.Kind, name: str) -> None:
    DemoRow.objects.create(kind=kind, name=name, row=str(row.pk))


def _free(model: type[Model], field: str, name: str) -> str:
    """The name, or another where somebody else's row has it."""
    taken = model._meta.base_manager.filter(**{field: name}).exists()
    return f"demo-{name}" if taken else name


def _location(about: dict[str, str]) -> Location:
    location = _marked(Location, DemoRow.Kind.LOCATION, about["name"])
    if location is None:
        location = Location.objects.create(**about)
        _mark(location, DemoRow.Kind.LOCATION, about["name"])
    return location


def _resource(slug: str, name: str, place: str) -> Resource:
    resource = _marked(Resource, DemoRow.Kind.RESOURCE, slug)
    if resource is not None:
        return resource
    location = _location(LOCATIONS[place])
    resource = Resource.objects.create(
        slug=_free(Resource, "slug", slug),
        name=name,
        email=f"{slug}@{MAIL_DOMAIN}",
        timezone=location.timezone,
        location=location,
    )
    _mark(resource, DemoRow.Kind.RESOURCE, slug)
    Calendar.objects.create(resource=resource, primary=True)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(resource=resource, weekday=weekday, opens=time(9), closes=time(17))
        for weekday in WEEKDAYS
    )
    if slug in PEOPLE:
        portrait = drawn(slug)
        resource.image.save(portrait.name or "", portrait)
    return resource


def _project(position: int, plan: dict[str, Any], resources: dict[str, Resource]) -> Project:
    project = _marked(Project, DemoRow.Kind.PROJECT, plan["slug"])
    if project is not None:
        return project
    apart = {"slug", "resources", "options"}
    values = {name: value for name, value in plan.items() if name not in apart}
    project = Project.objects.create(slug=_free(Project, "slug", plan["slug"]), position=position, **values)
    _mark(project, DemoRow.Kind.PROJECT, plan["slug"])
    if is_drawn(plan["slug"]):
        scene = drawn(plan["slug"])
        project.image.save(scene.name or "", scene)
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


def _sessions(project: Project, hour: int, weekdays: list[int]) -> None:
    """Open the sessions of the coming days that are missing, so that seats can be booked."""
    coming = Booking.objects.visible().sessions().filter(project=project, start__gt=timezone.now())
    link = project.links.select_related("resource__location").get()
    missing = SESSIONS_AHEAD - coming.filter(state__occupies=True).count()
    starts = _starts(link.resource, hour, weekdays)
    new = [start for start in starts if not coming.filter(start=start).exists()]
    for start in new[: max(missing, 0)]:
        _open(project, link.resource, start)


def _starts(resource: Resource, hour: int, weekdays: list[int]) -> list[datetime]:
    """The evenings of the next weeks on which the project meets, from the day after tomorrow on."""
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
        max_seats=merged({}, project)["settings"]["max_seats"],
        disposable=True,
    )
    book(session, graph="group_owner", by=Actor("staff"))


def _key(kind: ApiKey.Kind, test: bool) -> str:
    """A new key's value; those of earlier runs go on, since scripts may hold them."""
    key, value = ApiKey.issue(kind=kind, name="Demo", test=test)
    _mark(key, DemoRow.Kind.KEY, kind)
    return value


def _staff(role: str, name: str) -> dict[str, str]:
    """The demo's staff member of a role, with a new password; somebody else's account is never taken over."""
    user = _marked(User, DemoRow.Kind.USER, name)
    if user is None:
        username = _free(User, "username", name)
        user = User.objects.create(username=username, email=f"{username}@{MAIL_DOMAIN}")
        _mark(user, DemoRow.Kind.USER, name)
    password = secrets.token_urlsafe(12)
    user.is_staff, user.is_superuser = True, role == "admin"
    user.set_password(password)
    user.save()
    if role != "admin":
        user.groups.add(Group.objects.get(name=role))
    return {"username": user.username, "password": password, "role": role}
