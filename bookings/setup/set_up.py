"""What the first questions come to: the site, who runs it, when, whom and what one can book."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import F, Model, Q
from django.utils.text import slugify

from bookings.demo.remove import remove_demo as remove_the_demo
from bookings.forms.reminders import USUAL_REMINDERS
from bookings.forms.setup_answers import Answers
from bookings.layers import USUAL_GRAPH
from bookings.lifecycle.retries import verb
from bookings.models import (
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
from bookings.setup import link, meetings
from bookings.setup.missing import Missing
from bookings.typed_hours import Opening

# Known again whatever they are called by now, so that answering again changes them and makes no second.
FIRST_SERVICE = uuid.UUID("fbd0bbc6-ad95-5f54-89b7-a7fd7122179e")
FIRST_PLACE = uuid.UUID("6380487a-245c-506e-99d8-5e64321600ab")

QUESTIONS = {
    "name": {"format": "string", "required": True},
    "email": {"format": "email", "required": True},
    "phone": {"format": "tel"},
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of the answers."""

    user: User | None
    """Who was given a login; None where the answers named none."""
    project: Project
    left_alone: tuple[str, ...]
    """Other people and rooms that are there and were not named: nothing was changed about them."""
    lacks_link: Missing | None
    """What is missing before its video meetings have a link."""


@verb
def set_up(answers: Answers, *, remove_demo: bool = False, token: str | None = None) -> Outcome:
    """Write what was answered; answered again, it changes what is there and doubles nothing.

    ``token`` is that of the one-time address through which somebody answered.  Raises ``LinkSpent``; all of it is one
    transaction.
    """
    if remove_demo:
        remove_the_demo()
    if token is not None:
        link.spend(token)
    make_roles(Group, Permission)
    site, zone_before = _site(answers)
    _week(site, answers.hours)
    place = _place(answers)
    people = [_resource(name, place, site, zone_before) for name in answers.people]
    project = _service(answers, people)
    meetings.settle(project, people, answers)
    others = _own(Resource.objects.live(), "resource").exclude(pk__in=[one.pk for one in people])
    return Outcome(
        user=_user(answers) if answers.login else None,
        project=project,
        left_alone=tuple(others.values_list("name", flat=True)),
        lacks_link=meetings.lacking(project, people),
    )


def _own(rows: Any, kind: str) -> Any:
    """Without what is the demo's."""
    return rows.exclude(pk__in=DemoRow.objects.ids(kind))


def _site(answers: Answers) -> tuple[Site, str]:
    site = Site.current()
    zone_before = site.timezone
    for name in (
        "name",
        "language",
        "country",
        "address",
        "phone",
        "email",
        "timezone",
        "currency",
        "week_start",
    ):
        setattr(site, name, getattr(answers, name))
    site.imprint_url, site.privacy_url = answers.imprint_url, answers.privacy_url
    site.backup_key = answers.backup_key
    site.save()
    return site, zone_before


def _week(site: Site, openings: Iterable[Opening]) -> None:
    wanted = set(openings)
    for row in site.weeklyhours.all():
        opening = Opening(row.weekday, row.opens, row.closes)
        if opening in wanted:
            wanted.discard(opening)
        else:
            row.delete()
    for opening in sorted(wanted):
        WeeklyHours.objects.create(site=site, **opening._asdict())


def _place(answers: Answers) -> Location | None:
    """Where it all is, so that bookings and mails can say where to come."""
    place = Location.objects.filter(pk=FIRST_PLACE).first()
    if place is None and not answers.address:
        return None
    place = place or Location(pk=FIRST_PLACE)
    place.name, place.address, place.timezone = answers.name, answers.address, answers.timezone
    place.save()
    return place


def _resource(name: str, place: Location | None, site: Site, zone_before: str) -> Resource:
    named = _own(Resource.objects.filter(name__iexact=name, is_test=False), "resource")
    resource: Resource | None = named.order_by(F("deleted_at").asc(nulls_first=True)).first()
    if resource is None:
        resource = Resource.objects.create(
            name=name, slug=free_slug(Resource, name, "resource"), timezone=site.timezone, location=place
        )
        Calendar.objects.create(resource=resource, primary=True)
        return resource
    resource.name, resource.deleted_at = name, None
    resource.location = resource.location or place
    if resource.timezone == zone_before:
        resource.timezone = site.timezone
    resource.save()
    return resource


def _service(answers: Answers, people: list[Resource]) -> Project:
    named = _own(Project.objects.live().filter(name__iexact=answers.service), "project")
    project = Project.objects.filter(pk=FIRST_SERVICE).first() or named.first()
    if project is None:
        project = Project(
            pk=FIRST_SERVICE,
            slug=free_slug(Project, answers.service, "service"),
            mark=Project.Mark.TALK,
            booking={"graph": USUAL_GRAPH},
            availability={"mode": "exclusive"},
            customer_fields=QUESTIONS,
            reminders=USUAL_REMINDERS,
        )
    project.name, project.deleted_at = answers.service, None
    project.save()
    _option(project, answers)
    _link(project, people)
    return project


def _option(project: Project, answers: Answers) -> None:
    option = project.options.first() or Option(project=project)
    option.length, option.price, option.currency = answers.length, answers.price, answers.currency
    option.save()


def _link(project: Project, people: list[Resource]) -> None:
    known = set(project.links.values_list("resource_id", flat=True))
    for position, resource in enumerate(people, len(known)):
        if resource.pk not in known:
            ProjectResource.objects.create(project=project, resource=resource, position=position)


def _user(answers: Answers) -> User:
    user = User.objects.filter(username=answers.login).first() or User(username=answers.login)
    user.is_staff = user.is_superuser = user.is_active = True
    user.email = user.email or answers.email
    if answers.password:
        user.set_password(answers.password)
    user.save()
    DemoRow.objects.filter(kind=DemoRow.Kind.USER, row=str(user.pk)).delete()  # it is somebody's now
    return user


def free_slug(model: type[Model], name: str, usual: str) -> str:
    """What the name is in an address, with a number where another row has it already."""
    base = slugify(name)[:70] or usual
    taken = set(
        model._meta.base_manager.filter(Q(slug=base) | Q(slug__startswith=f"{base}-")).values_list(
            "slug", flat=True
        )
    )
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug
