"""What follows bookings: messages on their way."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.admin.booking.search import BoundedPaginator
from bookings.admin.mixins import Narrowed, ReadOnlyAdmin
from bookings.admin.untold import untold_page
from bookings.effects import link_texts, staff_notices, telling
from bookings.models import OutboxMessage
from bookings.models.outbox import CALENDAR, DELIVERY, WEBHOOK, OutboxQuerySet
from bookings.setup import staff_links
from bookings.staff_limits import limited

KINDS = (
    "mail",
    telling.KIND,
    link_texts.KIND,
    "links",
    "reminder",
    staff_links.KIND,
    WEBHOOK,
    DELIVERY,
    staff_notices.KIND,
    CALENDAR,
)
"""What the worker sends but for the sandbox, so that no page reads all messages to find out."""


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind) for kind in sorted(KINDS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OutboxMessage)
class OutboxMessageAdmin(Narrowed, ReadOnlyAdmin):
    """Written by the verbs and sent by the worker; staff may look, and have one tried again."""

    list_display = ["kind", "created_at", "run_after", "state", "attempts", "why"]
    exclude = ["last_error"]
    readonly_fields = ["why"]
    list_filter = [KindFilter, "outcome", ("created_at", admin.DateFieldListFilter)]
    actions = ["retry_now"]
    show_full_result_count = False
    paginator = BoundedPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        rows = limited(OutboxMessage.objects.live(), request.user)
        return rows.order_by(*self.get_ordering(request) or ["-pk"])

    @admin.display(description=gettext_lazy("outcome"), ordering="outcome")
    def state(self, message: OutboxMessage) -> str:
        return message.get_outcome_display()

    @admin.display(description=gettext_lazy("last error"))
    def why(self, message: OutboxMessage) -> str:
        """Our own reasons in the reader's language; what other servers answered stays as it came."""
        return _(message.last_error) if message.last_error else ""

    def get_urls(self) -> list[Any]:
        untold = self.admin_site.admin_view(partial(untold_page, self))
        return [path("untold/", untold, name="bookings_outboxmessage_untold"), *super().get_urls()]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.change_outboxmessage")

    @admin.action(description=gettext_lazy("Retry now"), permissions=["retry"])
    def retry_now(self, request: HttpRequest, chosen: OutboxQuerySet) -> None:
        """Have the worker try again at once what waits or was given up; what was sent is not sent twice."""
        count = chosen.try_again()
        words = ngettext("%(count)s message is tried now.", "%(count)s messages are tried now.", count)
        messages.success(request, words % {"count": count})
        if left := chosen.exclude(outcome="").count():
            said = _("%(count)s were sent or are no longer true, and are left alone.") % {"count": left}
            messages.warning(request, said)
