"""A series: its dates, and what is done to this one and all that follow, or to all that are to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import lifecycle, refusals
from bookings.admin.calendar.who_is_told import told_in_words
from bookings.admin.classes.told import seats_told
from bookings.admin.fields.choices import offer_rows
from bookings.admin.form_page import booking_line
from bookings.admin.series.dates import Date, Terms, about, dates_of, say_refusals
from bookings.admin.series.forms import WallClockField, on_the_clock
from bookings.admin.series.visible import bookings_of, resources_of
from bookings.availability.clashes import Window
from bookings.errors import ActionNotAvailable, BookingError
from bookings.languages import site_of
from bookings.lifecycle import Actor, Move, SeriesRefused, available_actions
from bookings.lifecycle.notices import OFF
from bookings.models import Action, Booking, Resource
from bookings.staff_limits import OF_OTHERS, taking_others_along

ONWARD, ALL = "onward", "all"
SCOPES = [(ONWARD, gettext_lazy("from this date on")), (ALL, gettext_lazy("all that are to come"))]


class ScopeForm(forms.Form):
    """Which dates are meant, and words to whom is told."""

    scope = forms.ChoiceField(label=gettext_lazy("which dates"), choices=SCOPES, initial=ONWARD)
    message = forms.CharField(
        label=gettext_lazy("words to whom is told"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ShiftForm(ScopeForm):
    """Where this date goes; the others go as far."""

    start = WallClockField(label=gettext_lazy("this date begins"))
    resource = forms.ModelChoiceField(Resource.objects.none(), label=gettext_lazy("resource"))

    def __init__(self, data: Any, *, booking: Booking, resources: QuerySet[Resource]) -> None:
        zone = ZoneInfo(booking.resource.timezone)
        self.shown = booking.start.astimezone(zone).replace(tzinfo=None, fold=0)
        initial = {"start": self.shown, "resource": booking.resource_id}
        super().__init__(data, prefix="move", initial=initial)
        if booking.project_id:
            of_project = Q(links__project=booking.project_id) | Q(pk=booking.resource_id)
            resources = resources.filter(of_project).distinct()
        offer_rows(self, "resource", resources)
        self.order_fields(["start", "resource", "scope", "message"])


class _Page:
    """One showing of the page; ``data`` was sent, or None."""

    def __init__(self, model_admin: ModelAdmin, request: HttpRequest, booking: Booking) -> None:
        self.model_admin, self.request, self.booking = model_admin, request, booking
        self.user, self.now = request.user, timezone.now()
        self.rows = list(bookings_of(self.user).of_series(booking.series_id).in_full())
        self.may_decide = self.user.has_perm("bookings.decide_booking")
        self.by = Actor.staff(self.user)
        actions = available_actions(booking, self.by) if self.may_decide else []
        self.moves = booking.state.occupies and any(one.continues for one in actions)
        self.ends = [one for one in actions if not (one.continues or one.target.occupies) and _calls_off(one)]
        pressed = request.POST.get("do") if request.method == "POST" else None
        self.shift = ShiftForm(
            request.POST if pressed == "move" else None, booking=booking, resources=resources_of(self.user)
        )
        ending = request.POST if pressed and pressed != "move" else None
        self.end = ScopeForm(ending, prefix="end")
        self.dates: list[Date] = []
        self.out = _("leave this date where it is")
        self.about = ""

    @property
    def is_asked(self) -> bool:
        """Whether any of the dates cannot be had."""
        return any(one.why for one in self.dates)

    def meant(self, scope: str) -> list[Booking]:
        """The dates of that scope that still stand, this one first where it is among them."""
        standing = [one for one in self.rows if one.state.occupies or not one.state.settled]
        if scope == ONWARD:
            return [one for one in standing if one.start >= self.booking.start]
        return [one for one in standing if one.start > self.now or one.pk == self.booking.pk]

    def move(self) -> int:
        """Move them; how many went, none where something has to be asked, which the page then says."""
        data = self.shift.cleaned_data
        rows, resource = self.meant(data["scope"]), data["resource"]
        if taking_others_along(rows, self.user):
            self.shift.add_error(None, OF_OTHERS)
            return 0
        by_far = data["start"] - self.shift.shown
        other = resource if resource != self.booking.resource else None
        zones = [ZoneInfo((other or one.resource).timezone) for one in rows]
        wanted = [on_the_clock(_shown(one) + by_far, zone) for one, zone in zip(rows, zones, strict=True)]
        if not by_far and other is None:
            self.shift.add_error("start", _("It is there already."))
            return 0
        judged = list(zip(wanted, _terms_of(rows, wanted, other), strict=True))
        self.about = about(judged)
        self.dates = dates_of(judged, self.out, data=self.request.POST, now=self.now)
        if self.is_asked:
            return 0
        going = [(row, one.start) for row, one in zip(rows, self.dates, strict=True) if one.start]
        moves = [Move(booking=row, start=start, resource=other) for row, start in going]
        if not moves:
            self.shift.add_error(None, _("Every date is left out."))
            return 0
        try:
            return len(lifecycle.move_series(moves, by=self.by, message=data["message"]))
        except SeriesRefused as refused:
            say_refusals(self.dates, refused.refusals, self.out, self.now)
        except BookingError as refused:
            self.shift.add_error(None, refusals.sentence(refused))
        return 0

    def call_off(self, action: Action) -> int:
        """End them; how many ended, none where the verb refused, which the form then says."""
        data = self.end.cleaned_data
        others = [one for one in self.meant(data["scope"]) if one.pk != self.booking.pk]
        try:
            ended = lifecycle.act_on_series(
                [self.booking, *others], action.name, by=self.by, message=data["message"]
            )
        except BookingError as refused:
            for told in refusals.sentences(refused, self.booking, self.booking.resource.timezone):
                self.end.add_error(None, told)
            return 0
        return len(ended)

    def answer(self) -> HttpResponse:
        booking, site = self.booking, site_of(self.request)
        sessions = [one.pk for one in self.meant(ALL)] if booking.version.offers_seats else []
        context = self.model_admin.admin_site.each_context(self.request) | {
            "opts": self.model_admin.opts,
            "title": _("Series"),
            "booking": booking,
            "lead": booking_line(booking),
            "rows": [(one, booking_line(one)) for one in self.rows],
            "shift": self.shift if self.moves else None,
            "row": self,
            "told_if_moved": told_in_words(booking, booking.state, site, after=booking),
            "ends": [
                (
                    one,
                    seats_told(self.user, sessions, one, site)
                    if sessions
                    else told_in_words(booking, one.target, site),
                )
                for one in self.ends
            ],
            "end": self.end,
        }
        return TemplateResponse(self.request, "admin/bookings/booking/series.html", context)


def series_page(model_admin: ModelAdmin, request: HttpRequest, pk: Any) -> HttpResponse:
    """Show the dates; move or call off those that are meant.  Raises PermissionDenied and Http404."""
    if not request.user.has_perm("bookings.view_booking"):
        raise PermissionDenied
    booking = bookings_of(request.user).in_full().filter(pk=pk, series__isnull=False).first()
    if booking is None:
        raise Http404
    page = _Page(model_admin, request, booking)
    pressed = request.POST.get("do", "") if request.method == "POST" else ""
    if pressed and not page.may_decide:
        raise PermissionDenied
    action = next((one for one in page.ends if one.name == pressed), None)
    done, said = 0, ""
    if pressed == "move" and page.moves and page.shift.is_valid():
        done = page.move()
        said = ngettext("%(count)s date has its new time.", "%(count)s dates have their new times.", done)
    elif action and page.end.is_valid():
        done = page.call_off(action)
        said = ngettext("%(count)s date: %(state)s.", "%(count)s dates: %(state)s.", done)
    elif pressed and pressed != "move" and action is None:
        messages.error(request, refusals.sentence(ActionNotAvailable()))
    if done:
        messages.success(request, said % {"count": done, "state": action.target if action else ""})
        left = bookings_of(request.user).of_series(booking.series_id).filter(start__gte=booking.start)
        newest = left.first() or booking
        return HttpResponseRedirect(reverse("admin:bookings_booking_series", args=[newest.pk]))
    return page.answer()


def _calls_off(action: Action) -> bool:
    return action.target.mail_to_customer in OFF


def _terms_of(rows: Sequence[Booking], wanted: Sequence[datetime], other: Resource | None) -> list[Terms]:
    """What each takes at its new time: its own resource's or the other's, as long as it is, with who is booked along;
    where that is the other, its own comes along in turn.

    Three queries for all that take the same, and one.
    """
    prefetch_related_objects(rows, "companions")

    def takes(row: Booking) -> tuple[Any, ...]:
        whose, along = other or row.resource, set(row.companions.all())
        if whose in along:
            along = {row.resource, *along} - {whose}
        resources = (whose, *sorted(along, key=lambda resource: resource.pk))
        return resources, row.length, row.buffer_before, row.buffer_after

    alike: dict[tuple[Any, ...], list[datetime]] = {}
    for row, start in zip(rows, wanted, strict=True):
        alike.setdefault(takes(row), []).append(start)
    ids = [row.pk for row in rows]
    found = {
        each: Terms(
            resources=each[0],
            length=each[1],
            before=each[2],
            after=each[3],
            window=Window.of(each[0], starts, each[1], ignoring=ids),
        )
        for each, starts in alike.items()
    }
    return [found[takes(row)] for row in rows]


def _shown(booking: Booking) -> datetime:
    """What the clocks of its resource show when it begins."""
    zone = ZoneInfo(booking.resource.timezone)
    return booking.start.astimezone(zone).replace(tzinfo=None, fold=0)
