"""Several hands at once: each call is made by a process of its own, all at the same moment.  A program; speaks JSON.

It reads a list of calls (``method``, ``path``, and perhaps ``json``, ``form``, ``headers``) and prints their answers in
order: the status, where a redirect leads, the text, and how many seconds it took.
"""

import json
import multiprocessing
import sys
import time
from importlib import import_module
from typing import Any


def main() -> None:
    calls = json.load(sys.stdin)
    import_module("django").setup()
    import_module("django.urls").reverse("v2:start")  # so that no hand comes late by importing
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(len(calls)), context.SimpleQueue()
    import_module("django.db").connections.close_all()
    processes = [
        context.Process(target=_hand, args=(number, call, barrier, answers))
        for number, call in enumerate(calls)
    ]
    for process in processes:
        process.start()
    told = sorted(answers.get() for _process in processes)
    for process in processes:
        process.join()
    json.dump([answer for _number, answer in told], sys.stdout)


def _hand(number: int, call: dict[str, Any], barrier: Any, answers: Any) -> None:
    connection = import_module("django.db").connection
    client = import_module("django.test").Client(raise_request_exception=False)
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
