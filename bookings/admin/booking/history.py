"""What happened to a booking, as its page tells staff."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from bookings.admin.booking.moves import Moves
from bookings.admin.times_in_words import moment_in_words
from bookings.graphs.flow import Flow
from bookings.models import ApiKey, Booking, HistoryEntry, Remark, Resource
from bookings.staff_limits import limited
from bookings.times import duration_in_words, onward


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """A line of the history."""

    when: str
    """In the resource's zone, like all times of the page."""
    who: str
    what: str
    remark: str
    assignment: str
    """Why a booking for anyone came to its resource; empty where nothing was to be decided."""


def history_lines(booking: Booking, user: Any, moves: Moves) -> list[HistoryLine]:
    """What happened, oldest first, remarks beside; of this booking and of those that it continues and the user sees."""
    zone = booking.resource.timezone
    words = Remark.objects.filter(pk=OuterRef("remark_id")).values("words")
    rows = HistoryEntry.objects.filter(booking_id__in=[booking.pk, *moves.seen_before(user)])
    entries = list(rows.annotate(words=Subquery(words)))
    names, labels, candidates = _names(entries), _labels(booking), _candidates(entries, user)
    return [
        HistoryLine(
            when=moment_in_words(entry.at, zone),
            who=names.get((entry.actor, entry.actor_id), str(entry.get_actor_display())),
            what=_what(entry, labels),
            remark=vars(entry)["words"] or "",
            assignment=_assignment(entry.assignment, candidates) if entry.assignment else "",
        )
        for entry in entries
    ]


def _names(entries: Sequence[HistoryEntry]) -> dict[tuple[str, str], str]:
    """Staff and keys by the ids that history keeps."""
    staff = [entry.actor_id for entry in entries if entry.actor == "staff" and entry.actor_id]
    keys = [entry.actor_id for entry in entries if entry.actor in {"key", "agent"} and entry.actor_id]
    names = {}
    for user in get_user_model().objects.filter(pk__in=staff) if staff else ():
        names["staff", str(user.pk)] = user.get_full_name() or user.get_username()
    for key in ApiKey.objects.filter(pk__in=keys) if keys else ():
        names["key", str(key.pk)] = _("API key %(name)s") % {"name": key.name}
        names["agent", str(key.pk)] = _("Assistant with the API key %(name)s") % {"name": key.name}
    return names


def _labels(booking: Booking) -> dict[tuple[str, str], str]:
    """What people call that which history keeps by its name or code."""
    actions = Flow.of(booking.state.version).actions
    states = [action.target for action in actions]
    reasons = {
        "moved": _("moved"),
        "overlap": _("over taken time"),
        "session": _("together with the session"),
        "undone": _("taken back"),
        "one_press": "",
    }
    return {
        **{("state", state.name): str(state) for state in states},
        **{("action", action.name): str(action) for action in actions},
        **{("attendance", one.value): str(one.label) for one in Booking.Attendance},
        **{("reason", code): words for code, words in reasons.items()},
    }


def _what(entry: HistoryEntry, labels: dict[tuple[str, str], str]) -> str:
    def called(kind: str, name: str) -> str:
        return labels.get((kind, name), name)

    if entry.what != HistoryEntry.What.TRANSITION:
        about = called("attendance", entry.target) or entry.reason
        return f"{entry.get_what_display()}: {about}" if about else str(entry.get_what_display())
    target = f"{onward()} {called('state', entry.target)}"
    way = f"{called('state', entry.source)} {target}" if entry.source else target
    parts = [called("action", entry.action), called("reason", entry.reason)]
    said = _(", ").join(filter(None, parts))
    return f"{way} ({said})" if said else way


def _candidates(entries: Iterable[HistoryEntry], user: Any) -> dict[str, str]:
    """The names of all among whom a booking was shared, of those whom the user sees, by their ids."""
    ids = {each["resource"] for entry in entries if entry.assignment for each in entry.assignment["order"]}
    rows = limited(Resource.objects.filter(pk__in=ids), user) if ids else Resource.objects.none()
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _assignment(told: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Like "For anyone, the least booked that day: Ben 1 hour, Anna 2 hours. Not free then: Clara."."""
    ids = [each["resource"] for each in told["order"]]
    at = ids.index(told["chosen"])
    loads = [_load(each, names) for each in told["order"][at:] if each["resource"] in names]
    passed = [names[one] for one in ids[:at] if one in names]
    ties = {
        "last": _("Of those with as little, the one unbooked for longest."),
        "list": _("Of those with as little, the first in the list."),
    }
    said = [
        _("For anyone, the least booked that day: %(loads)s.") % {"loads": _(", ").join(loads)},
        ties.get(told["tie"], ""),
        _("Not free then: %(names)s.") % {"names": _(", ").join(passed)} if passed else "",
    ]
    return " ".join(filter(None, said))


def _load(each: Mapping[str, Any], names: Mapping[str, str]) -> str:
    booked, weight = timedelta(seconds=each["seconds"]), each["weight"]
    said = f"{names[each['resource']]} {duration_in_words(booked)}"
    if weight == 1:
        return said
    share = {"weight": weight, "share": duration_in_words(booked / weight)}
    return said + " " + _("(by weight %(weight)s: %(share)s)") % share
