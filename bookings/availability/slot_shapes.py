"""In which shapes a project offers its time: how long a slot is, and how far apart the starts are.

The search lists such slots; here one length is asked about, so that a claim is judged by the same settings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bookings.availability.chosen_ends import is_length, longest_length
from bookings.availability.parameters import ParametersError, merged_parameters, parse_parameters
from bookings.availability.query import Parameters
from bookings.models import Option, Project, ProjectResource, Resource

# A project's own window of search says nothing about a single slot.
ANY_WINDOW = {"from": "now", "to": "1 day", "output_timezone": "UTC"}


@dataclass(frozen=True, kw_only=True)
class SlotShape:
    """Slots of ``length`` (None: of natural length, which start anywhere) that start every ``step``.

    ``full_hours`` moves the first start of each opening to the next full local hour.
    """

    length: timedelta | None
    step: timedelta | None = None
    full_hours: bool = False


def slot_shapes(
    project: Project,
    option: Option | None,
    resources: Sequence[Resource],
    length: timedelta,
    *,
    now: datetime,
    kept: timedelta | None = None,
) -> list[SlotShape]:
    """The shapes in which ``project`` offers slots of ``length`` with all of ``resources``; none if it does not.

    ``kept`` is the length of a booking that moves, which it may keep; a search that names no option, as the
    widget's for a move does, offers the first one's.  One query, and one more for the first option.
    """
    first = None
    if kept is not None or (option is None and "length" not in project.availability):
        first = project.options.first()
    options = [option or first, None if "length" in project.availability else first or option]
    readings = [_read(project, one, now) for one in dict.fromkeys(options)]
    links = ProjectResource.objects.filter(project=project).order_by()
    own = {pk: its_own for pk, its_own in links.values_list("resource_id", "length") if its_own}
    found: list[SlotShape] = []
    for parameters in filter(None, readings):
        found += _shapes_of(project, parameters, own, resources, length, kept)
    return found


def _read(project: Project, option: Option | None, now: datetime) -> Parameters | None:
    """A project's settings as a search would read them; None where it could not, and so offers nothing."""
    try:
        return parse_parameters(merged_parameters(ANY_WINDOW, project, option), now)
    except ParametersError:
        return None


def _shapes_of(
    project: Project,
    parameters: Parameters,
    own: Mapping[UUID, timedelta],
    resources: Sequence[Resource],
    length: timedelta,
    kept: timedelta | None,
) -> list[SlotShape]:
    """A resource's own length wins over the usual one, and the longest where several are booked together."""
    usual, full_hours = parameters.length, parameters.full_hours
    if usual is None:
        return [SlotShape(length=None)]
    lengths = [own.get(resource.pk, usual) for resource in resources]
    found = []
    if length == max(lengths):
        found.append(SlotShape(length=length, step=parameters.step, full_hours=full_hours))
    step = parameters.step or usual  # where lengths differ, times still begin as they usually do
    longest = longest_length(project, max([usual, *own.values()]))
    chosen = longest is not None and is_length(length, usual=lengths[0], longest=longest, step=step)
    if chosen or length == kept:
        found.append(SlotShape(length=length, step=step, full_hours=full_hours))
    return found
