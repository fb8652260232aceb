"""Faces of people and pictures of services, each with what stands for it where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bookings.models import Project, Resource
from bookings.picture_files import shown


def face(resource: Resource) -> dict[str, Any]:
    """The context of `look/_face.html`: a picture, or two letters of the name."""
    return {"name": resource.name, "picture": shown(resource.image), "letters": letters(resource.name)}


def letters(name: str) -> str:
    """The first letters of the first and of the last word, like "KB" of "Katharina Brandt"; "A" of "Aiko"."""
    words = [word for word in name.split() if word[0].isalnum()]
    ends = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in ends).upper()


def look_of(project: Project) -> dict[str, Any]:
    """Picture and mark of a service that stands alone: the picture where it has one, else the mark, else neither."""
    picture = shown(project.image)
    return {"picture": picture, "mark": "" if picture else project.mark}


def looks_of(projects: Sequence[Project]) -> list[dict[str, Any]]:
    """Picture or mark of each service of a page, of one kind for all: pictures only where each has one, else marks
    where each has one, else neither, so that none stands there as if something were missing.
    """
    if all(project.image for project in projects):
        return [{"picture": shown(project.image), "mark": ""} for project in projects]
    drawn = all(project.mark for project in projects)
    return [{"picture": None, "mark": project.mark if drawn else ""} for project in projects]
