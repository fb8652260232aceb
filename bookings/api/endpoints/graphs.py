"""Graphs as they are published: what bookings can be and what can be done to them, as JSON and as a picture."""

from django.db.models import QuerySet
from django.http import HttpResponse

from bookings.api.api import api
from bookings.api.auth import server_only
from bookings.api.caller import ApiRequest
from bookings.api.errors import NotFound
from bookings.api.requests.listing import Listing
from bookings.api.requests.matchers import text_matches
from bookings.api.responses.answers import Ok, ok
from bookings.api.responses.frames import Data, Page
from bookings.api.responses.graphs import GraphOut, serialize_graph
from bookings.graphs.picture import as_svg
from bookings.models import GraphVersion

LISTING = Listing(search={"name": text_matches("graph__name")}, order=(), default_order=("graph__name",))
PICTURE = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"image/svg+xml": {"schema": {"type": "string"}}},
        }
    }
}


@api.get("/graphs", auth=server_only, tags=["Graphs"])
def list_graphs(request: ApiRequest) -> Ok[Page[GraphOut]]:
    """Every graph that new bookings may follow, in the version that they would follow; searched by name."""
    return LISTING.answer(request, _published(), lambda versions: [serialize_graph(one) for one in versions])


@api.get("/graphs/{name}", auth=server_only, tags=["Graphs"])
def get_graph(request: ApiRequest, name: str) -> Ok[Data[GraphOut]]:
    return ok(serialize_graph(_find(name)))


@api.get("/graphs/{name}/picture", auth=server_only, tags=["Graphs"], openapi_extra=PICTURE)
def get_picture(request: ApiRequest, name: str) -> HttpResponse:
    """The graph as SVG; its description holds the same in words."""
    return HttpResponse(as_svg(_find(name)), content_type="image/svg+xml; charset=utf-8")


def _published() -> QuerySet[GraphVersion]:
    versions = GraphVersion.objects.published().select_related("graph")
    return versions.prefetch_related("states__leaving", "actions__source", "actions__target")


def _find(name: str) -> GraphVersion:
    version = None if "\x00" in name else _published().filter(graph__name=name).first()
    if version is None:
        raise NotFound("Graph")
    return version
