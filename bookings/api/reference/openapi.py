"""The API's description as OpenAPI 3.1: what ninja knows of the calls, and every answer that they share."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import TypeAdapter

from bookings import limits
from bookings.api.api import api
from bookings.api.endpoints import calendars, events, graphs, locations, projects, resources, webhooks
from bookings.api.idempotency import FIELD as IDEMPOTENCY_KEY
from bookings.api.reference.documents import PAGES as PAGES_FOR_PEOPLE
from bookings.api.requests.booking import HOLDER
from bookings.api.requests.booking_lists import BOOKINGS, SESSIONS
from bookings.api.requests.listing import Listing
from bookings.api.requests.paging import FURTHEST_PAGE
from bookings.api.responses.context import ZONE_HEADER
from bookings.api.responses.frames import FieldErrorsOut, RefusalOut

Json = dict[str, Any]
WRITING = {"post", "put"}
WITH_A_KEY = (401, 403)
WITH_AN_ID = (404,)
WITH_A_BODY = (400, 409, 411, 413)
ALWAYS = (422, 429, 503)
WITH_FIELDS = {409, 422}
REFERENCE = "#/components/schemas/"
JSON = "application/json"
# The order in which the reference shows the calls.
TAGS = (
    "Bookings",
    "Reservations",
    "Sessions",
    "Availability",
    "Resources",
    "Projects",
    "Locations",
    "Calendars",
    "Events",
    "Graphs",
    "Webhooks",
    "App",
)
PAGES: dict[str, Listing] = {
    "/v2/bookings": BOOKINGS,
    "/v2/bookings/groups": SESSIONS,
    "/v2/calendars": calendars.LISTING,
    "/v2/events": events.LISTING,
    "/v2/graphs": graphs.LISTING,
    "/v2/location/services": locations.SERVICES,
    "/v2/locations": locations.LOCATIONS,
    "/v2/projects": projects.LISTING,
    "/v2/resources": resources.LISTING,
    "/v2/webhooks": webhooks.LISTING,
}
WITH_A_WINDOW = {"/v2/bookings", "/v2/events"}
FREE_KEYS = {"/v2/bookings": ["customer.<field>", "meta.<key>"], "/v2/bookings/groups": ["meta.<key>"]}


def description() -> Json:
    """The whole description, ready for JSON."""
    schema: Json = dict(api.get_openapi_schema(path_prefix="/v2/"))
    words = _(
        "Times are RFC 3339 with an offset. Send an API key as the password of HTTP Basic, without a user "
        "name. What differs from Timekit’s own API stands on [a page of its own](/v2/docs/timekit)."
    )
    # No parameters: what is answered by a format of the caller's is none of the formats in this description.
    words += " " + _(
        "Headers Timekit-InputTimestampFormat and Timekit-OutputTimestampFormat name other formats, by the letters of "
        "PHP’s date()."
    )
    words += "\n\n" + _("Examples and what a client should do: %(pages)s") % {
        "pages": ", ".join(f"[{page.label}]({page.url})" for page in PAGES_FOR_PEOPLE.values())
    }
    if settings.TEST_MODE:
        words = f"**{_('This is a trial site: nothing booked here is real.')}**\n\n{words}"
    schema["info"] = {"title": _("Bookings"), "version": "2", "description": words}
    # Not SITE_URL: the policy lets the console call only where it was opened, perhaps under another name.
    schema["servers"] = [{"url": "/"}]
    schema["tags"] = [{"name": name} for name in TAGS]
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_refusals())
    for path, calls in schema["paths"].items():
        for method, call in calls.items():
            _complete(path, method, call)
    return schema


def _complete(path: str, method: str, call: Json) -> None:
    """Add what every call of its kind answers and takes, where the call does not say otherwise itself."""
    codes = [*ALWAYS]
    codes += WITH_A_KEY if call.get("security") else ()
    codes += WITH_AN_ID if "{" in path else ()
    codes += WITH_A_BODY if method in WRITING else (409,) if method == "delete" else ()
    answers = {str(code): answer for code, answer in call["responses"].items()}
    for code in codes:
        answers.setdefault(str(code), _refusal(code))
    call["responses"] = dict(sorted(answers.items()))
    call["parameters"] = [*call.get("parameters", []), *_shared_parameters(path, method, call)]


def _shared_parameters(path: str, method: str, call: Json) -> list[Json]:
    named = {parameter["name"] for parameter in call.get("parameters", [])}
    shared = [_parameter("header", ZONE_HEADER, _("IANA name of the zone that times are told in; else UTC."))]
    if method in WRITING:
        about = _("The same request sent again under this key is done once and answered alike for a day.")
        shared.append(_parameter("header", IDEMPOTENCY_KEY, about))
    if path.endswith("/bookings/reserve"):
        about = _(
            "From a public page: random, and the same for all of one visitor's calls, so that holds are counted."
        )
        shared.append(_parameter("header", HOLDER, about))
    shared.append(_parameter("query", "include", _("Names of further parts to tell, with commas between.")))
    if method == "get" and path in PAGES:
        shared += _of_a_page(path, PAGES[path])
    return [parameter for parameter in shared if parameter["name"] not in named]


def _of_a_page(path: str, listing: Listing) -> list[Json]:
    """What a list can be asked for."""
    keys = ", ".join([*listing.search, *FREE_KEYS.get(path, [])])
    about = _(
        "Pairs like key:value with semicolons between; a star at an end stands for anything. Keys: %(keys)s"
    )
    told = [_parameter("query", "search", about % {"keys": keys})]
    if path in WITH_A_WINDOW:
        about = _("Only what shares a moment with the time from start to end; either may be left out.")
        told += [_parameter("query", name, about, format="date-time") for name in ("start", "end")]
    if listing.order:
        told.append(_parameter("query", "orderBy", _("The field to order by."), enum=[*listing.order]))
    count: Json = {"type": "integer", "minimum": 1, "maximum": FURTHEST_PAGE}
    return [
        *told,
        _parameter("query", "sortedBy", "", enum=["asc", "desc"]),
        _parameter(
            "query",
            "limit",
            _("Rows in a page, %(most)s at most.") % {"most": limits.LIST_ROWS.value},
            **count,
        ),
        _parameter("query", "page", _("Which page, from 1 on."), **count),
        _parameter("query", "after", _("Instead of a page: empty, then what Timekit-After said last.")),
    ]


def _parameter(place: str, name: str, about: str, **schema: Any) -> Json:
    described = {"description": about} if about else {}
    return {"in": place, "name": name, "required": False, "schema": {"type": "string"} | schema, **described}


def _refusal(code: int) -> Json:
    words = {
        400: _("The body is not JSON, or not of the kind that the call takes."),
        401: _("The API key is missing or not known."),
        403: _("The key may not do this."),
        404: _("There is no such row, or not one that this key sees."),
        409: _(
            "Refused in the present state of things: a time taken, a group full, an action not available."
        ),
        411: _(
            "The body came in chunks from a web server that does not put them together; "
            "send it whole, with its Content-Length."
        ),
        413: _("The body is larger than 1 MB."),
        422: _("Fields are wrong; all of them are told at once."),
        429: _("Too many requests; Retry-After says when to come back."),
        503: _("The database does not answer."),
    }
    kind = FieldErrorsOut if code in WITH_FIELDS else RefusalOut
    content = {JSON: {"schema": {"$ref": f"{REFERENCE}{kind.__name__}"}}}
    return {"description": words[code], "content": content}


def _refusals() -> Json:
    """Descriptions of the answers that no call returns itself, by name."""
    adapter = TypeAdapter[Any](RefusalOut | FieldErrorsOut)
    found: Json = adapter.json_schema(ref_template=f"{REFERENCE}{{model}}")["$defs"]
    return found
