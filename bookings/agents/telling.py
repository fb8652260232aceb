"""What assistants are told of projects, times, holds and bookings: instants with their offset, and words beside them.

Whatever people typed stands under ``typed`` and nowhere else, so that it can be told from what the site says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.urls import reverse

from bookings import times
from bookings.agents.words import short
from bookings.availability.free_times import FreeTime
from bookings.availability.offering import Offer, Offering, offering_with
from bookings.effects.links import manage_url
from bookings.forms.terms import BookingTerms, Conditions, terms_of
from bookings.graph_words import words_in_full, words_to_customer
from bookings.models import Action, Booking, Project, Reservation
from bookings.price_words import least_price_in_words, price_in_words
from bookings.visitors.application import asked, questions

Told = dict[str, Any]
KINDS: dict[type[forms.Field], str] = {
    forms.BooleanField: "true or false",
    forms.EmailField: "e-mail address",
    forms.MultipleChoiceField: "list of choices",
    forms.ChoiceField: "one of the choices",
}


def minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60


def price(agreed: BookingTerms) -> Told | None:
    """None where nobody said what it costs."""
    if agreed.price is None:
        return None
    words = price_in_words(agreed.price, agreed.currency)
    return {"amount": agreed.amount, "currency": agreed.currency, "words": words}


def span(start: datetime, end: datetime, zone: str) -> Told:
    """``[start, end)`` on the clocks of a zone."""
    words = f"{times.day(start, zone)}, {times.clock_range(start, end, zone)}, {times.zone_and_offset(start, zone)}"
    return {"start": local(start, zone), "end": local(end, zone), "zone": zone, "when": words}


def local(moment: datetime, zone: str) -> str:
    return times.local(moment, zone).isoformat()


def link_to(
    offering: Offering, *, start: str = "", answers: dict[str, Any] | None = None, **query: str
) -> str:
    """The page of a project for a browser, filled in with what is known: opening it holds and books nothing."""
    chosen = {
        "start": start,
        "option": str(offering.option.pk) if offering.option else "",
        "with": offering.only.resource.slug if offering.only else "",
    }
    texts = {f"customer.{key}": one for key, one in (answers or {}).items() if isinstance(one, str) and one}
    given = {name: value for name, value in (chosen | query | texts).items() if value}
    path = reverse("pages:choose", args=[offering.project.slug])
    return f"{settings.SITE_URL}{path}{'?' + urlencode(given) if given else ''}"


def project(offerings: list[Offering], *, in_full: bool = False) -> Told:
    """A project with what may be chosen in it."""
    first = offerings[0]
    row = first.project
    people = {offer.resource.slug: offer.resource for one in offerings for offer in one.offers}
    chooses = len(people) > 1 and not first.everybody
    typed: Told = {
        "name": short(row.name),
        "summary": short(row.summary),
        "options": {str(one.option.pk): short(one.option.label) for one in offerings if one.option},
        "with": {slug: short(one.name) for slug, one in people.items()} if chooses else {},
        "where": short(first.place(next(iter(first.candidates), None))),
    }
    if in_full:
        typed["description"] = row.description[:4000]
    return {
        "project": row.slug,
        "options": [option(one) for one in offerings],
        "with": list(people) if chooses else [],
        "takes_place": row.place,
        "zone": first.zone,
        "link": link_to(first.catalogue.offering(None)),
        "typed": {name: value for name, value in typed.items() if value},
    }


def option(one: Offering) -> Told:
    offers: Iterable[Offer | None] = one.offers or [None]
    return {
        "option": str(one.option.pk) if one.option else None,
        "minutes": None if one.takes_seats else minutes(one.length_taken(next(iter(one.offers), None))),
        "longest_minutes": minutes(one.longest) if one.longest else None,
        "price": least_price_in_words((one.price(each), one.currency) for each in offers) or None,
    }


def time(offering: Offering, one: FreeTime, zone: str) -> Told:
    """A time that can be held."""
    start = local(one.start, zone)
    told = span(one.start, one.end, zone)
    told["link"] = link_to(offering, start=start, zone=zone)
    if one.session:
        told |= {"session": str(one.session), "places": one.places, "most_places": offering.most_places}
    if one.choices:
        told["latest_end"] = local(one.ends[-1], zone)
    return told


def question_list(of: Project) -> list[Told]:
    """What a booking of the project needs to know."""
    return [_question(key, field) for key, field in questions(asked(of)).items()]


def _question(key: str, field: forms.Field) -> Told:
    kind = next((word for kind, word in KINDS.items() if isinstance(field, kind)), "text")
    told: Told = {"key": key, "kind": kind, "required": field.required}
    label: Told = {"label": short(str(field.label or key), 2000)}
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        label["choices"] = [str(value) for value, _label in choices if value != ""]
    return told | {"typed": label}


def terms(held: Reservation, zone: str) -> Told:
    """What the person agrees to: what, when, with whom, where, for how much, and what can be changed until when."""
    assert held.project is not None  # noqa: S101  # a visitor holds what a project offers
    offering = offering_with(held.project, held.option, held.resource_id)
    agreed = Conditions.of_hold(held, offering).at(held.start)
    return {
        **span(held.start, held.end, zone),
        **({"places": held.places} if held.session_id else {}),
        "price": price(agreed),
        "change_or_cancel_until": local(agreed.changes_until, zone),
        "next": agreed.next,
        "typed": {
            "name": short(held.project.name),
            "option": short(held.option.label) if held.option else "",
            "with": short(held.resource.name),
            "where": short(
                held.session.where if held.session else held.where or offering.place(offering.only)
            ),
            "agreement": short(held.project.consent, 4000),
        },
    }


def booking(one: Booking, zone: str) -> Told:
    """A booking, for whoever has its link."""
    agreed = terms_of(one)
    customer = getattr(one, "customer", None)
    return {
        "reference": one.reference,
        "state": words_to_customer(one.state.label) or one.state.name,
        "settled": one.state.settled,
        "stands": one.state.occupies,
        **span(one.start, one.end, zone),
        **({"places": one.places} if one.session_id else {}),
        "price": price(agreed),
        "change_or_cancel_until": local(agreed.changes_until, zone),
        "link": manage_url(one),
        "typed": {
            "name": short(one.what),
            "with": short(one.resource.name),
            "where": short(one.where),
            **({"video_meeting": one.meeting_link} if one.meeting_link else {}),
            "for": short(customer.name) if customer else "",
        },
    }


def for_owner(one: Booking, zone: str, actions: Iterable[Action] = ()) -> Told:
    """A booking as those who run the site see it."""
    customer = getattr(one, "customer", None)
    people = {"name": customer.name, "email": customer.email, "phone": customer.phone} if customer else {}
    told = {
        "booking": str(one.pk),
        "reference": one.reference,
        "state": words_to_customer(one.state.label) or one.state.name,
        **span(one.start, one.end, zone),
        "answer_by": local(one.due_at, zone) if one.due_at and not one.state.settled else None,
        "actions": [
            {"action": each.name, "label": words_in_full(each.label) or each.name} for each in actions
        ],
        "typed": {
            "name": short(one.what),
            "with": short(one.resource.name),
            **{key: short(value) for key, value in people.items()},
            "description": short(one.description, 2000),
        },
    }
    return {key: value for key, value in told.items() if value not in (None, [])}
