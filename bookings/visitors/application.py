"""Who comes, and booking the held time for them: what a page's form does, for doors that send plain values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.db import IntegrityError
from django.utils.translation import gettext as _

from bookings.constraints import violated
from bookings.errors import BookingError, ReservationGone, UnknownGraph
from bookings.forms import BookingForm, Contact, Scope, resolve
from bookings.forms.page_names import html_name
from bookings.forms.pages import DetailsForm, Note, Trap
from bookings.lifecycle import Actor, book
from bookings.models import Booking, Project, Reservation
from bookings.models.bookings import renewed_form
from bookings.rate_limits import check_bookings, note_booking

HIDDEN = ("timezone", "language")
"""What nobody is asked, but may be told."""


def asked(project: Project) -> DetailsForm:
    """The questions of a project as a form that nobody filled in."""
    return DetailsForm(None, project=project)


def questions(form: DetailsForm) -> dict[str, Any]:
    """The fields that may be answered, by key."""
    fields = form.fields.items()
    return {
        key: field
        for key, field in fields
        if not isinstance(field.widget, Note | Trap) and (key not in HIDDEN or not field.widget.is_hidden)
    }


def book_wanted(
    wanted: BookingForm,
    draft: Booking,
    held: Reservation,
    *,
    by: Actor,
    address: str,
    else_anew: bool = False,
) -> Booking:
    """Book what a valid form wants in the place of what is held; ``address`` is the digest by which it is counted.

    Raises what the verb raises, and ``TooManyBookings``.
    """
    check_bookings(address)
    if wanted.resolved.flow is None:
        raise UnknownGraph
    made = book(
        draft,
        graph=wanted.resolved.flow,
        by=by,
        customer=wanted.customer(),
        companions=wanted.companions(),
        reservation=held,
        else_anew=else_anew,
    )
    note_booking(address)
    return made


class Application:
    """The answers to a held project's questions, to be judged and booked."""

    def __init__(self, held: Reservation, answers: Mapping[str, Any], language: str = "") -> None:
        self.held, self.project = held, held.project
        assert self.project is not None  # noqa: S101  # a visitor holds what a project offers
        form = asked(self.project)
        self.unknown = [key for key in answers if key not in form.fields or key == DetailsForm.TRAP]
        begun = {key: form.get_initial_for_field(field, key) for key, field in form.fields.items()}
        given = {key: value for key, value in held.customer.items() if isinstance(value, str)}
        usual = {key: value for key, value in begun.items() if value is not None} | {"language": language}
        self.answers = {
            key: _as_asked(form.fields[key], value)
            for key, value in (usual | given | dict(answers)).items()
            if key in form.fields
        }
        sent = {html_name(key): value for key, value in self.answers.items()}
        self.form = DetailsForm(sent, project=self.project, initial=given)

    @cached_property
    def errors(self) -> dict[str, list[str]]:
        """Sentences by ``answers.<question>``, all at once; empty where it can be booked."""
        found = {f"answers.{key}": [_("There is no such question.")] for key in self.unknown}
        for name, sentences in self.form.errors.items():
            field = "answers" if name == "__all__" else f"answers.{name}"
            found.setdefault(field, []).extend(map(str, sentences))
        if not found and not self._wanted.is_valid():  # then the project's own settings are at fault
            found["project"] = [_("This can not be booked at the moment. Please get in touch with us.")]
        return found

    @cached_property
    def _wanted(self) -> BookingForm:
        resolved = resolve({"reservation_id": self.held.pk}, Scope.everything())
        return BookingForm(resolved, contact=Contact.EITHER, customer_form=self.form)

    def draft(self) -> Booking:
        """The unsaved booking of a valid application."""
        draft = self._wanted.draft()
        draft.form_token = str(self.held.pk)
        return draft

    def book(self, *, by: Actor, address: str) -> Booking:
        """Book what is held; of one hold there is one booking, also where several ask at once.

        Raises what ``book_wanted`` does; a hold that ended without a booking raises ``ReservationGone``.
        """
        try:
            return book_wanted(self._wanted, self.draft(), self.held, by=by, address=address)
        except (BookingError, IntegrityError) as error:
            if before := booked_from(self.held):
                return before
            if isinstance(error, IntegrityError) and violated(error, Booking, "form_token"):
                raise ReservationGone from error
            raise


def _as_asked(field: forms.Field, value: Any) -> Any:
    """One choice of several may be told without a list."""
    return [value] if isinstance(field, forms.MultipleChoiceField) and isinstance(value, str) else value


def booked_from(held: Reservation) -> Booking | None:
    """The booking that the hold became, also where its links were renewed since."""
    token = str(held.pk)
    return Booking.objects.in_full().filter(form_token__in=[token, renewed_form(token)]).first()
