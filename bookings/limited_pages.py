"""Which pages of the desk are there for a member of staff who is limited to some resources, and why the others are not.

Each page stands in one of the two tables by the name of its URL; what stands in neither is missing to such a member.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


def _named(prefix: str, names: str) -> Iterator[str]:
    return (f"{prefix}_{name}" for name in names.split())


NARROWED = frozenset(
    {
        *("index", "app_list", "login", "logout", "jsi18n", "password_change", "password_change_done"),
        "autocomplete",
        *_named("auth_user", "own_sessions sessions members member invite link revoke"),
        *_named("bookings_booking", "changelist change add history export paper seen waiting wrong retry"),
        *_named("bookings_booking", "again press take_back attended new people release new_series series"),
        *_named("bookings_booking", "calendar calendar_feed calendar_conflict drag take_time classes class"),
        *_named("bookings_booking", "act move correct attendance undo renew erase"),
        *_named("bookings_event", "changelist change add delete history"),
        *_named("bookings_location", "changelist change history"),
        *_named("bookings_outboxmessage", "changelist change history untold"),
        *_named("bookings_person", "changelist change"),
        *_named("bookings_reservation", "changelist change history"),
        *_named("bookings_resource", "changelist change history why"),
    }
)
"""Those that tell a limited member of what concerns their resources, and of nothing else."""

_WHOLE = {
    "bookings_graph": "graphs are those of the whole site",
    "bookings_graphversion": "graphs are those of the whole site",
    "bookings_mailwords": "the words of mails are those of the whole site",
    "bookings_site": "what concerns the whole site is for whoever sees all of it",
    "bookings_apikey": "a key opens the API for the whole site or for whole projects",
    "bookings_recentrequest": "requests of programs tell of whatever they asked for",
    "bookings_webhook": "a webhook is told of bookings of all resources",
    "bookings_webhookcall": "a webhook is told of bookings of all resources",
    "bookings_project": "a project is set up for all its resources together, and names them",
    "bookings_option": "a project is set up for all its resources together, and names them",
    "bookings_projectresource": "a project is set up for all its resources together, and names them",
    "bookings_resource_calendars": "connecting calendars is setting up, and its links outlive a limit",
    "auth_group": "what a role may do holds for everybody who has it",
}
"""Of pages whose names begin so, none is there."""
_BY_HAND = "nobody does that by hand: the verbs write these rows"
_SET_UP = "setting up is for whoever sees all resources"
_PERSON = "it concerns the whole person, whom other resources know, too"
_ACCOUNT = "an account is edited by superusers; managers have a page of members"
_SINGLE: Mapping[str, Iterable[str]] = {
    _BY_HAND: (
        "bookings_booking_delete",
        *_named("bookings_outboxmessage", "add delete"),
        *_named("bookings_reservation", "add delete"),
        "bookings_person_add",
    ),
    _SET_UP: (
        *_named("bookings_resource", "add delete simple_history"),
        *_named("bookings_location", "add delete simple_history"),
    ),
    _PERSON: _named(
        "bookings_person",
        "apart block delete erase export history merge simple_history split unblock",
    ),
    _ACCOUNT: _named("auth_user", "add change changelist delete history password_change"),
    "it leads to the public page of whatever row is named": ("view_on_site",),
}
_REASONS = {name: reason for reason, names in _SINGLE.items() for name in names}


def why_closed(page: str) -> str:
    """Why a page is missing to a limited member; empty where no reason is written down."""
    for start, reason in _WHOLE.items():
        if page == start or page.startswith(f"{start}_"):
            return reason
    return _REASONS.get(page, "")
