"""What a new booking begins with: who it is for, as last time, the free times of the day, and the time that is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bookings.admin.booking.facts import answer_title
from bookings.admin.fields.wall_clock import is_in_reach
from bookings.admin.people.figures import bookings_of
from bookings.admin.people.known import as_known_to
from bookings.admin.people.search import first
from bookings.availability.assignment import Assignment, assign
from bookings.availability.free_times import free_with
from bookings.availability.offering import Catalogue, Offer, Offering
from bookings.errors import BookingError, SlotTaken
from bookings.forms import ReservationForm, Scope, resolve
from bookings.languages import site_of
from bookings.lifecycle import Actor, release, reserve
from bookings.models import Booking, Person, Reservation, Resource, State
from bookings.staff_limits import Seen, limited, takes_others
from bookings.times import clock, day_and_clock

MOST_PEOPLE = 10
HOLD = timedelta(minutes=5)
DAY = timedelta(days=1)


def person_named(request: HttpRequest) -> Person | None:
    """Whom the URL names, for those who may see people."""
    asked = request.GET.get("person", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
        return None
    if not request.user.has_perm("bookings.view_person"):
        return None
    rows = Person.objects.select_related("block").filter(pk=asked)
    found = as_known_to(limited(rows, request.user), request.user)
    return found[0] if found else None


def people_named(request: HttpRequest) -> list[Person]:
    """Who is meant by what was typed; nobody for those who may not see people."""
    typed = request.GET.get("q", "")
    if not typed.strip() or not request.user.has_perm("bookings.view_person"):
        return []
    country = site_of(request).country
    return as_known_to(first(typed, MOST_PEOPLE, request.user, country), request.user)


@dataclass(frozen=True)
class LastTime:
    """A person's last booking, from which the next one begins."""

    booking: Booking

    @classmethod
    def of(cls, person: Person | None, seen: Seen = None) -> LastTime | None:
        """Of what is ``seen``; None for nobody, and for somebody whose bookings had no project."""
        made = [one for one in bookings_of(person, seen) if one.project_id] if person else []
        return cls(max(made, key=lambda one: one.created_at)) if made else None

    @property
    def what(self) -> dict[str, Any]:
        """Project, option and resource, as the form takes them."""
        return {"resource": self.booking.resource_id, "option": self.booking.option_id}

    @property
    def words(self) -> str:
        """What it was, in a line."""
        parts = [
            str(self.booking.project),
            self.booking.option and str(self.booking.option),
            self.booking.resource.name,
        ]
        return " · ".join(part for part in parts if part)

    @property
    def answers(self) -> dict[str, Any]:
        customer = getattr(self.booking, "customer", None)
        return dict(customer.answers) if customer else {}

    def told(self) -> list[tuple[str, Any]]:
        """The answers, each under its question."""
        return [(answer_title(self.booking, key), answer) for key, answer in self.answers.items()]


def customer_of(person: Person, last: LastTime | None) -> dict[str, Any]:
    """What the form about the customer begins with."""
    names = {name: getattr(person, name) for name in ("name", "email", "phone", "language")}
    before = getattr(last.booking, "customer", None) if last else None
    parts = (
        {name: getattr(before, name) for name in ("first_name", "last_name", "voip", "timezone")}
        if before
        else {}
    )
    return (last.answers if last else {}) | parts | names


