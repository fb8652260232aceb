"""Several hands at once: each call is made by a process of its own, all at the same moment.  A program; speaks JSON.

It reads lists of calls (``method``, ``path``, and perhaps ``json``, ``form``, ``headers``), one a line, and prints a
line of their answers in order: the status, where a redirect leads, the text, and how many seconds it took.
"""

import json
import multiprocessing
import signal
import sys
import time
from importlib import import_module
from typing import Any

PATIENCE = 300  # seconds for the answers to one list, on a busy machine


def main() -> None:
    """Load what a request needs, so that no hand comes late by it; of what is stored it reads nothing that is kept."""
    application = import_module("booking_site.wsgi").application
    import_module("booking_site.preloading").make_ready_to_fork(application)
    import_module("django.core.validators").validate_email("marty@example.com")
    client = import_module("django.test").Client(raise_request_exception=False)
    client.handler.load_middleware()
    for line in sys.stdin:
        signal.alarm(PATIENCE)
        answers = _answered(json.loads(line), client)
        signal.alarm(0)
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()


def _answered(calls: list[dict[str, Any]], client: Any) -> list[dict[str, Any]]:
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(len(calls)), context.SimpleQueue()
    processes = [
        context.Process(target=_hand, args=(number, call, client, barrier, answers))
        for number, call in enumerate(calls)
    ]
    for process in processes:
        process.start()
    told = sorted(answers.get() for _process in processes)
    for process in processes:
        process.join()
    return [answer for _number, answer in told]


def _hand(number: int, call: dict[str, Any], client: Any, barrier: Any, answers: Any) -> None:
    signal.alarm(PATIENCE)
    connection = import_module("django.db").connection
    send = getattr(client, call["method"].lower())
    if "json" in call:
        sent = {"data": json.dumps(call["json"]), "content_type": "application/json"}
    else:
        sent = {"data": call.get("form", {})}
    connection.ensure_connection()
    barrier.wait()
    begun = time.monotonic()
    response = send(call["path"], headers=call.get("headers", {}), **sent)
    seconds = time.monotonic() - begun
    connection.close()
    answer = {"status": response.status_code, "leads_to": response.headers.get("Location", "")}
    answers.put((number, answer | {"text": response.content.decode(), "seconds": seconds}))


if __name__ == "__main__":
    main()
