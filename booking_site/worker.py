"""gunicorn's worker, which refuses in JSON what never reaches the site: who sends it is a program."""

import json
import uuid
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

REFUSALS = {
    LimitRequestLine: ("414 URI Too Long", "The address of this request is too long."),
    LimitRequestHeaders: (
        "431 Request Header Fields Too Large",
        "The headers of this request are too large.",
    ),
}


class Worker(ThreadWorker):
    """A thread worker; everything else that gunicorn refuses keeps its own answer."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        refusal = REFUSALS.get(type(exc))
        if refusal is None:
            super().handle_error(req, client, addr, exc)
            return
        status, sentence = refusal
        self.log.warning("Refused with %s.", status)
        try:
            write_nonblock(client, _answer(status, sentence))
        except OSError:
            self.log.debug("Nobody waited for the refusal.")


def _answer(status: str, sentence: str) -> bytes:
    """As the API answers: readable from any page, and with an id."""
    body = json.dumps({"error": sentence})
    lines = [
        f"HTTP/1.1 {status}",
        "Connection: close",
        "Content-Type: application/json; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Access-Control-Allow-Origin: *",
        "Access-Control-Expose-Headers: Timekit-Request-Id",
        f"Timekit-Request-Id: {uuid.uuid4()}",
        "",
        body,
    ]
    return "\r\n".join(lines).encode("ascii")
