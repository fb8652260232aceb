"""What the first questions would be answered with now, so that who answers again changes only what differs."""

from typing import Any

from django.contrib.auth.models import User

from bookings.demo.plan import MAIL_DOMAIN, SITE
from bookings.layers import meeting_of
from bookings.models import DemoRow, Meeting, Option, Project, Resource, Site
from bookings.setup.set_up import FIRST_SERVICE
from bookings.typed_hours import Opening

FOLLOWING = ("language", "country", "timezone", "currency", "week_start")
"""What is an answer only once there is a country."""


def current_answers() -> dict[str, Any]:
    """By name of the field; without what is the default or the demo's."""
    return {name: value for name, value in (_of_site() | _of_rows() | _of_service()).items() if value}


def _of_site() -> dict[str, Any]:
    site = Site.current()
    columns = ("name", "address", "phone", "email", "imprint_url", "privacy_url", "backup_key")
    values = {name: getattr(site, name) for name in columns}
    if values["name"] == Site().name:
        del values["name"]
    if site.country:
        values |= {name: getattr(site, name) for name in FOLLOWING}
    hours = tuple(Opening(row.weekday, row.opens, row.closes) for row in site.weeklyhours.all())
    own = {name: value for name, value in values.items() if value != SITE.get(name)}
    return own | {"hours": hours}


def _of_rows() -> dict[str, Any]:
    people = Resource.objects.live().exclude(pk__in=DemoRow.objects.ids("resource")).order_by("created_at")
    superusers = User.objects.filter(is_superuser=True, is_active=True).exclude(
        email__endswith=f"@{MAIL_DOMAIN}"
    )
    return {
        "people": tuple(people.values_list("name", flat=True)),
        "login": superusers.order_by("pk").values_list("username", flat=True).first(),
    }


def _of_service() -> dict[str, Any]:
    project = Project.objects.filter(pk=FIRST_SERVICE).first()
    option = Option.objects.filter(project=project).first() if project else None
    if project is None or option is None:
        return {"service": project.name if project else ""}
    meeting = meeting_of(project)
    offered = {"service": project.name, "length": option.length, "price": option.price, "meeting": meeting}
    return offered | ({"meeting_url": _shared_link(project)} if meeting == Meeting.FIXED else {})


def _shared_link(project: Project) -> str:
    """The link of all its resources, or nothing where they have several."""
    links = set(Resource.objects.live().filter(links__project=project).values_list("meeting_url", flat=True))
    return links.pop() if len(links) == 1 else ""
