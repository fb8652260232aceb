"""What waits for an answer of the owner or of staff."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.models import Action, Booking


def waiting(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings in an unsettled state that an owner may decide."""
    decisions = Action.objects.filter(source=OuterRef("state"), by_owner=True, continues=False)
    return bookings.filter(Exists(decisions), state__settled=False, deleted_at=None)


# The next to run out comes first; what nothing hurries goes by its start.
BY_DEADLINE = (F("due_at").asc(nulls_last=True), "start", "pk")


class WaitingFilter(SimpleListFilter):
    title = _("what is to do")
    parameter_name = "waiting"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("you", _("waiting for you"))]

    def queryset(self, request: Any, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        return waiting(queryset) if self.value() == "you" else queryset
