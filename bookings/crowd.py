"""Many processes that do one thing at the same moment, and what became of each, whatever ends them.

Each has a pipe of its own and shares no lock with the others, so that one that is killed leaves nobody waiting.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections

from bookings.errors import BookingError
from bookings.models import Resource

Attempt = Callable[[int, list[Resource]], object]

ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
LOST = "lost: "
"""How the result begins of one of which nobody knows what it would have met."""
START_SECONDS = 60.0
"""How long those that are ready wait for the others."""
SILENT_SECONDS = 120.0
"""After so long without an answer of anybody, those that are left are ended."""
_READY, _GO = "ready", "go"


def crowd(attempt: Attempt, resources: list[Resource], clients: int) -> list[str]:
    """Let so many processes attempt at the same moment and return what each answered.

    ``won``, a refusal's code, ``error: …``, or ``lost: …`` where it was killed or the database went away under it.
    Raises ``OSError`` where so many cannot be started.  None of them is left when it returns or raises.
    """
    connections.close_all()
    with _started(attempt, resources, clients) as pipes:
        results = {pipe: result for pipe, result in _heard(pipes, START_SECONDS) if result != _READY}
        ready = [pipe for pipe in pipes if pipe not in results]
        for pipe in ready:
            _say(pipe, _GO)
        results.update(_heard(ready, SILENT_SECONDS))
    return [results[pipe] for pipe in pipes]


@contextmanager
def _started(attempt: Attempt, resources: list[Resource], clients: int) -> Iterator[list[Connection]]:
    context = multiprocessing.get_context("fork")
    processes: list[ForkProcess] = []
    pipes: list[Connection] = []
    database = connection.settings_dict["NAME"]
    try:
        for number in range(clients):
            ours, theirs = context.Pipe()
            pipes.append(ours)
            process = context.Process(target=_client, args=(database, attempt, number, resources, theirs))
            with _undisturbed():
                process.start()
                processes.append(process)
            theirs.close()  # so that nothing holds it once that process is gone
        yield pipes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        for pipe in pipes:
            pipe.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals that end a program wait: what their handlers raise while Python forks is dropped."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _heard(pipes: Sequence[Connection], patience: float) -> Iterator[tuple[Connection, str]]:
    """What comes from each, one word a pipe, as it comes; those that say nothing for so many seconds are lost."""
    waiting = list(pipes)
    until = time.monotonic() + patience
    while waiting:
        spoken = wait(waiting, timeout=max(until - time.monotonic(), 0))
        if not spoken:
            yield from ((pipe, f"{LOST}no answer in {patience:.0f} s") for pipe in waiting)
            return
        until = time.monotonic() + patience
        for pipe in spoken:
            assert isinstance(pipe, Connection)  # noqa: S101  # nothing else is waited for
            waiting.remove(pipe)
            yield pipe, _word(pipe)


def _word(pipe: Connection) -> str:
    try:
        return str(pipe.recv())
    except (EOFError, OSError):
        return f"{LOST}it ended without an answer"


def _say(pipe: Connection, word: str) -> None:
    try:
        pipe.send(word)
    except OSError:  # nobody is there any more, which shows when it is listened to
        return


def _client(
    database: Any, attempt: Attempt, number: int, resources: list[Resource], pipe: Connection
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; whoever started this one ends it
    for one in ENDING - {signal.SIGINT}:
        signal.signal(one, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    # Where an event loop runs in the parent, this is another of its connections, open to another database perhaps.
    connection.connection = None
    connection.settings_dict["NAME"] = database
    try:
        _say(pipe, _result(attempt, number, resources, pipe))
    finally:
        connections.close_all()


def _result(attempt: Attempt, number: int, resources: list[Resource], pipe: Connection) -> str:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return f"{LOST}{_in_words(error)}"
    _say(pipe, _READY)
    try:
        if not pipe.poll(START_SECONDS):
            return f"{LOST}it was never told to begin"
        pipe.recv()
        attempt(number, resources)
    except BookingError as refusal:
        return refusal.code
    except Exception as error:  # noqa: BLE001  # whatever it is, it is told, and the verdict is no
        return f"{LOST if went_away(error) else 'error: '}{_in_words(error)}"
    return "won"


def _in_words(error: Exception) -> str:
    first_line = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first_line}"


ABOUT_THE_SERVER = ("08", "53", "57", "58")
"""Classes of SQLSTATE that tell of the server's state and of no statement: connection, resources, operator, system."""
ABOUT_THE_DISK = {"SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_READONLY"}


def went_away(error: BaseException) -> bool:
    """Whether the database could not work at all, so that nothing was learnt about what it keeps."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return str(state).startswith(ABOUT_THE_SERVER)
    name = getattr(cause, "sqlite_errorname", None)
    if name is not None:
        return name in ABOUT_THE_DISK or name.startswith("SQLITE_IOERR")
    return True  # it has no code, since no statement came as far as the database
