"""Narrower copies for pictures that were stored without: an older release made none, a backup left some out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models

from bookings.models import Project, Resource, Site
from bookings.models.fields import PictureField
from bookings.picture_files import PictureFile, size_of
from bookings.pictures import redrawn


def make_missing_copies() -> tuple[int, list[str]]:
    """Give every stored picture its copies; return how many got some, and the names of those that cannot be read."""
    made, unreadable = 0, []
    for row, field in _pictures():
        picture: PictureFile = getattr(row, field)
        name = picture.name or ""
        try:
            made += picture.write_missing_copies() if size_of(name) else _renamed(row, field, picture)
        except (OSError, ValidationError):
            unreadable.append(name)
    return made, unreadable


def _pictures() -> Iterator[tuple[Project | Resource | Site, str]]:
    """Every row that has a picture, with the name of its field."""
    for rows in (Project.objects, Resource.objects, Site.objects):
        for field in rows.model._meta.concrete_fields:
            if isinstance(field, PictureField):
                for row in rows.exclude(**{field.name: ""}):
                    yield row, field.name


def _renamed(row: Project | Resource | Site, field: str, picture: PictureFile) -> bool:
    """Store the picture once more under a name that says its size.  The old file stays: the row's history names it."""
    old = picture.name
    with picture.storage.open(old or "") as content:
        drawn: File[Any] = redrawn(content)
    picture.save(drawn.name or "", drawn, save=False)
    rows: models.Manager[Any] = type(row).objects
    if not rows.filter(pk=row.pk, **{field: old}).update(**{field: picture.name}):
        picture.delete(save=False)
        return False
    return True
