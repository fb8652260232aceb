"""What waits for an answer of the owner or of staff."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.admin import SimpleListFilter
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, Occupancy
from bookings.models.booking_queries import undecided_states
from bookings.staff_limits import Seen, narrowed, resources_seen_by

LONGEST = timedelta(days=14)
"""How long before a request something may have begun that is still in its way: so far an index is read."""
MOST_COUNTED = 1000
"""Of what waits in one state; a number in a bar tells no more."""
OF_A_STATE = ("-created_at", "deleted_at")
"""The order of ``booking_live_by_state``, and of no other index."""


def waiting(bookings: QuerySet[Booking], *, seen: Seen = None) -> QuerySet[Booking]:
    """Of these the bookings that wait where somebody sees it, the ``MOST_COUNTED`` next to run out at most.

    Asks at once which they are.
    """
    return bookings.filter(pk__in=_in_turn(MOST_COUNTED, seen=seen))


def waiting_in_turn(most: int, skip: int = 0, *, seen: Seen = None) -> list[Booking]:
    """So many of what waits where somebody sees it, the next to run out first, each once.  Two queries."""
    place = {pk: number for number, pk in enumerate(_in_turn(most, skip, seen=seen))}
    shown = with_clash(Booking.objects.order_by().filter(pk__in=place))
    full = shown.select_related("state", "version", "customer", "option", "project", "resource")
    return sorted(full, key=lambda booking: place[booking.pk])


def _in_turn(most: int, skip: int = 0, *, seen: Seen = None) -> list[UUID]:
    """The ids of what waits, the next to run out first; what was moved away is left out.

    Which they are is asked of the states, each with its bookings: the other way round, SQLite reads all bookings, and
    no planner knows in which state hardly anything waits.
    """
    stands = Q(bookings__deleted_at=None, bookings__is_test=False)
    if seen is not None:
        stands &= Q(bookings__resource__in=seen)
    live = FilteredRelation("bookings", condition=stands)
    moved = Booking.objects.order_by().filter(continues=OuterRef("asked"))
    found = undecided_states().annotate(asked=live).filter(~Exists(moved))
    nothing = Case(When(asked=None, then=Value(1)), default=Value(0))  # of a state that has no booking
    in_turn = found.order_by(nothing, F("asked__due_at").asc(nulls_last=True), "asked__start", "asked")
    read = in_turn.values_list("asked", flat=True)[skip : skip + most]
    return [pk for pk in read if pk is not None]


def how_many_wait(seen: Seen = None) -> QuerySet[Any]:
    """One row with the ``number`` of bookings that wait where somebody sees it, for a part of another statement.

    Of each state the newest ``MOST_COUNTED`` at most: in their order an index is read, however many bookings a planner
    expects in each state.  It cannot know in which of them hardly anything waits, and would read all bookings.
    """
    rows = narrowed(Booking.objects.live(), seen).not_moved()
    of_state = rows.filter(state=OuterRef(OuterRef("pk"))).order_by(*OF_A_STATE).values("pk")[:MOST_COUNTED]
    counted = (
        Booking.objects.order_by()
        .filter(pk__in=of_state)
        .values(together=Value(1))
        .annotate(number=Count("*"))
    )
    each = undecided_states().annotate(
        waiting=Subquery(counted.values("number"), output_field=IntegerField()), together=Value(1)
    )
    return each.values("together").annotate(number=Sum("waiting")).values("number")


def with_clash(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """The same, each with ``clashes``: whether what is asked for was taken, or is held, by somebody else meanwhile."""
    taken = Occupancy.objects.live().filter(
        resource=OuterRef("resource"),
        start__gte=OuterRef("start") - LONGEST,
        start__lt=OuterRef("end"),
        end__gt=OuterRef("start"),
    )
    asks = Q(state__settled=False, state__occupies=False, session=None, allow_double_bookings=False)
    return bookings.annotate(clashes=Case(When(asks, then=Exists(taken)), default=Value(False)))


# The next to run out comes first; what nothing hurries goes by its start.
BY_DEADLINE = (F("due_at").asc(nulls_last=True), "start", "pk")


class WaitingFilter(SimpleListFilter):
    title = _("what is to do")
    parameter_name = "waiting"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("you", _("waiting for you"))]

    def queryset(self, request: Any, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        if self.value() != "you":
            return queryset
        return waiting(queryset, seen=resources_seen_by(request.user))
