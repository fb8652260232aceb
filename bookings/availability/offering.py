"""What a project offers, and what is chosen of it: the option, with whom, and what follows from that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bookings.availability.chosen_ends import ONE_DAY, longest_length
from bookings.availability.modes import Mode
from bookings.durations import DurationError, parse_duration
from bookings.graphs.flow import Flow
from bookings.models import Option, Project, ProjectResource


@dataclass(frozen=True, kw_only=True)
class Offering:
    """A project with its options and resources, and the visitor's choice among them.

    ``link`` is the resource that was chosen, None for anyone; ``chosen`` a length that is settled already, of what
    moves or was held.
    """

    project: Project
    options: list[Option]
    links: list[ProjectResource]
    option: Option | None
    link: ProjectResource | None
    flow: Flow
    chosen: timedelta | None = None

    @property
    def everybody(self) -> bool:
        """Whether one booking takes all resources of the project."""
        return bool(self.project.availability.get("mode") == Mode.MUTUAL)

    @property
    def lacks_payment(self) -> bool:
        """Whether it is offered to no customer, since it would wait for a payment that nobody can make."""
        return self.project.lacks_payment(self.flow.version)

    @property
    def candidates(self) -> list[ProjectResource]:
        """With whom it may be: the one chosen, else all, in the staff's order."""
        return [self.link] if self.link else self.links

    @property
    def zone(self) -> str:
        """The place's own zone: where the one chosen is, else the first of all."""
        return self.candidates[0].resource.timezone if self.candidates else "UTC"

    def length(self, link: ProjectResource | None = None) -> timedelta:
        own = link.length if link else None
        return self.chosen or own or usual_length(self.project, self.option)

    def length_taken(self, link: ProjectResource | None = None) -> timedelta:
        """How long it is with one of them; all together take as long as the one that takes longest."""
        return max(map(self.length, self.links)) if self.everybody and self.links else self.length(link)

    @property
    def longest(self) -> timedelta | None:
        """How long the customer may make it; None where nobody is asked for the end."""
        if self.chosen or self.flow.version.claims_seat:
            return None
        return longest_length(
            self.project, max((self.length(link) for link in self.candidates), default=ONE_DAY)
        )


def usual_length(project: Project, option: Option | None) -> timedelta:
    """How long a booking is: the option's length, else the project's, else an hour."""
    if option:
        return option.length
    try:
        return parse_duration(project.availability["length"])
    except (KeyError, DurationError):
        return timedelta(hours=1)
