"""Dates that were typed become bookings, all of them, or the page says which cannot be had."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import refusals
from bookings.admin.series.dates import Date, Terms, about, dates_of, say_refusals, starts_of
from bookings.admin.series.forms import RowForm
from bookings.availability.clashes import Window
from bookings.errors import BookingError
from bookings.forms import BookingForm, Contact, CustomerForm, Scope, resolve
from bookings.graphs.flow import Flow
from bookings.lifecycle import Actor, Pattern, SeriesRefused, book_series
from bookings.models import Booking
from bookings.staff_limits import resources_seen_by, takes_others

FIELDS = {
    "resource_id": "resource",
    "option_id": "option",
    "settings.max_seats": "max_seats",
    "start": "start",
    "end": "length",
    "what": "what",
}


class Row:
    """A valid form's dates: tried at once, and where some cannot be had, asked about."""

    def __init__(self, request: HttpRequest, form: RowForm, pattern: Pattern) -> None:
        self.request, self.form, self.pattern = request, form, pattern
        draft, self.now = pattern.draft, timezone.now()
        self.terms = Terms(
            resources=[draft.resource, *pattern.companions],
            length=draft.length,
            before=draft.buffer_before,
            after=draft.buffer_after,
            window=Window.of([draft.resource, *pattern.companions], form.starts, draft.length),
        )
        self.out = _("leave this date out")
        self.wanted = [(start, self.terms) for start in form.starts]
        self.dates: list[Date] = []

    @property
    def about(self) -> str:
        return about(self.wanted)

    @property
    def is_asked(self) -> bool:
        """Whether any of the dates cannot be had."""
        return any(one.why for one in self.dates)

    def book(self) -> list[Booking]:
        """The bookings; none where something has to be asked, which ``dates`` and the form then say."""
        self.dates = dates_of(self.wanted, self.out, data=self.request.POST, now=self.now)
        starts = starts_of(self.dates)
        if self.is_asked:
            return []
        if not starts:
            self.form.add_error(None, _("Every date is left out."))
            return []
        try:
            every = self.form.cleaned_data["every"]
            return book_series(self.pattern, starts, every_days=every, by=Actor.staff(self.request.user))
        except SeriesRefused as refused:
            say_refusals(self.dates, refused.refusals, self.out, self.now)
        except BookingError as refused:
            self.form.add_error(None, refusals.sentence(refused))
        return []


def pattern_of(form: RowForm, customer: CustomerForm | None, user: Any) -> Pattern | None:
    """What a valid form wants on every date; None where something is wrong, which the form then says."""
    whole = BookingForm(
        resolve(form.as_request(), Scope.everything()), contact=Contact.NONE, customer_form=customer
    )
    if not whole.is_valid():
        _say(form, whole.errors)
        return None
    if takes_others(whole.companions(), resources_seen_by(user)):
        form.add_error(None, _("It takes the time of others, too, for whom you do not book."))
        return None
    draft = whole.draft()
    draft.staff_note = form.cleaned_data.get("staff_note", "")
    return Pattern(
        draft=draft,
        flow=Flow.of(form.version),
        customer=whole.customer(),
        companions=tuple(whole.companions()),
    )


def _say(form: forms.Form, errors: dict[str, Any]) -> None:
    for name, sentences in errors.items():
        field = FIELDS.get(name, name)
        for sentence in sentences:
            if field in form.fields:
                form.add_error(field, sentence)
            else:
                form.add_error(None, f"{name}: {sentence}")