def typed_in(form: forms.BaseForm, data: Any) -> dict[str, Any]:
    """What was typed into a form that is shown again before anything is checked."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }


@dataclass(frozen=True, kw_only=True)
class Times:
    """The free times of one day, on the clock of ``zone``, with whoever is free or with ``only`` one."""

    offering: Offering
    only: Offer | None
    day: date
    zone: ZoneInfo
    now: datetime
    held: Reservation | None = None
    """What is held meanwhile, whose time counts as free."""

    @classmethod
    def of(
        cls, catalogue: Catalogue, chosen: Mapping[str, Any], now: datetime, held: Reservation | None = None
    ) -> Times:
        """For the option, resource and day that were chosen; today's for anybody where nothing was."""
        option = next(
            (one for one in catalogue.options if str(one.pk) == str(chosen.get("option"))), catalogue.first
        )
        offering = catalogue.offering(option)
        asked = str(chosen.get("resource"))
        only = next((one for one in offering.offers if str(one.resource.pk) == asked), None)
        zone = ZoneInfo(only.resource.timezone if only else offering.zone)
        return cls(
            offering=offering,
            only=only,
            day=_day(chosen.get("day"), now.astimezone(zone).date()),
            zone=zone,
            now=now,
            held=held,
        )

    @cached_property
    def everybodys(self) -> dict[datetime, list[Offer]]:
        """The day's free starts, each with those who are free then.  One search."""
        begin = datetime.combine(self.day, time(), self.zone)
        end = datetime.combine(self.day + DAY, time(), self.zone)
        ignoring = [self.held.pk] if self.held else []
        return free_with(self.offering, max(begin, self.now), end, now=self.now, ignoring=ignoring)

    def like(self, other: Times | None) -> Times:
        """The same, which need not be searched for where ``other`` was about the same day of the same option."""
        names = ("offering", "day", "zone", "now", "held")
        if other and all(getattr(self, name) == getattr(other, name) for name in names):
            vars(self)["everybodys"] = other.everybodys
        return self

    @property
    def candidates(self) -> Sequence[Offer]:
        return (self.only,) if self.only else self.offering.offers

    @property
    def starts(self) -> list[datetime]:
        return [start for start, free in self.everybodys.items() if self.only is None or self.only in free]

    def buttons(self) -> Iterator[dict[str, Any]]:
        """Each time as what its button sends and says, and whether it is the one that is held."""
        for start in self.starts:
            is_held = self.held is not None and self.held.start == start
            local = start.astimezone(self.zone)
            yield {"value": local.isoformat(), "clock": clock(start, self.zone), "is_held": is_held}

    def first(self) -> tuple[datetime, Resource, dict[str, Any] | None] | None:
        """The next free time, with the first who is free then, and why it is theirs; None on a day without any."""
        found = next(iter(self.starts), None)
        if found is None:
            return None
        among = self.assigned(found, [self.only] if self.only else self.everybodys[found])
        resource = among.offers[0].resource
        return found, resource, among.told(resource.pk)

    def assigned(self, start: datetime, among: Sequence[Offer]) -> Assignment:
        """With whom a booking of ``among`` is tried, in the mode's order."""
        return assign(self.offering, start, offers=among, ignoring=[self.held.pk] if self.held else [])


def seen_of(catalogue: Catalogue, seen: Seen) -> Catalogue:
    """With the resources alone that somebody sees."""
    if seen is None:
        return catalogue
    return replace(catalogue, links=tuple(one for one in catalogue.links if one.resource_id in seen))


def _day(typed: Any, today: date) -> date:
    try:
        day = typed if isinstance(typed, date) else date.fromisoformat(str(typed))
    except ValueError:
        return today
    return day if is_in_reach(day) else today


def hold_time(
    times: Times, start: datetime, by: Actor, before: Reservation | None, seen: Seen = None
) -> Reservation:
    """Hold the time with the first who is free, in place of ``before``; raises what the verb raises."""
    offering, refusal = times.offering, SlotTaken()
    among = times.assigned(start, times.candidates)
    for offer in among.offers:
        request = {
            "project_id": offering.project.pk,
            "resource_id": offer.resource.pk,
            "start": start,
            "end": start + offering.length(offer),
            "reservation_time": int(HOLD.total_seconds()),
        }
        if offering.option:
            request["option_id"] = offering.option.pk
        form = ReservationForm(resolve(request, Scope.everything()))
        if not form.is_valid() or takes_others(form.companions(), seen):
            continue
        draft = form.draft()
        draft.assignment = among.told(offer.resource.pk)
        with suppress(SlotTaken):
            return reserve(
                draft,
                hold=HOLD,
                by=by,
                companions=form.companions(),
                buffers=form.buffers(),
                replacing=before,
            )
    raise refusal


def let_go(held: Reservation | None, by: Actor) -> None:
    """Release it, if it is still held."""
    if held is not None:
        with suppress(BookingError):
            release(held, by=by)


def held_in_words(held: Reservation) -> str:
    return _("%(when)s with %(who)s is held for you until %(until)s.") % {
        "when": day_and_clock(held.start, held.resource.timezone),
        "who": held.resource,
        "until": clock(held.expires_at, held.resource.timezone),
    }


def told_before(target: State) -> list[str]:
    """What happens when it is booked, and who is written to."""
    told = [_("Then: %(state)s.") % {"state": target}]
    if target.mail_to_customer:
        told.append(
            _("The customer is written to where there is an e-mail address, in the language given there.")
        )
    if target.mail_to_owner:
        told.append(_("The owner is written to."))
    if len(told) == 1:
        told.append(_("Nobody is written to."))
    return told
