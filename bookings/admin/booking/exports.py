"""The list of bookings as it is filtered, for a table or a calendar; written out while it is read."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import STATUS, Event

from bookings import typed_text
from bookings.effects.invitations import PRODUCT, in_utc
from bookings.models import Booking
from bookings.times import local

MOST = 10_000
"""So many bookings at most; who wants more filters by days."""
AT_ONCE = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a table takes for the beginning of a formula; the last four are wide letters."""
_GAP = re.compile('(?<![;\\s"])[;\\s"]++(?=[-=+@\uff1d\uff0b\uff0d\uff20])')
"""What stands before one within a value, as a whole: a value of blanks alone is passed over once."""
_END_OF_CELL = re.compile(r"[;\t\r\n]")
"""Where a table of another country, which knows semicolons and heeds no quotes then, begins a cell."""


class _Lines:
    """What a CSV writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def export_page(model_admin: ModelAdmin, request: HttpRequest, kind: str) -> HttpResponseBase:
    """The bookings that the list with this query shows, on all its pages, as ``csv`` or ``ics``.

    Back to the list with a sentence where that are too many.  Raises PermissionDenied.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    try:
        shown = model_admin.get_changelist_instance(request).get_queryset(request)
    except IncorrectLookupParameters:
        return HttpResponseRedirect(reverse("admin:bookings_booking_changelist"))
    rows = shown.select_related("resource", "project", "option", "state", "customer")
    if rows[: MOST + 1].count() > MOST:
        messages.error(
            request, _("These are more than %(most)s bookings: filter the list first.") % {"most": MOST}
        )
        back = f"{reverse('admin:bookings_booking_changelist')}?{request.GET.urlencode()}"
        return HttpResponseRedirect(back)
    written, content_type = {"csv": (_table, "text/csv"), "ics": (_calendar, "text/calendar")}[kind]
    answer = StreamingHttpResponse(
        written(rows.iterator(AT_ONCE)), content_type=f"{content_type}; charset=utf-8"
    )
    name = f"bookings-{timezone.now():%Y-%m-%d}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def harmless(value: Any) -> str:
    """The value as a table may open it: what looks like a formula stands behind an apostrophe."""
    text = "" if value is None else _GAP.sub(_closed, str(value))
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def _closed(gap: re.Match[str]) -> str:
    return f"{gap[0]}'" if _END_OF_CELL.search(gap[0]) else gap[0]


def _table(rows: Iterable[Booking]) -> Iterator[str]:
    writer: Any = csv.writer(_Lines())
    yield "\ufeff"  # by it a table knows the letters
    yield writer.writerow([str(name) for name in _names()])
    for row in rows:
        yield writer.writerow([harmless(value) for value in _values(row)])


def _names() -> list[str]:
    return [
        *(_("reference"), _("start"), _("end"), _("time zone"), _("state"), _("resource"), _("project")),
        *(_("option"), _("places"), _("name"), _("e-mail"), _("telephone"), _("price"), _("currency")),
        *(_("attendance"), _("note for staff")),
    ]


def _values(row: Booking) -> list[Any]:
    zone, customer = row.resource.timezone, getattr(row, "customer", None)
    begins, ends = (f"{local(moment, zone):%Y-%m-%d %H:%M}" for moment in (row.start, row.end))
    person = (customer.name, customer.email, customer.phone) if customer else ("", "", "")
    return [
        *(row.reference, begins, ends, zone, row.state, row.resource.name, row.project),
        *(row.option, row.places, *person, row.price, row.currency if row.price is not None else ""),
        *(row.get_attendance_display(), row.staff_note),
    ]


def _calendar(rows: Iterable[Booking]) -> Iterator[bytes]:
    yield f"BEGIN:VCALENDAR\r\nPRODID:{PRODUCT}\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\n".encode()
    for row in rows:
        event = Event.new(
            uid=f"{row.uid}-desk",
            sequence=row.sequence,
            stamp=in_utc(row.updated_at),
            start=in_utc(row.start),
            end=in_utc(row.end),
            summary=typed_text.line(_summary(row)),
            location=typed_text.line(row.where) or None,
            status=STATUS.CONFIRMED if row.state.settled else STATUS.TENTATIVE,
        )
        yield event.to_ical()
    yield b"END:VCALENDAR\r\n"


def _summary(row: Booking) -> str:
    whom = str(getattr(row, "customer", None) or row.what or row.reference)
    return f"{whom} · {row.project or row.what} · {row.resource.name}"
