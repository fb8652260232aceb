"""What is offered, in words: lengths, prices, people, and the times of one day as buttons."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import times
from bookings.availability.days import day_start, offset
from bookings.availability.ends import ONE_DAY
from bookings.models import Option
from bookings.views.choose.free_times import FreeTime, Offer, midday
from bookings.views.choose.offering import Offering, price_in_words

if TYPE_CHECKING:
    from bookings.views.choose.choose import View

GROUPED_FROM = 5
MORNING, NOON, EVENING = 5, 12, 17
FEW = 2
SEEK = "seek"


def offered(view: View, offering: Offering) -> dict[str, Any]:
    """The left column: the project, its options and people, and the line that stands for them when folded."""
    options = [_option(view, offering, option) for option in offering.options]
    people = _people(view, offering)
    current = next((one for one in options if one["current"]), _without_options(offering))
    said = [part for part in (current["label"], current["length"], current["price"]) if part]
    return {
        "project": {
            "title": offering.project.name,
            "text": offering.project.summary,
            "place": offering.place(),
            "more": offering.project.description,
            "settled": said if len(options) < 2 else [],
        },
        "options": options if len(options) > 1 else [],
        "options_title": _("Options") if any(one["length"] for one in options) else _("Length"),
        "people": people,
        "chosen": said + [one["name"] for one in people if one["current"]],
    }


def _option(view: View, offering: Offering, option: Option) -> dict[str, Any]:
    length = (offering.link.length if offering.link else None) or option.length
    price = offering.link.price if offering.link and offering.link.price is not None else option.price
    in_words = _length_in_words(offering, length)
    return {
        "label": option.label or in_words,
        "length": in_words if option.label else "",
        "price": price_in_words(price, option.currency),
        "href": view.href(changes={"option": str(option.pk)}),
        "current": option == offering.option,
    }


def _without_options(offering: Offering) -> dict[str, Any]:
    """A project that has none has a length all the same, unless each session says which."""
    told = offering.flow.version.claims_seat
    length = "" if told else _length_in_words(offering, offering.length(offering.link))
    return {"label": length, "length": "", "price": ""}


def _length_in_words(offering: Offering, length: timedelta) -> str:
    """The length, or from where to where the customer may choose it."""
    return times.durations_in_words(length, offering.longest or length)


def _people(view: View, offering: Offering) -> list[dict[str, Any]]:
    """Nobody is asked where there is one answer, or where all of them come."""
    if len(offering.links) < 2 or offering.everybody:
        return []
    anyone = {"name": _("Anyone"), "href": view.href(changes={"with": ""}), "current": offering.link is None}
    return [
        anyone,
        *(
            {
                "name": link.resource.name,
                "href": view.href(changes={"with": link.resource.slug}),
                "current": link == offering.link,
            }
            for link in offering.links
        ),
    ]


def day_card(view: View, found: Offer, day: date, *, ask_end: bool = False) -> dict[str, Any]:
    """The context of `_times.html` for one day; ``ask_end`` where the customer chooses the end besides."""
    of_day = found.by_day().get(day, [])
    free = sum(not one.full for one in of_day)
    heading = times.short_day(midday(day, view.zone), view.zone)
    card: dict[str, Any] = {
        "heading": heading,
        "said": _said(free, heading),
        "at": next((one.start for one in of_day if not one.full), midday(day, view.zone)),
        "free": free,
        "change": _clock_change(day, view),
        "groups": [] if ask_end else _groups(view, of_day),
        "span": span_card(view, found, of_day) if ask_end and of_day else None,
    }
    if not free:
        card["free_words"] = (
            _("Booked out.") if day in found.full_days else _("Nothing is offered on this day.")
        )
        if found.free_days():  # else the month says it
            card["nothing_later"] = view.nothing_later
        card["next_free"] = _next_free(view, found, day)
    return card


def _clock_change(day: date, view: View) -> str:
    """A sentence for a day on which the clocks are changed."""
    first, last = day_start(day, view.zone), day_start(day + ONE_DAY, view.zone) - 1
    change = offset(last, view.zone) - offset(first, view.zone)
    if change == 0:
        return ""
    return _("The clocks go forward on this day.") if change > 0 else _("The clocks go back on this day.")


def _said(free: int, day: str) -> str:
    """Like "6 times on Tuesday 16 March", for who listens to the page."""
    return ngettext("%(count)s time on %(day)s", "%(count)s times on %(day)s", free) % {
        "count": free,
        "day": day,
    }


def span_card(view: View, found: Offer, of_day: list[FreeTime]) -> dict[str, Any]:
    """The starts and ends of a day, to choose one of each; which go together is told in minutes since 1970."""
    step = found.step or timedelta(hours=1)
    ends = sorted({end for one in of_day for end in _ends(one, step)})
    return {
        "step": _minutes(step),
        "starts": [
            {
                "value": one.start.isoformat(),
                "label": _spoken_clock(one.start, view),
                "first": _minutes(one.end),
                "last": _minutes(one.latest or one.end),
            }
            for one in of_day
        ],
        "ends": [
            {"value": end.isoformat(), "label": _end_label(end, of_day[0], view), "at": _minutes(end)}
            for end in ends
        ],
    }


def _ends(one: FreeTime, step: timedelta) -> list[datetime]:
    count = ((one.latest or one.end) - one.end) // step
    return [one.end + step * number for number in range(count + 1)]


def _minutes(of: datetime | timedelta) -> int:
    seconds = of.total_seconds() if isinstance(of, timedelta) else of.timestamp()
    return int(seconds) // 60


def _spoken_clock(moment: datetime, view: View) -> str:
    night = times.repeated_hour(moment, view.zone)
    clock = times.clock(moment, view.zone)
    return f"{clock}, {night}" if night else clock


def _end_label(end: datetime, first: FreeTime, view: View) -> str:
    """The clock, and the day where it is another one."""
    if end.astimezone(view.zone).date() == first.start.astimezone(view.zone).date():
        return _spoken_clock(end, view)
    return times.day_and_clock(end, view.zone)


def _next_free(view: View, found: Offer, day: date) -> dict[str, str] | None:
    following = next((one for one in sorted(found.free_days()) if one > day), None)
    if following is None:  # in a month without any, the month leads on
        return later(view) if found.free_days() and not view.nothing_later else None
    label = times.short_day(midday(following, view.zone), view.zone)
    return {"href": view.href(day=following), "label": _("Next free times: %(day)s") % {"day": label}}


def later(view: View) -> dict[str, str]:
    """The way to the next month that has a free time."""
    return {"href": view.href(changes={SEEK: "next"}), "label": _("Next month with free times")}


def _groups(view: View, of_day: list[FreeTime]) -> list[dict[str, Any]]:
    parts: dict[str, list[FreeTime]] = {}
    for one in of_day:
        part = _part_of_day(one.start.astimezone(view.zone).hour)
        parts.setdefault(part if len(of_day) >= GROUPED_FROM else "", []).append(one)
    return [_group(part, [_button(view, one) for one in ones]) for part, ones in parts.items()]


def _part_of_day(hour: int) -> str:
    if hour < MORNING:
        return _("Night")
    return _("Morning") if hour < NOON else _("Afternoon") if hour < EVENING else _("Evening")


def _group(title: str, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    bare = not any(one["note"] or one["full"] for one in buttons)
    short = bare and all(len(one["clock"]) <= len("00:00") for one in buttons)
    return {"title": title, "times": buttons, "bare": bare, "short": short}


def _button(view: View, one: FreeTime) -> dict[str, Any]:
    zone = view.zone
    spoken = _("to %(end)s, %(day)s, %(zone)s") % {
        "end": times.end_clock(one.start, one.end, zone),
        "day": times.short_day(one.start, zone),
        "zone": times.zone_name(zone),
    }
    return {
        "name": "session" if one.session else "start",
        "value": str(one.session) if one.session else one.start.isoformat(),
        "clock": times.clock(one.start, zone),
        "spoken": spoken,
        "note": _note(one, view),
        "few": one.places is not None and one.places <= FEW,
        "full": one.full,
    }


def _note(one: FreeTime, view: View) -> str:
    if one.places is None:
        return times.repeated_hour(one.start, view.zone)
    return ngettext("%(count)s place left", "%(count)s places left", one.places) % {"count": one.places}
