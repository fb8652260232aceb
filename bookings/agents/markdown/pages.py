"""``/llms.txt``, a project's page, and the two addresses that hold and book."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from bookings.agents import named, telling
from bookings.agents.arguments import read
from bookings.agents.markdown.door import TEXT, markdown_door, rendered
from bookings.agents.markdown.escaping import all_plain, code, plain, quoted
from bookings.agents.refusals import Refusal
from bookings.agents.tools.booking import Booked, Held, hold_time
from bookings.agents.tools.booking import book as book_held
from bookings.agents.tools.finding import Nothing, Window, find_times, list_projects
from bookings.availability.offering import Catalogue
from bookings.models import Project, Site
from bookings.visitors.choice import offerings_of

PREFILL = "customer."
TOLD = ("option", "with", "zone", "from", "to")


@markdown_door("GET", "HEAD")
def index(request: HttpRequest) -> HttpResponse:
    """What can be booked here, and where each is told in full."""
    listed = list_projects(request, Nothing())["projects"]
    context = {
        "site": all_plain(_site()),
        "projects": [{"url": _url("project", one["project"]), **all_plain(one["typed"])} for one in listed],
        "mcp_url": settings.SITE_URL + reverse("agents:mcp"),
    }
    return rendered("llms.txt", context, kind=TEXT)


def _site() -> dict[str, str]:
    site = Site.current()
    return {"name": site.name, "address": site.address_line, "phone": site.phone}


@markdown_door("GET", "HEAD")
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """A project: the filled-in link, what may be chosen, the free times, and how to book in four requests."""
    row = _open(slug)
    window = {name: request.GET[name] for name in TOLD if request.GET.get(name)}
    found = find_times(request, read(Window, {"project": slug, "limit": 40, **window}))
    told = telling.project(offerings_of(Catalogue.of(row)), in_full=True)
    questions = telling.question_list(row)
    context = {
        "typed": all_plain(told["typed"]) | {"description": quoted(row.description[:4000])},
        "options": [_with_name(one, told) for one in told["options"]],
        "people": [{"slug": slug, "name": all_plain(told["typed"]["with"][slug])} for slug in told["with"]],
        "questions": _questions(questions),
        "found": found,
        "choice": {name: window[name] for name in window.keys() & {"option", "with"}},
        "consent": quoted(row.consent),
        "urls": {name: _url(name, slug) for name in ("project", "hold", "book")},
        "example": telling.link_to(
            named.chosen(row), start="START", answers={"name": "NAME", "email": "EMAIL"}
        ),
        "pick": "session" if any("session" in one for one in found["times"]) else "start",
    }
    return rendered("project.txt", context)


def _with_name(option: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    return option | {"name": all_plain(told["typed"].get("options", {}).get(option["option"], ""))}


@markdown_door("POST")
def hold(request: HttpRequest, slug: str) -> HttpResponse:
    """Hold a time, as ``hold_time`` does."""
    _open(slug)
    sent = _sent(request.POST, Held.model_fields.keys() - {"answers", "project", "with_"} | {"with"})
    if (places := str(sent.get("places", ""))).isascii() and places.isdigit() and len(places) < 10:
        sent["places"] = int(places)
    told = hold_time(request, read(Held, {"project": slug, **sent}))
    context = told | {
        "terms": _terms(told["terms"]),
        "questions": _questions(told["questions"]),
        "book_url": _url("book", slug),
    }
    return rendered("held.txt", context, status=201)


@markdown_door("POST")
def book(request: HttpRequest, slug: str) -> HttpResponse:
    """Book what is held, as ``book`` does: asked for a second time with the confirmation that the first one gave."""
    _open(slug)
    told = book_held(request, read(Booked, _sent(request.POST, {"hold", "confirmation"})))
    if told["status"] == "confirmation_needed":
        return rendered("confirm.txt", told | {"terms": _terms(told["terms"])})
    made = told["booking"]
    booking = made | {"typed": all_plain(made["typed"]), "state": plain(made["state"])}
    return rendered("booked.txt", told | {"booking": booking}, status=201)


def _questions(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one | {"key": code(one["key"]), "typed": all_plain(one["typed"])} for one in asked]


def _terms(terms: dict[str, Any]) -> dict[str, Any]:
    return terms | {"typed": all_plain(terms["typed"])}


def _open(slug: str) -> Project:
    try:
        return named.project_named(slug)
    except Refusal:
        raise Http404 from None


def _url(name: str, slug: str) -> str:
    return settings.SITE_URL + reverse(f"agents:{name}", args=[slug])


def _sent(form: QueryDict, names: set[str]) -> dict[str, Any]:
    """The fields of a form as a tool's arguments, ``customer.…`` as answers; any other field is a fault."""
    answers: dict[str, Any] = {}
    sent: dict[str, Any] = {}
    for name in form:
        values = form.getlist(name)
        value: Any = values if len(values) > 1 else values[0]
        if name.startswith(PREFILL):
            answers[name.removeprefix(PREFILL)] = value
        elif value != "" or name not in names:
            sent[name] = value
    return sent | {"answers": answers}
