"""A project as the published widget takes it: its whole configuration, with the key it calls with."""

from django.db.models import Q

from bookings.api.api import api
from bookings.api.auth import any_key
from bookings.api.caller import ApiRequest
from bookings.api.errors import NotFound
from bookings.api.requests.rows import find_row
from bookings.api.responses.answers import Ok, ok
from bookings.api.responses.context import Context
from bookings.api.responses.embed import EmbedOut, serialize_embed
from bookings.api.responses.frames import Data
from bookings.api.responses.projects import prefetch_members
from bookings.api.throttling import throttle
from bookings.models import ApiKey, Project
from bookings.models.keys import opens_here, opens_sandbox


@api.get("/projects/embed/{pk}", auth=any_key, tags=["Projects"])
def get_embed(request: ApiRequest, pk: str) -> Ok[Data[EmbedOut]]:
    """The project for a page that embeds it."""
    caller = request.auth
    row = find_row(prefetch_members(caller.projects()), pk)
    app_key = caller.value if caller.is_widget else _widget_key(row)
    return ok(serialize_embed(row, app_key, Context.of_times(request)))


@api.get("/projects/hosted/{slug}", auth=None, tags=["Projects"])
def get_hosted(request: ApiRequest, slug: str) -> Ok[Data[EmbedOut]]:
    """The project at this public address; no key is needed, the answer brings one."""
    throttle(request)
    known = Project.objects.none() if "\x00" in slug else Project.objects.reachable().filter(slug=slug)
    row = prefetch_members(known).first()
    if row is None:
        raise NotFound("Project")
    app_key = _widget_key(row)
    return ok(serialize_embed(row, app_key, Context.of_times(request)))


def _opens(key: ApiKey, row: Project) -> bool:
    return opens_here(key.value) and opens_sandbox(key.value) == row.is_test


def _widget_key(row: Project) -> str:
    """The oldest widget key that may open the project, one without origins first.  Raises ``NotFound``."""
    keys = ApiKey.objects.active().filter(Q(projects=None) | Q(projects=row), kind=ApiKey.Kind.WIDGET)
    opening = [key for key in keys.order_by("created_at") if _opens(key, row)]
    found = sorted(opening, key=lambda key: bool(key.origins))
    if not found:
        raise NotFound("Project")
    return found[0].value
