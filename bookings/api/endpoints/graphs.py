"""Graphs as they are published: what bookings can be and what can be done to them, as JSON and as a picture."""

from typing import Any

from django.http import HttpResponse

from bookings.api.api import api
from bookings.api.auth import server_only
from bookings.api.caller import ApiRequest
from bookings.api.errors import NotFound
from bookings.api.requests.listing import Listing
from bookings.api.requests.matchers import text_matches
from bookings.api.responses.answers import data_answer
from bookings.api.responses.schemas import GraphShape, One, Page
from bookings.graphs.picture import as_svg
from bookings.models import Action, GraphVersion, State

LISTING = Listing(search={"name": text_matches("graph__name")}, order=(), default_order=("graph__name",))
PICTURE = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"image/svg+xml": {"schema": {"type": "string"}}},
        }
    }
}


@api.get("/graphs", auth=server_only, tags=["Graphs"], response={200: Page[GraphShape]})
def list_graphs(request: ApiRequest) -> HttpResponse:
    """Every graph that new bookings may follow, in the version that they would follow; searched by name."""
    return LISTING.answer(request, _published(), lambda versions: [_payload(one) for one in versions])


@api.get("/graphs/{name}", auth=server_only, tags=["Graphs"], response={200: One[GraphShape]})
def get_graph(request: ApiRequest, name: str) -> HttpResponse:
    return data_answer(_payload(_find(name)))


@api.get("/graphs/{name}/picture", auth=server_only, tags=["Graphs"], openapi_extra=PICTURE)
def get_picture(request: ApiRequest, name: str) -> HttpResponse:
    """The graph as SVG; its description holds the same in words."""
    return HttpResponse(as_svg(_find(name)), content_type="image/svg+xml; charset=utf-8")


def _published() -> Any:
    versions = GraphVersion.objects.published().select_related("graph")
    return versions.prefetch_related("states__leaving", "actions__source", "actions__target")


def _find(name: str) -> GraphVersion:
    version: GraphVersion | None = None if "\x00" in name else _published().filter(graph__name=name).first()
    if version is None:
        raise NotFound("Graph")
    return version


def _payload(version: GraphVersion) -> dict[str, Any]:
    return {
        "name": version.graph.name,
        "title": version.graph.title,
        "description": version.graph.description,
        "version": version.number,
        "claims": version.claims,
        "offers_seats": version.offers_seats,
        "needs_customer": version.needs_customer,
        "needs_times": version.needs_times,
        "states": [_state(state) for state in version.states.all()],
        "actions": [_action(action) for action in version.actions.all()],
    }


def _state(state: State) -> dict[str, Any]:
    return {
        "name": state.name,
        "label": state.label,
        "occupies": state.occupies,
        "settled": state.settled,
        "completed": state.final,
        "webhook": state.webhook,
    }


def _action(action: Action) -> dict[str, Any]:
    """``source`` is null for the action that creates the booking; ``automatic_after`` is in seconds."""
    wait = action.automatic_after
    return {
        "name": action.name,
        "label": action.label,
        "source": action.source.name if action.source else None,
        "target": action.target.name,
        "played_by": [who for who in ("customer", "owner", "staff", "clock") if getattr(action, f"by_{who}")],
        "input": action.input or None,
        "automatic_after": None if wait is None else round(wait.total_seconds()),
        "automatic_from": action.automatic_from if wait is not None else None,
        "continues": action.continues,
    }
