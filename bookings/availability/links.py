"""The resources of projects, and what each says for itself of an option."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import QuerySet

from bookings.models import Option, ProjectResource


@dataclass(frozen=True, kw_only=True)
class Own:
    """What a pair of option and resource says for itself."""

    offered: bool = True
    length: timedelta | None = None
    price: Decimal | None = None


def own_of(link: ProjectResource, option: Option | None) -> Own:
    """From the row where both meet; where a project has no options, from the resource's place in it."""
    if option is None:
        return Own(length=link.length, price=link.price)
    row = next((row for row in link.at_options.all() if row.option_id == option.pk), None)
    return Own(offered=row.offered, length=row.length, price=row.price) if row else Own()


def linked_resources() -> QuerySet[ProjectResource]:
    """The resources of projects that are in use, each with what it says of the options.  Two queries."""
    return linked().prefetch_related("at_options")


def linked() -> QuerySet[ProjectResource]:
    """The same without what they say of the options.  One query."""
    rows = ProjectResource.objects.filter(resource__deleted_at=None).order_by("position", "pk")
    return rows.select_related("resource__location")
