"""What waits for an answer of the owner or of staff."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from bookings.models.bookings import waiting_for_a_decision


def waiting(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings in an unsettled state that an owner may decide."""
    return bookings.filter(waiting_for_a_decision())


# The next to run out comes first; what nothing hurries goes by its start.
BY_DEADLINE = (F("due_at").asc(nulls_last=True), "start", "pk")


class WaitingFilter(SimpleListFilter):
    title = _("what is to do")
    parameter_name = "waiting"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("you", _("waiting for you"))]

    def queryset(self, request: Any, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        return waiting(queryset) if self.value() == "you" else queryset
