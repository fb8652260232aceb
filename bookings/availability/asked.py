"""What a request asks of the search, in the API's spelling, over what the project offers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bookings.availability.offering import Catalogue
from bookings.availability.parameters import merged_parameters, parse_parameters
from bookings.availability.query import Query
from bookings.models import Option, Project, Resource


def read_query(
    request: Mapping[str, Any],
    *,
    now: datetime,
    project: Project | None = None,
    option: Option | None = None,
    resources: Sequence[Resource] | None = None,
    ignoring: Collection[UUID] = (),
    seed: int | str | None = None,
) -> Query:
    """The query for a request (its ``project_id`` and ``resources`` are looked up by the door).

    ``resources`` default to the project's, in its order; those that do not do the option are left out.  Where none is
    named, the first that one of the resources does is meant, and where project or request say how long it is, any.  A
    length that a resource has for the option wins over option and project, and the request's over all.  Raises
    ``ParametersError``.  At most three queries.
    """
    if project is None:
        parameters = parse_parameters(merged_parameters(request), now)
        return Query(
            **vars(parameters), resources=tuple(resources or ()), ignoring=frozenset(ignoring), seed=seed
        )
    catalogue = Catalogue.of(project)
    named = [link.resource for link in catalogue.links] if resources is None else resources
    done = [one for one in catalogue.offerings if any(map(one.is_done_by, named))]
    if option is None and done and "length" not in request and not catalogue.says_length:
        option = done[0].option
    offering = catalogue.offering(option)
    offered = [offering] if option else done
    own = {} if "length" in request else {offer.resource.pk: offer.length for offer in offering.offers}
    return Query(
        **vars(parse_parameters(merged_parameters(request, project, option), now)),
        resources=tuple(each for each in named if any(one.is_done_by(each) for one in offered)),
        project=project,
        lengths=own,
        ignoring=frozenset(ignoring),
        seed=seed,
    )
