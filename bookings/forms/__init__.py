"""One set of forms behind all doors: what a booking, a customer and a reservation must hold, in one place."""

from bookings.forms.bookings import BookingForm
from bookings.forms.customers import Contact, CustomerForm
from bookings.forms.reservations import ReservationForm
from bookings.forms.resolve import Resolved, resolve
from bookings.forms.scope import Scope

__all__ = ["BookingForm", "Contact", "CustomerForm", "ReservationForm", "Resolved", "Scope", "resolve"]
