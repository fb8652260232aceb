"""What a project offers: each of its options, read once into typed values, and what a visitor chose of it.

Search, claim, pages, desk and API read these values; nobody else looks into a project's settings for its slots.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bookings import configuration
from bookings.availability.chosen_ends import is_length
from bookings.availability.links import linked_resources, own_of
from bookings.availability.modes import Mode
from bookings.availability.parameters import ParametersError
from bookings.availability.parts import Part, alike
from bookings.availability.query import Query, Terms
from bookings.availability.terms import terms_of
from bookings.graphs.flow import Flow
from bookings.layers import PAGE_HOLD_SECONDS, availability_layers, booking_layers, merged, most_places
from bookings.models import Option, Project, ProjectResource, Resource, Site, lent_place
from bookings.overrides import override

USUAL_LENGTH = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What an option comes to with one resource: how long it takes there, and what it costs."""

    resource: Resource
    link: ProjectResource
    length: timedelta
    price: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Offering:
    """One option of a project (None where it has none), with whom it is offered, and the visitor's choice.

    ``offers`` are those who do it, in the staff's order; ``only`` the one that was chosen, None for anyone; ``lasting``
    a length that is settled already, of what moves or was held; ``places`` how many seats are wanted at once.
    ``errors`` tell, by field, which of the project's settings cannot be read: then nothing is offered, and ``terms``
    have the usual values in their place.
    """

    catalogue: Catalogue
    option: Option | None
    terms: Terms
    offers: tuple[Offer, ...]
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    flow: Flow | None = None
    only: Offer | None = None
    lasting: timedelta | None = None
    places: int = 1

    @property
    def project(self) -> Project:
        return self.catalogue.project

    @property
    def takes_seats(self) -> bool:
        """Whether what is booked is a seat of a session, which says how long it is."""
        return self.flow is not None and self.flow.version.claims_seat

    @property
    def lacks_payment(self) -> bool:
        """Whether it is offered to no customer, since it would wait for a payment that nobody can make."""
        return self.flow is not None and self.project.lacks_payment(self.flow.version)

    @property
    def everybody(self) -> bool:
        """Whether one booking takes all who do it."""
        return self.terms.mode is Mode.MUTUAL

    @property
    def candidates(self) -> tuple[Offer, ...]:
        """With whom it may be: the one chosen, else all."""
        return (self.only,) if self.only else self.offers

    def offer_of(self, resource: UUID | None) -> Offer | None:
        """With that resource; None where it does not do it."""
        return next((offer for offer in self.offers if offer.resource.pk == resource), None)

    @property
    def zone(self) -> str:
        """The place's own zone: where the one chosen is, else the first of all."""
        return self.candidates[0].resource.timezone if self.candidates else "UTC"

    @property
    def usual_length(self) -> timedelta:
        """How long it is with whoever says nothing else; an hour where slots are of natural length."""
        return self.terms.length or USUAL_LENGTH

    def length(self, offer: Offer | None = None) -> timedelta:
        return self.lasting or (offer.length if offer else self.usual_length)

    def length_taken(self, offer: Offer | None = None) -> timedelta:
        """How long it is with one of them; all together take as long as the one that takes longest."""
        return max(map(self.length, self.offers)) if self.everybody and self.offers else self.length(offer)

    def parts(self, offer: Offer | None = None) -> tuple[Part, ...]:
        """What is taken with one of them: a part of that one's time, or of each where all come together."""
        offers = self.offers if self.everybody else (offer,) if offer else ()
        return alike((each.resource.pk for each in offers), self.length_taken(offer), self.terms.buffers)

    @property
    def step(self) -> timedelta | None:
        """How far apart the starts are; where lengths differ, times still begin as they usually do."""
        differing = self.lasting or self.longest
        return self.terms.step or (self.usual_length if differing else None)

    @property
    def longest(self) -> timedelta | None:
        """How long the customer may make it, with whom that is longest; None where nobody is asked for the end."""
        longest = self.terms.longest
        if longest is None or self.terms.length is None or self.lasting or self.takes_seats:
            return None
        return max([longest, *map(self.length_taken, self.candidates or (None,))])

    def may_last(self, length: timedelta, offer: Offer) -> bool:
        """Whether the customer may choose that length with one of them."""
        usual, longest = self.length_taken(offer), self.longest
        step = self.step or usual
        return longest is not None and is_length(
            length, usual=usual, longest=self.terms.longest or usual, step=step
        )

    @property
    def currency(self) -> str:
        return self.option.currency if self.option else Site.current().currency

    def settings(self, offer: Offer | None = None) -> dict[str, Any]:
        """What a booking with one of them would have where the request says nothing, in the API's spelling."""
        return merged({}, self.project, self.option, offer.link if offer else None)

    def place(self, offer: Offer | None = None) -> str:
        """Where a booking with one of them will be: what is set, else where the project is, or the resource."""
        said = self.settings(offer).get("where")
        if isinstance(said, str) and said.strip():
            return said
        return lent_place(self.project, offer.resource if offer else None)

    def hold(self, offer: Offer | None = None) -> timedelta:
        """How long a page holds a time: what project, option or resource set, never the API's default."""
        layers = booking_layers(self.project, self.option, offer.link if offer else None)[1:]
        seconds = override(*layers).get("reservation_time")
        said = str(seconds)  # also as digits, since the record's projects keep a text
        readable = said.isascii() and said.isdigit() and len(said) <= 9 and int(said) > 0
        return timedelta(seconds=int(said) if readable else PAGE_HOLD_SECONDS)

    def price(self, offer: Offer | None = None) -> Decimal | None:
        """What it costs with one of them, else usually; None where nobody said."""
        return offer.price if offer else self.option.price if self.option else None

    def price_of_all(self, offer: Offer | None = None) -> Decimal | None:
        """What all the places together cost with one of them."""
        price = self.price(offer)
        return None if price is None else price * self.places

    @property
    def most_places(self) -> int:
        """How many seats a customer may book at once; one of what takes none."""
        return most_places(self.project) if self.takes_seats else 1

    def query(
        self, start: datetime, end: datetime, *, zone: ZoneInfo, ignoring: Collection[UUID] = ()
    ) -> Query:
        """The search that finds what is offered in ``[start, end)``.  Raises ``ParametersError`` where settings of the
        project cannot be read.
        """
        if self.errors:
            raise ParametersError({name: list(found) for name, found in self.errors.items()})
        choices = (None,) if self.everybody else self.candidates
        taken = [part for offer in choices for part in self.parts(offer)]
        resources = {offer.resource.pk: offer.resource for offer in self.offers}
        return Query(
            **(vars(self.terms) | {"step": self.step}),
            start=start,
            end=end,
            zone=zone,
            resources=tuple(resources[part.resource] for part in taken),
            lengths={part.resource: part.length for part in taken},
            project=self.project,
            ignoring=frozenset(ignoring),
        )

    def is_done_by(self, resource: Resource) -> bool:
        """Whether nothing says that the resource does not do it; one that is not of the project is not asked."""
        linked = any(link.resource_id == resource.pk for link in self.catalogue.links)
        return not linked or self.offer_of(resource.pk) is not None


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A project with its options and resources, and what each pair says: what all of its offerings are read from.

    ``links`` are those of resources that are in use, in the staff's order, with their rows ``at_options`` read.
    """

    project: Project
    options: tuple[Option, ...]
    links: tuple[ProjectResource, ...]

    @classmethod
    def of(cls, project: Project, options: Iterable[Option] | None = None) -> Catalogue:
        """Three queries, two where the ``options`` that matter are at hand; none of what is remembered."""
        links = configuration.kept(
            ("links", project.pk), lambda: tuple(linked_resources().filter(project=project))
        )
        if options is None:
            options = configuration.kept(
                ("options in order", project.pk), lambda: tuple(project.options.all())
            )
        return cls(project=project, options=tuple(options), links=links)

    @classmethod
    def of_read(cls, project: Project) -> Catalogue:
        """Of a project that was read with its ``options`` and its ``links`` (``linked_resources``); no query."""
        return cls(project=project, options=tuple(project.options.all()), links=tuple(project.links.all()))

    @cached_property
    def says_length(self) -> bool:
        """Whether the project itself says how long its slots are, whichever option it is."""
        return any("length" in layer for layer in availability_layers(self.project))

    @property
    def first(self) -> Option | None:
        """The option where none is named."""
        return next(iter(self.options), None)

    def offering(
        self, option: Option | None, flow: Flow | None = None, *, doing: Option | None = None
    ) -> Offering:
        """What is offered as ``option``.

        Without one it is as long as the project says, with whoever does the option ``doing``, else the first.
        """
        terms, errors = terms_of(self.project, option)
        return Offering(
            catalogue=self,
            option=option,
            terms=terms,
            offers=tuple(self._offers(option or doing or self.first, terms.length or USUAL_LENGTH)),
            errors=errors,
            flow=flow,
        )

    @property
    def offerings(self) -> list[Offering]:
        """All of them, in the staff's order: one an option, or one without any."""
        return [self.offering(option) for option in self.options or [None]]

    def _offers(self, option: Option | None, usual: timedelta) -> Iterable[Offer]:
        for link in self.links:
            own = own_of(link, option)
            if own.offered:
                price = option.price if option and own.price is None else own.price
                yield Offer(resource=link.resource, link=link, length=own.length or usual, price=price)

    def offered_as(self, option: Option | None, *, moves: bool = False) -> list[Offering]:
        """As what a slot of ``option`` may be booked: as long as the option is, or as the project says for all.

        What moves is looked for without naming an option, as the widget does, and so may have the first one's.
        """
        named = option or self.first
        unnamed = None if self.says_length else self.first if moves else named
        return [self.offering(each, doing=named) for each in dict.fromkeys([named, unnamed])]


def offering_with(project: Project, option: Option | None, resource: UUID) -> Offering:
    """One option with one resource, which is the ``only`` one where it does it.  Two queries."""
    links = linked_resources().filter(project=project, resource=resource)
    options = (option,) if option else ()
    found = Catalogue(project=project, options=options, links=tuple(links)).offering(option)
    return replace(found, only=found.offer_of(resource))
