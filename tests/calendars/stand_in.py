"""What the stand-ins of Google and Microsoft share: a server on this machine, tokens with scopes, and faults on demand.

Each checks the form of a request and refuses what its published reference does not know; a test reads what came.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


@dataclass
class Fault:
    """Answers the next request in the place of what would have been answered.

    ``done`` carries the request out first, as where the answer is lost on its way.  ``half`` cuts the answer off.
    ``hangs`` lets it never come: the server takes the request and says nothing until whoever asked gives up.
    """

    status: int = 500
    reason: str = "backendError"
    headers: Mapping[str, str] = field(default_factory=dict)
    done: bool = False
    half: bool = False
    hangs: bool = False
    method: str = ""
    path: str = ""

    def fits(self, request: Request) -> bool:
        return self.method in {"", request.method} and self.path in request.path


NO_ANSWER = Response(status=503)
LONGEST_HANG_SECONDS = 60


class Refusal(Exception):
    """A request that the provider would not take."""

    def __init__(self, status: int, reason: str, text: str = "") -> None:
        super().__init__(f"{status} {reason}: {text}")
        self.status, self.reason, self.text = status, reason, text


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Mailed:
    """A mail that the provider sent: to whom, and whether it invited, changed or cancelled."""

    to: str
    what: str
    event: str


class Quiet(WSGIRequestHandler):
    """Tests read what came; nobody reads a log of it."""

    def log_request(self, *_what: Any) -> None:
        return


class StandIn:
    """The server.  A subclass names its routes in ``ROUTES`` and the scopes of each method in ``SCOPES``."""

    ROUTES: tuple[tuple[str, str, str], ...] = ()
    SCOPES: Mapping[str, frozenset[str]] = {}
    OPEN: frozenset[str] = frozenset()
    """Methods that need no access token."""

    def __init__(self) -> None:
        self.tokens: dict[str, set[str]] = {}
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.mailed: list[Mailed] = []
        self.numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._map = Map([Rule(path, methods=[method], endpoint=name) for method, path, name in self.ROUTES])
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True, request_handler=Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def let_in(self, *scopes: str) -> str:
        """A new access token with these scopes."""
        token = f"access-{next(self.numbers)}"
        self.tokens[token] = set(scopes)
        return token

    def calls(self, method: str, path: str = "") -> list[Seen]:
        return [one for one in self.seen if one.method == method and path in one.path]

    def error(self, refusal: Refusal) -> Mapping[str, Any]:
        """The body of an error, in the provider's form."""
        raise NotImplementedError

    def _application(self, environ: Any, start: Any) -> Iterable[bytes]:
        request = Request(environ)
        with self._lock:
            response = self._answer(request)
        if response is NO_ANSWER:
            self._stopped.wait(LONGEST_HANG_SECONDS)
        return response(environ, start)

    def _answer(self, request: Request) -> Response:
        self.seen.append(seen(request))
        fault = next((one for one in self.faults if one.fits(request)), None)
        if fault is None:
            return self._carried_out(request)
        self.faults.remove(fault)
        if fault.half:
            return cut_off(self._carried_out(request))
        if fault.done:
            self._carried_out(request)
        if fault.hangs:
            return NO_ANSWER
        refusal = Refusal(fault.status, fault.reason)
        return Response(
            json.dumps(self.error(refusal)), fault.status, fault.headers, content_type="application/json"
        )

    def _carried_out(self, request: Request) -> Response:
        try:
            name, given = self._map.bind_to_environ(request.environ).match()
            self._check_scopes(name, request)
            handler: Callable[..., Any] = getattr(self, name.replace(".", "_").lower())
            found = handler(request, **given)
            status = 204 if found is None else 200
            if isinstance(found, tuple):
                status, found = found
        except Refusal as refusal:
            status, found = refusal.status, self.error(refusal)
        except HTTPException as unknown:
            status = unknown.code or 404
            found = self.error(Refusal(status, "unknown", f"{request.method} {request.path}"))
        if found is None:
            return Response(status=status)
        return Response(json.dumps(found), status, content_type="application/json")

    def _check_scopes(self, name: str, request: Request) -> None:
        if name in self.OPEN:
            return
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise Refusal(401, "authError", "Invalid Credentials")
        if not self.tokens[token] & self.SCOPES[name]:
            raise Refusal(403, "insufficientPermissions", f"{name} is not covered")


def seen(request: Request) -> Seen:
    is_json = request.mimetype == "application/json"
    body = json.loads(request.get_data()) if is_json and request.get_data() else None
    if body is None:
        body = request.form.to_dict()
    return Seen(request.method, request.path, request.args.to_dict(flat=False), dict(request.headers), body)


def need(holds: bool, text: str) -> None:
    """The provider takes nothing of another form."""
    if not holds:
        raise Refusal(400, "invalid", text)


def only(given: Iterable[str], known: Iterable[str], what: str) -> None:
    unknown = set(given) - set(known)
    need(not unknown, f"unknown {what}: {sorted(unknown)}")


def cut_off(response: Response) -> Response:
    """An answer that ends before its length is reached."""
    whole = response.get_data()
    cut = Response([whole[: len(whole) // 2]], response.status_code, content_type=response.content_type)
    cut.headers["Content-Length"] = str(len(whole) + 10)
    cut.headers["Connection"] = "close"
    return cut
