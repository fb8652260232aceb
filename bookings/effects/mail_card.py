"""What the card of a mail shows beside its words: when, the facts, what can be pressed.

HTML and text are laid out from the same card; the colours and the week are the HTML's alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bookings import database_clock, times, typed_text
from bookings.effects.mail_colours import Colours, Stage, colours_of
from bookings.effects.news import News
from bookings.effects.wording import Wording
from bookings.forms.questions import answers_of
from bookings.graph_words import words_to_customer, words_to_owner
from bookings.lifecycle.notices import LEFT
from bookings.maps import map_of_booking
from bookings.models import Booking, Mail, Site
from bookings.price_words import price_in_words

LONGEST_PREVIEW = 200
LONGEST_VALUE = 60
GIVEN_UP = {Mail.DECLINED, Mail.EXPIRED, Mail.CANCELLED, LEFT}


@dataclass(frozen=True)
class Fact:
    label: str
    value: str

    @property
    def is_long(self) -> bool:
        """Whether it needs lines of its own."""
        return len(self.value) > LONGEST_VALUE or "\n" in self.value.strip()


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class When:
    """A booking's time in words, on the clocks that lead; ``other`` is the same on the other clocks, or empty."""

    day: str
    start: str
    until: str
    """The end and the zone: "until 10:30, Berlin time (UTC+1)"."""
    line: str
    """All of it in one line."""
    other: str
    week: list[dict[str, str | int | bool]]
    """The seven days among which it stands, see ``times.week_of``."""


@dataclass(frozen=True, kw_only=True)
class Card:
    colours: Colours
    pill: str = ""
    """How it stands, in few words; empty for none."""
    is_given_up: bool = False
    """Whether its time is struck through: nobody comes then."""
    preview: str
    """What a list of mails shows beside the subject."""
    when: When | None = None
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
    """What can be pressed, the first of all first."""
    closing: tuple[str, ...] = ()
    footing: tuple[str, ...] = ()
    """Why the reader gets it and whether an answer reaches somebody."""


def card_of(news: News, words: Wording, *, url: str, said: tuple[str, ...], has_entry: bool) -> Card:
    """The card of a mail about one booking.

    ``url`` is of the booking's page, ``said`` are messages of people, ``has_entry`` tells whether an entry for
    the reader's calendar is attached.
    """
    booking, stage = news.booking, stage_of(news)
    project = booking.project
    when = _when(news)
    facts = _facts_for_all(news) if news.to_participant else _facts(news, said)
    links = () if news.to_participant else (Link(words.link or _page_label(news), url), *_way(news, stage))
    links = (*links, *_meeting(news))
    return Card(
        colours=colours_of((project.accent if project else "") or news.site.accent, stage),
        pill=_pill(news, stage),
        is_given_up=stage is Stage.OVER and news.mail in GIVEN_UP,
        preview=_preview(news, words),
        when=when,
        facts=tuple(fact for fact in facts if fact.value),
        links=links,
        closing=(_("The entry for your calendar is attached."),) if has_entry else (),
        footing=_footing(news),
    )


def plain_card(site: Site, words: Wording) -> Card:
    """The card of a mail that is about no booking of its own."""
    return Card(colours=colours_of(site.accent, Stage.SETTLED), preview=" ".join(words.paragraphs))


def stage_of(news: News) -> Stage:
    """How it stands for the reader; for an owner whom it left it is over."""
    if news.mail == LEFT:
        return Stage.OVER
    state = news.booking.state
    if not state.settled:
        return Stage.WAITING
    return Stage.SETTLED if state.occupies else Stage.OVER


def _pill(news: News, stage: Stage) -> str:
    if news.mail == LEFT:
        return ""
    state = news.booking.state
    words = (words_to_customer if news.to_customer else words_to_owner)(state.label) or state.name
    return f"✓ {words}" if stage is Stage.SETTLED else words


def _preview(news: News, words: Wording) -> str:
    booking, zone = news.booking, news.clocks.first
    slot = _("%(day)s, %(times)s") % {
        "day": times.short_day(booking.start, zone),
        "times": times.clock_range(booking.start, booking.end, zone),
    }
    told = _("%(time)s, with %(name)s.") % {"time": slot, "name": typed_text.line(booking.with_whom)}
    return Truncator(" ".join([told, *words.sentences])).chars(LONGEST_PREVIEW, truncate="…")


