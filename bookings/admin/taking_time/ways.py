"""What becomes of one booking inside of taken time, chosen and played."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import lifecycle
from bookings.admin.fields.choices import offer_choices
from bookings.admin.fields.wall_clock import WallClockForm
from bookings.admin.form_page import booking_line
from bookings.admin.taking_time.inside import Inside, Spans
from bookings.errors import BookingError
from bookings.lifecycle import Actor
from bookings.models import Booking
from bookings.refusals import sentences
from bookings.times import day_and_clock

TO, TIME, CANCEL, LEAVE = "to:", "time", "cancel", "leave"


class WayForm(WallClockForm):
    """The way out of one booking; nothing is chosen for staff but a colleague who is free."""

    way = forms.ChoiceField(
        label=gettext_lazy("what becomes of it"),
        error_messages={"required": gettext_lazy("Say what becomes of this booking.")},
    )

    def __init__(self, data: Any, *, inside: Inside, spans: Spans) -> None:
        self.inside, self.spans = inside, spans
        proposed = f"{TO}{inside.proposed.pk}" if inside.proposed else ""
        super().__init__(data, prefix=prefix_of(inside.booking), initial={"way": proposed})
        offer_choices(self, "way", [("", "—"), *_choices(inside)])
        for name in ("day", "clock"):
            self.fields[name].required = False
        self.fields["day"].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        self.order_fields(["way", "day", "clock", "which"])
        self.start: datetime | None = None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("way") != TIME:
            return data
        for name in ("day", "clock"):
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Say when instead."))
        booking = self.inside.booking
        self.start = self.start_in(ZoneInfo(booking.resource.timezone))
        low, high = self.spans.get(booking.resource, (None, None))
        if self.start and low and high and self.start < high and self.start + booking.length > low:
            self.add_error("clock", _("This lies in the time that is taken, too."))
        return data

    @property
    def when(self) -> list[forms.BoundField]:
        """What is asked about another time; in a night that shows it twice also which of the two."""
        return [self[name] for name in ("day", "clock", *(["which"] if self.asks_which else []))]


def prefix_of(booking: Booking) -> str:
    return f"of-{booking.pk}"


def _choices(inside: Inside) -> list[tuple[str, str]]:
    found = [(f"{TO}{each.pk}", _("move to %(name)s") % {"name": each.name}) for each in inside.free]
    if inside.moves and not inside.booking.version.claims_seat:
        found.append((TIME, _("another time")))
    if inside.cancel:
        found.append((CANCEL, str(inside.cancel)))
    return [*found, (LEAVE, _("leave it as it is"))]


@dataclass(frozen=True, kw_only=True)
class Line:
    """What happened to one booking."""

    what: str
    said: str
    url: str
    done: bool


def played(form: WayForm, *, by: Actor, message: str) -> Line:
    """Play the way that a valid form chose, in a transaction of its own; a refusal is a line, too."""
    booking = form.inside.booking
    what, url = _named(booking)
    try:
        said, after = _play(form, by, message)
    except BookingError as refused:
        told = " ".join(sentences(refused, booking, booking.resource.timezone))
        return Line(what=what, said=told, url=url, done=False)
    return Line(what=what, said=said, url=_named(after)[1], done=True)


def settled_before(booking: Booking) -> Line:
    """The line of a booking that was asked about and is not inside any more."""
    what, url = _named(booking)
    return Line(what=what, said=_("It is not inside any more; nothing was done."), url=url, done=True)


def _named(booking: Booking) -> tuple[str, str]:
    return booking_line(booking), reverse("admin:bookings_booking_change", args=[booking.pk])


def _play(form: WayForm, by: Actor, message: str) -> tuple[str, Booking]:
    inside, way = form.inside, form.cleaned_data["way"]
    booking = inside.booking
    if way == LEAVE:
        return _("left as it is, within the time that is taken"), booking
    if way == CANCEL and inside.cancel:
        ended = lifecycle.act(booking, inside.cancel.name, by=by, message=message)
        return str(ended.state), ended
    if way == TIME and form.start:
        end = form.start + booking.length
        moved = lifecycle.reschedule(booking, by=by, start=form.start, end=end, message=message)
        when = day_and_clock(moved.start, booking.resource.timezone)
        return _("moved to %(when)s") % {"when": when}, moved
    colleague = next(each for each in inside.free if f"{TO}{each.pk}" == way)
    moved = lifecycle.reschedule(booking, by=by, resource=colleague, message=message)
    return _("moved to %(name)s") % {"name": colleague.name}, moved
