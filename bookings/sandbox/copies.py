"""Copies for tests of what is live: with its hours and settings, and without anybody's address or picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model

from bookings.lifecycle.retries import verb
from bookings.models import Location, Option, OptionResource, Project, ProjectResource, Resource
from bookings.slugs import free_slug

Row = TypeVar("Row", bound=Model)
MADE_ANEW = frozenset({"created_at", "updated_at", "feed", "feed_nonce", "image", "logo", "email", "pay_url"})
"""What no copy has: what is secret, and what leads to somebody."""

CALENDAR = "calendar_id"
"""What booking settings name that is not the copy's own."""
MARK = " (test)"
"""What the name of a copy ends in, so that nobody takes it for the other."""


@verb
def copy_resources(resources: Iterable[Resource]) -> list[Resource]:
    """A copy for tests of each live one; who has a copy already gets no second."""
    return [made for row in resources if not row.is_test and (made := _new_copy(row))]


@verb
def copy_projects(projects: Iterable[Project]) -> list[Project]:
    """A copy for tests of each live project that has none yet, with its options, and with its resources' copies."""
    return [_copy_project(row) for row in projects if not row.is_test and _copy_of(row) is None]


def _copy_project(row: Project) -> Project:
    made = _copied(row, name=_name(row), slug=_slug(row), is_test=True, location=_place(row.location))
    _copy_hours(row, made, "project")
    options = {one.pk: _copied(one, project=made) for one in Option.objects.filter(project=row)}
    links = ProjectResource.objects.filter(project=row, resource__deleted_at=None).select_related("resource")
    for link in links:
        there = _copied(link, project=made, resource=_copy_of(link.resource) or _new_copy(link.resource))
        for own in OptionResource.objects.filter(link=link):
            _copied(own, option=options[own.option_id], link=there)
    return made


def _new_copy(row: Resource) -> Resource | None:
    if _copy_of(row) is not None:
        return None
    made = _copied(row, name=_name(row), slug=_slug(row), is_test=True, location=_place(row.location))
    made.give_calendar()
    _copy_hours(row, made, "resource")
    return made


def _place(row: Location | None) -> Location | None:
    """The copy of a location, made where there is none."""
    if row is None:
        return None
    found = Location.objects.filter(is_test=True, name=_name(row), address=row.address).first()
    if found is None:
        found = _copied(row, name=_name(row), is_test=True)
        _copy_hours(row, found, "location")
    return found


def _copy_hours(row: Any, made: Model, owner: str) -> None:
    for hours in (*row.weeklyhours.all(), *row.datedhours.all()):
        _copied(hours, **{owner: made})


def _copied(row: Row, **changes: Any) -> Row:
    kept = [one for one in row._meta.concrete_fields if not one.primary_key and one.name not in MADE_ANEW]
    made = type(row)(**{one.attname: getattr(row, one.attname) for one in kept})
    if isinstance(getattr(made, "booking", None), dict):
        changes["booking"] = {name: one for name, one in vars(row)["booking"].items() if name != CALENDAR}
    for name, value in changes.items():
        setattr(made, name, value)
    made.save(force_insert=True)
    return made


def _copy_of(row: Any) -> Any:
    return type(row).objects.active().filter(slug=_plain_slug(row), is_test=True).first()


def _name(row: Resource | Project | Location) -> str:
    longest = row._meta.get_field("name").max_length or 0
    return f"{row.name[: longest - len(MARK)]}{MARK}"


def _slug(row: Resource | Project) -> str:
    return free_slug(_plain_slug(row), type(row))


def _plain_slug(row: Resource | Project) -> str:
    return f"test-{row.slug}"[:60].strip("-")
