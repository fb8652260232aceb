"""Whom nobody could tell what happened to a booking that is to come: for staff, who call them and tick them off."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking, Mail, OutboxMessage
from bookings.staff_limits import limited

ON_A_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Untold:
    message: OutboxMessage
    booking: Booking
    news: str
    """What they should know, in words."""
    why: str
    """Why nothing reached them, in words."""


def untold_page(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """The list, the soonest visit first; sent, it ticks off who was chosen."""
    may_tick_off = request.user.has_perm("bookings.change_outboxmessage")
    if not model_admin.has_view_permission(request) or (request.method == "POST" and not may_tick_off):
        raise PermissionDenied
    if request.method == "POST":
        return _tick_off(request)
    start = Booking.objects.filter(pk=OuterRef("booking_id")).values("start")
    untold = limited(OutboxMessage.objects.untold(), request.user)
    rows = untold.annotate(start=Subquery(start)).order_by("start", "pk")
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("p"))
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Whom nobody could tell"),
        "opts": model_admin.opts,
        "page": page,
        "people": people_of(list(page)),
        "may_tick_off": may_tick_off,
    }
    return TemplateResponse(request, "admin/bookings/outboxmessage/untold.html", context)


def people_of(rows: Sequence[OutboxMessage]) -> list[Untold]:
    """The rows with their bookings, in their order, in a constant number of queries."""
    found = Booking.objects.live().in_full().in_bulk([row.booking_id for row in rows if row.booking_id])
    return [
        Untold(message=row, booking=found[row.booking_id], news=_news(row), why=_(row.last_error) or "–")
        for row in rows
        if row.booking_id in found
    ]


def _news(row: OutboxMessage) -> str:
    mail = row.payload.get("mail")
    return str(Mail(mail).label) if mail in Mail.values else _("a reminder")


def _tick_off(request: HttpRequest) -> HttpResponse:
    typed = request.POST.getlist("told")
    chosen = [int(one) for one in typed if one.isascii() and one.isdecimal() and len(one) < 19]
    rows = limited(OutboxMessage.objects.filter(untold_at__isnull=False, pk__in=chosen), request.user)
    count = rows.update(untold_at=None)
    words = ngettext("%(count)s is ticked off.", "%(count)s are ticked off.", count)
    messages.success(request, words % {"count": count})
    return HttpResponseRedirect(reverse("admin:bookings_outboxmessage_untold"))
