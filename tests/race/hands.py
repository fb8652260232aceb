"""Several hands at once: each call is made by a process of its own, all at the same moment.  A program; speaks JSON.

It reads lists of calls (``method``, ``path``, and perhaps ``json``, ``form``, ``headers``), one a line, and prints a
line of their answers in order: the status, where a redirect leads, the text, and how many seconds it took.

Where ``null`` comes instead, one hand goes on: it answers the calls that come then, one a line, until the next
``null``. Both are answered by ``null``.
"""

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
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
        if (calls := json.loads(line)) is None:
            _go_on(client)
            continue
        signal.alarm(PATIENCE)
        answers = _answered(calls, client)
        signal.alarm(0)
        _say(answers)


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _go_on(client: Any) -> None:
    """Let a process of its own read on, and wait for its end."""
    if os.fork():
        os.wait()
        return
    _say(None)
    while (call := json.loads(sys.stdin.readline() or "null")) is not None:
        _say(_answer(client, call))
    import_module("django.db").connections.close_all()
    _say(None)
    os._exit(0)


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
    connection.ensure_connection()
    answer = _answer(client, call, barrier.wait)
    connection.close()
    answers.put((number, answer))


def _answer(client: Any, call: dict[str, Any], wait: Callable[[], object] = bool) -> dict[str, Any]:
    send = getattr(client, call["method"].lower())
    if "json" in call:
        sent = {"data": json.dumps(call["json"]), "content_type": "application/json"}
    else:
        sent = {"data": call.get("form", {})}
    wait()
    begun = time.monotonic()
    response = send(call["path"], headers=call.get("headers", {}), **sent)
    seconds = time.monotonic() - begun
    answer = {"status": response.status_code, "leads_to": response.headers.get("Location", "")}
    return answer | {"text": response.content.decode(), "seconds": seconds}


if __name__ == "__main__":
    main()
