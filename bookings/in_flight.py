"""How many requests this process answers at the moment, and how long work gives way to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

T = TypeVar("T")
SHARE = 1 / 4
"""Of the time of its thread that work takes while others wait, at least."""
A_TURN = 64
"""After so many items others get their turn: about half a millisecond of making slots."""
A_GLANCE = 0.001
"""Seconds between two looks whether others are done."""

_answering: set[int] = set()


def count(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: know which threads answer a request."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        thread = threading.get_ident()
        _answering.add(thread)
        try:
            return get_response(request)
        finally:
            _answering.discard(thread)

    return middleware


def answers_here() -> bool:
    """Whether this thread answers a request."""
    return threading.get_ident() in _answering


def giving_way(items: Iterable[T]) -> Iterator[T]:
    """The same items, others being answered between them.

    Threads of one process take turns at Python, and one that computes keeps each turn to its end, while one that asks
    the database gives its own away at every question: a page would wait behind a search again and again.
    """
    begun = time.thread_time()
    for number, item in enumerate(items, 1):
        yield item
        if not number % A_TURN:
            wait_for_others(time.thread_time() - begun)
            begun = time.thread_time()


def wait_for_others(worked: float) -> None:
    """Wait while another request is answered, at most for what leaves work that took ``worked`` seconds its share."""
    until = time.monotonic() + worked * (1 / SHARE - 1)
    while len(_answering) > 1 and time.monotonic() < until:
        time.sleep(A_GLANCE)
