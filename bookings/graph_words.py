"""The words of the seeded graphs in other languages: rows keep the English, the catalogues know it from here."""

from django.utils.translation import gettext, gettext_noop

SEEDED = (
    gettext_noop("Booked at once"),
    gettext_noop("Asked for, then accepted or declined"),
    gettext_noop("Booked at once, paid soon"),
    gettext_noop("A session with seats"),
    gettext_noop("A seat of a session"),
    gettext_noop("A seat of a session, paid soon"),
    gettext_noop("Asked for while the time is kept"),
    gettext_noop("Confirmed"),
    gettext_noop("Completed"),
    gettext_noop("Cancelled"),
    gettext_noop("Cancelled by the customer"),
    gettext_noop("Cancelled by the owner"),
    gettext_noop("Moved to another time"),
    gettext_noop("Declined"),
    gettext_noop("Not paid in time"),
    gettext_noop("Not answered in time"),
    gettext_noop("Waiting for an answer"),
    gettext_noop("Waiting for payment"),
    gettext_noop("Paid"),
    gettext_noop("Open"),
    gettext_noop("Book"),
    gettext_noop("Cancel"),
    gettext_noop("Withdraw the request"),
    gettext_noop("Choose another time"),
    gettext_noop("Accept"),
    gettext_noop("Decline"),
    gettext_noop("Complete"),
    gettext_noop("Mark as paid"),
    gettext_noop("Time out"),
    gettext_noop("Expire"),
)

# What a button says where it stands alone: "Cancel" beside "Keep it" could mean either.
IN_FULL = {
    "Cancel": gettext_noop("Cancel the booking"),
    "Accept": gettext_noop("Accept the request"),
    "Decline": gettext_noop("Decline the request"),
    "Complete": gettext_noop("End the booking"),
}

# What a state says to the very person who brought it about, and to a customer of those whom they booked.
TO_THE_CUSTOMER = {
    "Cancelled by the customer": gettext_noop("Cancelled by you"),
    "Cancelled by the owner": gettext_noop("Cancelled by us"),
}
TO_THE_OWNER = {"Cancelled by the owner": gettext_noop("Cancelled by you")}


def graph_words(label: str) -> str:
    """The title of a graph, or a label in it, in the active language; what staff wrote themselves stays as it is."""
    return gettext(label) if label else ""


def words_in_full(label: str) -> str:
    """A label as a button says it to those who know one booking only; staff's own words stay as they are."""
    return graph_words(IN_FULL.get(label, label))


def words_to_customer(label: str) -> str:
    """A state's label as the customer's own page says it; staff's own words stay as they are."""
    return graph_words(TO_THE_CUSTOMER.get(label, label))


def words_to_owner(label: str) -> str:
    """A state's label as the owner's own page says it; staff's own words stay as they are."""
    return graph_words(TO_THE_OWNER.get(label, label))
