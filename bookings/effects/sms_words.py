"""What each text message says, in the language that is active: short, in one line, with the link last."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bookings import times, typed_text
from bookings.effects.links import manage_url
from bookings.effects.news import News
from bookings.models import Mail

MOST_SEGMENTS = 2
LONGEST_THING = 40
REMINDER = "reminder"
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")  # each is sent as two


def segments(text: str) -> int:
    """How many messages a text costs: of 160 characters, or 70 with letters that the short alphabet lacks."""
    if set(text) <= _GSM | _GSM_TWICE:
        length = len(text) + sum(letter in _GSM_TWICE for letter in text)
        return 1 if length <= 160 else -(-length // 153)
    length = len(text.encode("utf-16-le")) // 2
    return 1 if length <= 70 else -(-length // 67)


def text(news: News) -> str:
    """The whole message; raises ``KeyError`` for news that have no words."""
    said = _WORDS[news.mail or REMINDER](news)
    return fitting(said, _thing(news), manage_url(news.booking))


def fitting(said: str, thing: str, link: str) -> str:
    """A line of what is said, what it is about, and the link: what it is about gives way where that is too long."""
    heads = [f"{said}, {thing[:length]}" for length in (LONGEST_THING, 20, 10)] if thing else []
    for head in (*heads, said):
        whole = f"{typed_text.line(head)} {link}"
        if segments(whole) <= MOST_SEGMENTS:
            return whole
    return f"{typed_text.line(said)} {link}"


def _thing(news: News) -> str:
    return Truncator(typed_text.line(news.thing)).chars(LONGEST_THING, truncate="...")


def _when(news: News) -> str:
    """The time on the clocks that the page leads with; their zone is named where the reader lives by another."""
    start, zone = news.booking.start, news.clocks.first
    if news.clocks.differ_at(start):
        return f"{times.brief_day_and_clock(start, zone)} {times.offset(start, zone)}"
    return times.brief_day_and_clock(start, zone)


def _booked(news: News) -> str:
    return (_("Booked again: %s") if news.undone else _("Booked: %s")) % _when(news)


def _moved(news: News) -> str:
    before, now = news.booking.continues, news.booking
    if before and before.resource_id != now.resource_id:
        names = {"time": _when(news), "new": _name(str(now.resource)), "old": _name(str(before.resource))}
        return _("New: %(time)s with %(new)s instead of %(old)s") % names
    return _("New time: %s") % _when(news)


def _name(text: str) -> str:
    return typed_text.line(text)[:20]


_WORDS: dict[str, Callable[[News], str]] = {
    Mail.BOOKED: _booked,
    Mail.REQUESTED: lambda news: _("Request sent: %s") % _when(news),
    Mail.TO_PAY: lambda news: _("Please pay: %s") % _when(news),
    Mail.DECLINED: lambda news: _("Declined: %s") % _when(news),
    Mail.CANCELLED: lambda news: _("Cancelled: %s") % _when(news),
    Mail.EXPIRED: lambda news: _("Ended: %s") % _when(news),
    Mail.MOVED: _moved,
    REMINDER: lambda news: _("Reminder: %s") % _when(news),
}
