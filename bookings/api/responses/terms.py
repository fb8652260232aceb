"""Price and terms in answers."""

from typing import Annotated

from typing_extensions import TypedDict

from bookings.api.responses.context import Context
from bookings.api.responses.fields import Timestamp, one_of
from bookings.forms.terms import Awaits, BookingTerms


class TermsOut(TypedDict):
    """What a customer agrees to.

    ``cancel_until`` and ``reschedule_until`` are null where a customer cannot do it, ``price`` where nobody said what
    it costs.  ``awaits_seconds`` is how long it waits once it is booked, ``awaits_until`` when that ends.
    """

    price: str | None
    currency: str | None
    cancel_until: Timestamp | None
    reschedule_until: Timestamp | None
    awaits: Annotated[str, one_of(*Awaits)] | None
    awaits_seconds: int | None
    awaits_until: Timestamp | None
    next: str


def serialize_terms(terms: BookingTerms, context: Context) -> TermsOut:
    moments = (terms.cancel_until, terms.reschedule_until, terms.awaits_until)
    cancel, move, awaits = (context.timestamp(one) if one else None for one in moments)
    return {
        "price": terms.amount,
        "currency": terms.currency or None,
        "cancel_until": cancel,
        "reschedule_until": move,
        "awaits": terms.awaits.value if terms.awaits else None,
        "awaits_seconds": int(terms.within.total_seconds()) if terms.within else None,
        "awaits_until": awaits,
        "next": terms.next,
    }
