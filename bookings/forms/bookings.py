"""The booking's form: the merged whole of a request, checked once, becomes an unsaved ``Booking``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from bookings.availability.query import Buffers
from bookings.forms import values
from bookings.forms.customers import Contact, CustomerForm
from bookings.forms.findings import Findings
from bookings.forms.places import check_price, price_of_all, read_places
from bookings.forms.reminders import reminders
from bookings.forms.resolve import Resolved, companions
from bookings.forms.times import read_times
from bookings.models import Booking, Customer, Resource, lent_place
from bookings.row_values import made

TEXTS = {"what": 500, "where": 500, "description": 20_000}
WINDOWS = ("min_booking_time", "max_booking_time", "min_cancel_time")
SWITCHES = "notify_"


class BookingForm:
    """Checks ``resolved.values`` and builds the draft that ``book`` takes.

    ``found`` is what the door found wrong before; it is answered together with what is found here.  A door that
    shows the customer's form on a page passes it bound as ``customer_form``; the API's is made from the values.
    """

    def __init__(
        self,
        resolved: Resolved,
        *,
        found: Mapping[str, Iterable[str]] | None = None,
        contact: Contact = Contact.EMAIL,
        customer_form: CustomerForm | None = None,
    ) -> None:
        self.resolved, self.values = resolved, resolved.values
        self.contact, self.given_customer_form = contact, customer_form
        self.findings = Findings(found or {}, resolved.errors)
        self._fields: dict[str, Any] = {}

    @cached_property
    def errors(self) -> dict[str, list[str]]:
        """Sentences by the field's dotted name in the API; empty for a valid form."""
        self._check_names()
        self._check_times()
        self._check_customer()
        self._check_texts()
        self._check_calendar_entry()
        self._check_settings()
        self._check_places()
        return self.findings.errors

    def is_valid(self) -> bool:
        return not self.errors

    def draft(self) -> Booking:
        """The unsaved booking of a valid form, every typed column filled."""
        resolved = self.resolved
        before, after, _around = buffers(resolved)
        booking = made(
            Booking,
            resource=resolved.resource,
            project=resolved.project,
            option=resolved.option,
            session=resolved.session,
            calendar_id=resolved.calendar_id,
            buffer_before=before,
            buffer_after=after,
            ignore_all_day_events=bool(resolved.offering and resolved.offering.terms.ignore_all_day_events),
            **self._fields,
        )
        each, booking.currency = price(resolved)
        booking.price = price_of_all(each, booking.places)
        return booking

    @cached_property
    def customer_form(self) -> CustomerForm | None:
        """The customer's form, or None where nobody is named and nobody is needed."""
        if self.given_customer_form is not None:
            return self.given_customer_form
        given = self.values.get("customer")
        if not isinstance(given, Mapping):
            return None
        needed = self._needs_customer
        if not given and not needed:
            return None
        questions = self.resolved.project.customer_fields if self.resolved.project else {}
        contact = self.contact if needed else Contact.NONE
        return CustomerForm(given, questions=questions, contact=contact, open_ended=True)

    def customer(self) -> Customer | None:
        """The unsaved customer of a valid form."""
        return self.customer_form.customer() if self.customer_form else None

    def companions(self) -> list[Resource]:
        return companions(self.resolved)

    @property
    def _needs_customer(self) -> bool:
        return self.resolved.flow is None or self.resolved.flow.version.needs_customer

    def _check_names(self) -> None:
        """What must be named at all; whether it exists was seen when the request was resolved."""
        if self.resolved.flow is None:
            self.findings.required("graph")
        elif self.resolved.flow.version.claims_seat:
            if self.resolved.session is None:
                self.findings.required("related.owner_booking_id")
            return
        if self.resolved.resource is None:
            self.findings.required("resource_id")

    def _check_times(self) -> None:
        if self.resolved.flow and not self.resolved.flow.version.needs_times:
            return
        self._fields |= read_times(self.values, self.findings)

    def _check_customer(self) -> None:
        form = self.customer_form
        if form is None:
            if self._needs_customer:
                self.findings.required("customer")
        elif not form.is_valid():
            for name, sentences in form.errors.items():
                for sentence in sentences:
                    self.findings.wrong(
                        "customer" if name == "__all__" else f"customer.{name}", str(sentence)
                    )
        if form is not None:
            self._fields["language"] = form.instance.language

    def _check_texts(self) -> None:
        """A project lends its name and place, and the answers describe; without one every text is asked for."""
        lent = self._lent_texts()
        for name, longest in TEXTS.items():
            text = self.findings.take(name, self.values.get(name), values.words, "", longest)
            if not text and lent is None:
                self.findings.required(name)
            self._fields[name] = text or (lent or {}).get(name, "")

    def _lent_texts(self) -> dict[str, str] | None:
        if self.resolved.flow and self.resolved.flow.version.claims_seat:
            return {}
        if self.resolved.project is None:
            return None
        form = self.customer_form
        answers = form.instance.answers if form else {}
        description = form.answers_to_store() if form else ""
        place = answers.get("location") or answers.get("where")
        return {
            "what": self.resolved.project.name,
            "where": place[:500] if isinstance(place, str) else where(self.resolved),
            "description": description[: TEXTS["description"]],
        }

    def _check_calendar_entry(self) -> None:
        take, given = self.findings.take, self.values
        self._fields |= {
            "invite": take("invite", given.get("invite"), values.flag, False),
            "participants": take("participants", given.get("participants"), values.addresses, []),
            "my_rsvp": take("my_rsvp", given.get("my_rsvp"), values.rsvp, "accepted"),
            "meeting": take("meeting", given.get("meeting"), values.meeting, ""),
            "meta": take("meta", given.get("meta"), values.mapping, {}),
            "reminders": take("reminders", given.get("reminders"), reminders, []),
            "auto_complete": take(
                "auto_complete_one_hour_after_booking_ends",
                given.get("auto_complete_one_hour_after_booking_ends"),
                values.switch,
                True,
            ),
            "notifications": self._notifications(),
        }

    def _notifications(self) -> dict[str, Any]:
        """``notify_…`` and ``webhooks`` as they were sent, under their own names."""
        wanted = [name for name in self.values if name.startswith(SWITCHES) or name == "webhooks"]
        chosen: dict[str, Any] = {}
        for name in wanted:
            check = values.notices if name == "webhooks" else values.notice
            chosen[name] = self.findings.take(name, self.values[name], check, {})
        return {name: value for name, value in chosen.items() if value}

    def _check_settings(self) -> None:
        settings = self.findings.take("settings", self.values.get("settings"), values.mapping, {})
        take = self.findings.take
        loose = settings.get("allow_double_bookings")
        self._fields["allow_double_bookings"] = take(
            "settings.allow_double_bookings", loose, values.flag, False
        )
        for name in WINDOWS:
            self._fields[name] = take(f"settings.{name}", settings.get(name), values.duration, None)
        self._fields["automatic_times"] = take(
            "settings.automatic_times", settings.get("automatic_times"), values.automatic_times, {}
        )
        seats = take("settings.max_seats", settings.get("max_seats"), values.seats, None)
        if self.resolved.flow and self.resolved.flow.version.offers_seats:
            if seats is None:
                self.findings.required("settings.max_seats")
            self._fields["max_seats"] = seats

    def _check_places(self) -> None:
        self._fields["places"] = read_places(self.resolved, self.values, self.findings)
        check_price(price(self.resolved)[0], self._fields["places"], self.findings)


def where(resolved: Resolved) -> str:
    """The place that a project lends: its location, else its resource's."""
    return lent_place(resolved.project, resolved.resource)


def buffers(resolved: Resolved) -> Buffers:
    """What the project keeps free around a slot; nothing without a project."""
    return resolved.offering.terms.buffers if resolved.offering else Buffers()


def price(resolved: Resolved) -> tuple[Decimal | None, str]:
    """What one place of the booking costs, and the currency; (None, "") where it costs nothing that is known."""
    offering = resolved.offering
    offer = offering.offer_of(resolved.resource.pk) if offering and resolved.resource else None
    amount = offering.price(offer) if offering else None
    return (None, "") if offering is None or amount is None else (amount, offering.currency)
