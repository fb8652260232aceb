"""Whom one meets: the people of a list of projects, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from bookings.views.faces import face
from bookings.views.home.listed_projects import ListedProject

MOST_FACES = 3


def people_of(listed: Sequence[ListedProject], *, lettered: bool) -> dict[UUID, dict[str, Any]]:
    """By resource, its face and where its own page is, in the order in which they are listed.

    Where some have a picture, those are the people, and the others are rooms and things; where none has one, letters
    stand for all if ``lettered``, and nobody is shown if not.
    """
    resources = {link.resource_id: link.resource for one in listed for link in one.catalogue.links}
    pictured = {pk: one for pk, one in resources.items() if one.image}
    shown = pictured or (resources if lettered else {})
    return {pk: face(one) | {"href": reverse("pages:with", args=[one.slug])} for pk, one in shown.items()}


def faces_of(listed: ListedProject, people: Mapping[UUID, dict[str, Any]]) -> list[dict[str, Any]]:
    """The faces of those who do one project, a few at most."""
    links = listed.catalogue.links
    return [people[link.resource_id] for link in links if link.resource_id in people][:MOST_FACES]
