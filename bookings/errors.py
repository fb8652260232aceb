"""Why a verb refused.  The class is the reason; the instance carries what the door will want to say.

``code`` is for programs and never changes; ``sentence`` is for people and never repeats what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def _(sentence: str) -> str:
    """Mark a sentence for translation; the doors translate it (this module imports no Django)."""
    return sentence


class BookingError(Exception):
    """A verb refused and nothing was written.

    ``field`` names the input at fault (the API's spelling), ``limit`` the setting of the limit that bit where one
    did, ``data`` what helps the caller to go on; ``sentence``, once translated, is filled from it.
    """

    code = "refused"
    sentence = _("This is not possible.")
    field = "booking"

    def __init__(
        self,
        sentence: str | None = None,
        *,
        field: str | None = None,
        limit: str | None = None,
        **data: Any,
    ) -> None:
        self.sentence = sentence or self.sentence
        self.field = field or self.field
        self.limit = limit
        self.data = data
        super().__init__(str(self.sentence))


class SlotTaken(BookingError):
    """Somebody else holds or has booked a part of the time."""

    code = "slot_taken"
    sentence = _("This time is taken.")
    field = "start"


class EndNotOffered(BookingError):
    """The end that a customer chose does not go with the start, or the time is not free until then."""

    code = "end_not_offered"
    sentence = _("The time is not free for as long as that.")
    field = "end"


class ReservationGone(BookingError):
    """The reservation expired, was released or became a booking."""

    code = "reservation_gone"
    sentence = _("This hold has ended or was used already.")
    field = "reservation_id"


class ReservationMismatch(BookingError):
    """The reservation belongs to another project, session or caller."""

    code = "reservation_mismatch"
    sentence = _("This hold is for something else.")
    field = "reservation_id"


class HoldsExhausted(BookingError):
    """The caller has as many live reservations as it may have."""

    code = "too_many_holds"
    sentence = _("Too many times are held already. Let one go first.")
    field = "reservation_id"


class ProofNeeded(BookingError):
    """Too many times are held by visitors who have proven nothing, so this hold costs a proof of work."""

    code = "proof_needed"
    sentence = _("Many times are being held at the moment, so this one cannot be held without a check.")
    field = "start"


class TooManyBookings(BookingError):
    """As many were booked from one network address within the hour as may be; ``seconds`` until one more may."""

    code = "too_many_bookings"
    sentence = _("Very many bookings came from your connection. Please try again later, or phone us.")


class PleasePhone(BookingError):
    """This person's booking is not taken online; the one sentence for every reason of that kind."""

    code = "please_phone"
    sentence = _("This cannot be booked online. Please phone us.")
    field = "customer"


class PleaseCall(BookingError):
    """The person is blocked; a server key alone is told so, everybody else ``PleasePhone``."""

    code = "please_call"
    sentence = _("This person is blocked by the house and has to call.")
    field = "customer"


class HoldNotExtendable(BookingError):
    """The reservation reached the longest time or the number of extensions allowed."""

    code = "hold_limit"
    sentence = _("This hold cannot be made longer.")
    field = "reservation_time"


class GroupFull(BookingError):
    """Fewer seats of the session are left than were wanted: ``places_left``."""

    code = "group_full"
    sentence = _("No seat is left.")
    field = "related.owner_booking_id"

    def __init__(self, *, places_left: int = 0) -> None:
        fewer = _("Fewer places are left than that: %(places_left)s.") if places_left else None
        super().__init__(fewer, places_left=places_left)


class TooManyPlaces(BookingError):
    """More places than the project lets anybody book at once, who is bound by its rules: ``most_places``."""

    code = "too_many_places"
    sentence = _("Only one place can be booked at once.")
    field = "places"

    def __init__(self, *, most_places: int = 1) -> None:
        some = _("At most %(most_places)s places can be booked at once.") if most_places > 1 else None
        super().__init__(some, most_places=most_places)


class SessionClosed(BookingError):
    """The session's state takes no seats."""

    code = "session_closed"
    sentence = _("This session takes no bookings.")
    field = "related.owner_booking_id"


class WindowClosed(BookingError):
    """Too early or too late: notice, horizon or cut-off forbids it."""

    code = "window_closed"
    sentence = _("This is not open for booking at the moment.")
    field = "start"


class OutsideHours(BookingError):
    """Opening hours or rules of resource or project forbid the time."""

    code = "outside_hours"
    sentence = _("This time is not offered.")
    field = "start"


class OptionNotOffered(OutsideHours):
    """The resource does not do the option."""

    code = "option_not_offered"
    sentence = _("This is not offered with the one chosen.")
    field = "resource_id"


class CapReached(BookingError):
    """A counted limit of the day is reached."""

    code = "cap_reached"
    sentence = _("No more bookings are taken that day.")
    field = "start"


class NotPayable(BookingError):
    """The bookings of the project wait for a payment, and there is no way to pay."""

    code = "not_payable"
    sentence = _("This cannot be booked online at the moment, since it cannot be paid here. Please phone us.")
    field = "project_id"


class TimePassed(BookingError):
    """The request's start is past, so that nobody can answer it any more."""

    code = "time_passed"
    sentence = _("The time of this request has passed.")
    field = "booking"


class ActionNotAvailable(BookingError):
    """No such action leaves the present state, or this caller may not play it; ``available_actions`` in data."""

    code = "action_not_available"
    sentence = _("This is not possible in the booking's present state.")
    field = "action"


class BookingGone(BookingError):
    """The booking was deleted."""

    code = "booking_gone"
    sentence = _("This booking was deleted.")
    field = "booking"


class EventGone(BookingError):
    """The event was removed."""

    code = "event_gone"
    sentence = _("This busy time was removed.")
    field = "event"


class NotDeletable(BookingError):
    """The booking can still change."""

    code = "not_final"
    sentence = _("Only a booking that is over can be deleted.")
    field = "booking"


class Conflict(BookingError):
    """The database could not put simultaneous requests in an order, twice."""

    code = "conflict"
    sentence = _("Several requests met. Please try once more.")
    field = "booking"


class NotBegun(BookingError):
    """Whether somebody came is not known before the start."""

    code = "not_begun"
    sentence = _("This can be noted once the time has begun.")
    field = "attendance"


class UnknownGraph(BookingError):
    """No graph of that name is published."""

    code = "unknown_graph"
    sentence = _("There is no such graph.")
    field = "graph"


class OverlapNotAllowed(BookingError):
    """A member of staff without the permission, or without a reason, wants time that may be taken."""

    code = "overlap_not_allowed"
    sentence = _("Booking over taken time needs a permission and a reason.")
    field = "allow_double_bookings"


class NothingToUndo(BookingError):
    """The booking was not cancelled, or its minutes for taking that back are over."""

    code = "nothing_to_undo"
    sentence = _("This can no longer be undone.")
    field = "booking"


def every_kind(kind: type[BookingError] = BookingError) -> Iterator[type[BookingError]]:
    """All reasons there are, with those that are a kind of another."""
    for one in kind.__subclasses__():
        yield one
        yield from every_kind(one)
