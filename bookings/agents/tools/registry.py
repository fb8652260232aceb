"""The MCP server, and how a function becomes one of its tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django_mcpz.jsonrpc import INVALID_REQUEST, error_response
from django_mcpz.server import MCPServer

from bookings.agents.arguments import Arguments, read, schema_of
from bookings.agents.caller import has_key, is_unknown
from bookings.agents.refusals import refusing
from bookings.agents.words import NOTICE

A = TypeVar("A", bound=Arguments)

INSTRUCTIONS = f"""\
This site books times: find_times, then hold_time (the time is kept for some minutes), then tell the person when, with
whom, the price and until when it can be changed, and only once they agree call book. If a call answers
"confirmation_needed", nothing was done yet: tell the person what it says, and when they agree repeat the very same call
with the `confirmation` that it gave. Repeating a call changes nothing more. A booking is known by its `link`; keep it
and give it to the person. {NOTICE}"""


def _who(request: HttpRequest) -> HttpResponse | None:
    """Refuse a token that is none; the door has read it already."""
    if is_unknown(request):
        said = "The bearer token is no server key of this site. Leave it out to book like any visitor."
        response = error_response(None, INVALID_REQUEST, said)
        response.status_code = 401
        response["WWW-Authenticate"] = "Bearer"
        return response
    return None


server = MCPServer(name="booking-site", version="1", title="Bookings", instructions=INSTRUCTIONS, auth=_who)


def tool(
    description: str,
    *,
    read_only: bool = False,
    destructive: bool = False,
    needs_key: bool = False,
) -> Callable[[Callable[[HttpRequest, A], Any]], Callable[[HttpRequest, A], Any]]:
    """Offer the function, whose second parameter's annotation says what it takes."""

    def decorate(function: Callable[[HttpRequest, A], Any]) -> Callable[[HttpRequest, A], Any]:
        model: type[A] = function.__annotations__["wanted"]

        @server.tool(
            name=function.__name__,
            description=" ".join(description.split()),
            input_schema=schema_of(model),
            read_only=read_only,
            destructive=destructive,
            idempotent=True,
            open_world=False,
            permission=has_key if needs_key else None,
        )
        @refusing
        def call(request: HttpRequest, arguments: dict[str, Any]) -> Any:
            return function(request, read(model, arguments))

        return function

    return decorate
