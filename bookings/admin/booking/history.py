"""What happened to a booking, as its page tells staff."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from bookings.admin.times_in_words import moment_in_words
from bookings.models import ApiKey, Booking, HistoryEntry, Remark
from bookings.staff_limits import sees
from bookings.times import onward


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """A line of the history."""

    when: str
    """In the resource's zone, like all times of the page."""
    who: str
    what: str
    remark: str


def history_lines(booking: Booking, user: Any) -> list[HistoryLine]:
    """What happened, oldest first, remarks beside; of this booking and of those that it continues and the user sees."""
    zone = booking.resource.timezone
    steps = [booking]
    while (step := steps[-1].continues) and len(steps) < 50:
        steps.append(step)
    ids = [one.pk for one in steps if sees(user, one.resource_id)]
    entries = list(HistoryEntry.objects.filter(booking_id__in=ids))
    remarks = Remark.objects.in_bulk([entry.remark_id for entry in entries if entry.remark_id])
    names, labels = _names(entries), _labels(booking)
    return [
        HistoryLine(
            when=moment_in_words(entry.at, zone),
            who=names.get((entry.actor, entry.actor_id), str(entry.get_actor_display())),
            what=_what(entry, labels),
            remark=remarks[entry.remark_id].words if entry.remark_id in remarks else "",
        )
        for entry in entries
    ]


def _names(entries: list[HistoryEntry]) -> dict[tuple[str, str], str]:
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
    version = booking.version
    reasons = {
        "moved": _("moved"),
        "overlap": _("over taken time"),
        "session": _("together with the session"),
        "undone": _("taken back"),
        "one_press": "",
    }
    return {
        **{("state", state.name): str(state) for state in version.states.all()},
        **{("action", action.name): str(action) for action in version.actions.all()},
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
