"""A project's catalogue in two queries, for a page that has few to spare."""

from __future__ import annotations

from uuid import UUID

from bookings.availability.links import linked
from bookings.availability.offering import Catalogue
from bookings.models import Option, OptionResource, Project


def catalogue_at_once(project: Project) -> Catalogue:
    """As ``Catalogue.of``; each option comes in one row with what it says of each resource."""
    links = tuple(linked().filter(project=project))
    columns, own = ([one.attname for one in row._meta.concrete_fields] for row in (Option, OptionResource))
    options: dict[UUID, Option] = {}
    met: dict[int, list[OptionResource]] = {link.pk: [] for link in links}
    database = project._state.db
    for said in project.options.values_list(*columns, *(f"at_resources__{name}" for name in own)):
        option = Option.from_db(database, columns, said[: len(columns)])
        options.setdefault(option.pk, option)
        both = OptionResource.from_db(database, own, said[len(columns) :])
        if both.link_id in met:
            met[both.link_id].append(both)
    for link in links:  # where Django keeps what ``prefetch_related`` read
        vars(link)["_prefetched_objects_cache"] = {"at_options": met[link.pk]}
    return Catalogue(project=project, options=tuple(options.values()), links=links)
