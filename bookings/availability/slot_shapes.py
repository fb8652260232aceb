"""In which shapes a project offers its time: how long a slot is, and how far apart the starts are.

The search lists such slots; here one length is asked about, so that a claim is judged by the same settings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bookings.availability.chosen_ends import is_length
from bookings.availability.offering import Offering
from bookings.models import Resource


@dataclass(frozen=True, kw_only=True)
class SlotShape:
    """Slots of ``length`` (None: of natural length, which start anywhere) that start every ``step``.

    ``full_hours`` moves the first start of each opening to the next full local hour.
    """

    length: timedelta | None
    step: timedelta | None = None
    full_hours: bool = False


def slot_shapes(
    offering: Offering, resources: Sequence[Resource], length: timedelta, *, kept: timedelta | None = None
) -> Iterator[SlotShape]:
    """The shapes in which slots of ``length`` are offered with all of ``resources``; none where they are not.

    A resource's own length wins over the usual one, and the longest where several are booked together.  ``kept`` is
    the length of a booking that moves, which it may keep.
    """
    terms, full_hours = offering.terms, offering.terms.full_hours
    if offering.errors:
        return
    if terms.length is None:
        yield SlotShape(length=None)
        return
    offers = [offering.offer_of(resource.pk) for resource in resources]
    lengths = [offer.length if offer else terms.length for offer in offers]
    if length == max(lengths):
        yield SlotShape(length=length, step=terms.step, full_hours=full_hours)
    step = terms.step or terms.length  # where lengths differ, times still begin as they usually do
    longest = terms.longest
    chosen = longest is not None and is_length(length, usual=max(lengths), longest=longest, step=step)
    if chosen or length == kept:
        yield SlotShape(length=length, step=step, full_hours=full_hours)