def _when(news: News) -> When:
    booking, zone, other = news.booking, news.clocks.first, news.clocks.other
    start, end = booking.start, booking.end
    named = _zone(start, zone)
    return When(
        day=times.day(start, zone),
        start=times.clock(start, zone),
        until=_("until %(time)s, %(zone)s") % {"time": times.end_in_full(start, end, zone), "zone": named},
        line=_listed(times.day(start, zone), times.clock_range(start, end, zone), named),
        other=_listed(
            times.short_day(start, other), times.clock_range(start, end, other), _zone(start, other)
        )
        if other and news.clocks.differ_at(start)
        else "",
        week=times.week_of(times.local(start, zone).date(), news.site.weekdays),
    )


def _zone(moment: datetime, zone: str) -> str:
    """The clocks by name, with which of the two hours it is where there are two."""
    named, repeated = times.zone_and_offset(moment, zone), times.repeated_hour(moment, zone)
    return f"{named} ({repeated})" if repeated else named


def _listed(*parts: str) -> str:
    return _(", ").join(parts)


def _facts(news: News, said: tuple[str, ...]) -> Iterable[Fact]:
    booking = news.booking
    customer = getattr(booking, "customer", None)
    yield Fact(_("What"), news.thing)
    yield Fact(_("All dates"), _dates(news) if news.others else "")
    yield Fact(_("With"), booking.with_whom)
    yield Fact(_("Where"), booking.where)
    yield Fact(_("Places"), str(booking.places) if booking.places > 1 else "")
    yield Fact(_("Price"), price_in_words(booking.price, booking.currency))
    yield Fact(_("For"), typed_text.line(customer.name) if customer else "")
    if not news.to_customer:
        yield from _about_the_customer(booking)
    for words in said:
        yield Fact(_("Message"), words)
    yield Fact(_("Reference"), booking.reference)


def _dates(news: News) -> str:
    """The dates of a series, one a line, on the clocks that lead."""
    zone = news.clocks.first
    return "\n".join(
        _listed(
            *filter(
                None,
                (times.day(one.start, zone), times.clock_range(one.start, one.end, zone), one.meeting_link),
            )
        )
        for one in (news.booking, *news.others)
    )


def _facts_for_all(news: News) -> Iterable[Fact]:
    """What may be known to somebody who can neither see nor change the booking."""
    booking = news.booking
    customer = getattr(booking, "customer", None)
    yield Fact(_("What"), news.thing)
    yield Fact(_("With"), booking.with_whom)
    yield Fact(_("Where"), booking.where)
    yield Fact(_("For"), typed_text.line(customer.name) if customer else "")


def _about_the_customer(booking: Booking) -> Iterable[Fact]:
    """What the owner needs to know to answer."""
    customer = getattr(booking, "customer", None)
    if customer is None:
        return
    yield Fact(_("E-mail"), customer.email)
    yield Fact(_("Telephone"), typed_text.line(customer.phone))
    answers = answers_of(booking)
    yield Fact(_("Answers"), answers) if answers else Fact(_("Description"), booking.description)


def _page_label(news: News) -> str:
    """What the link to the booking's page says where its mail has no words of its own for it."""
    booking = news.booking
    may_change = (
        news.to_customer and not booking.state.final and booking.is_open_to_changes(database_clock.now())
    )
    return _("See, change or cancel the booking") if may_change else _("See the booking")


def _way(news: News, stage: Stage) -> Iterable[Link]:
    """To the place on a map, for whoever is to go there."""
    url = map_of_booking(news.booking) if news.to_customer and stage is not Stage.OVER else ""
    return [Link(_("Plan the way"), url)] if url else []


def _meeting(news: News) -> Iterable[Link]:
    """Into the video meeting, unless it is over; of several dates each has its own beside it."""
    is_over = news.mail == LEFT or news.booking.end <= database_clock.now()
    url = "" if news.others or is_over else news.booking.meeting_link
    return [Link(_("Join the video meeting"), url)] if url else []


def _footing(news: News) -> tuple[str, ...]:
    if not news.to_customer:
        return ()
    why = _("You get this because you booked a time.")
    return (why, _("Answers to this mail reach us.")) if news.recipient.reply_to else (why,)
