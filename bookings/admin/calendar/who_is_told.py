"""Who will be told of what staff are about to do, in words."""

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from bookings.effects.outbox import Unaddressed
from bookings.effects.recipients import CUSTOMER, OWNER, recipient
from bookings.lifecycle.notices import hears_of_departure
from bookings.lifecycle.told import mailed_on
from bookings.models import Booking, Site, State


def told_in_words(booking: Booking, state: State, site: Site, *, after: Booking | None = None) -> list[str]:
    """A sentence for each who is mailed when a booking enters ``state``, or that nobody is.

    ``after`` is the unsaved booking that continues it where it is moved, whose resource hears of it, as does the one
    that it leaves.
    """
    mailed = mailed_on(after or booking, state, moved=after is not None)
    told = [_sentence(booking if who == CUSTOMER else after or booking, who, site) for who in mailed]
    if after and after.owner_email != booking.owner_email and hears_of_departure(booking, state):
        told.append(_sentence(booking, OWNER, site))
    return told or [_("Nobody is told.")]


def _sentence(booking: Booking, who: str, site: Site) -> str:
    customer = getattr(booking, "customer", None)
    name = str(customer or _("The customer")) if who == CUSTOMER else booking.resource.name
    try:
        to = recipient(booking, who, site)
    except Unaddressed:
        return _("%(name)s is not told: no address is known.") % {"name": name}
    language = get_language_info(to.language)["name_translated"]
    words = {"name": name, "address": to.address, "language": language}
    return _("%(name)s is told by e-mail to %(address)s, in %(language)s.") % words
