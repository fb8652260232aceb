"""What staff set up, remembered by each process, and proven by one short question a request.

A key, a resource with its place in a project, the options, the opening hours and the graph in force are read by nearly
every request and change a few times a day.  Whoever changes a row of them gives ``ConfigVersion`` a value that was
never there, in the same transaction: the database does, by triggers (``RaisesConfigVersion``), so that no way of
writing can forget it.  A request asks once for the version in force; what was read at just that version is taken from
memory (``kept``), all else is read.  So the next request after a change's commit sees it, whichever process
answers.

Only what runs inside ``trusted`` is answered from memory.  Calls that change what is set up stand outside, so that
they read what they wrote; and so does every verb, which may have waited for a lock since the question: what its rules
judge by is read in its own transaction.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError
from django.db.backends.signals import connection_created
from django.db.models import Model
from django.db.models.base import ModelState

from bookings import prepared, sql
from bookings.models import ConfigVersion

P = ParamSpec("P")
R = TypeVar("R")
K = TypeVar("K", bound=Hashable)
M = TypeVar("M", bound=Model)

MOST = 5_000
"""So many rows are remembered by a process, a few kilobytes each; those asked for least recently go first."""


class Remembered:
    """What was read at one version, ``most`` rows at most; safe among threads, which share what it returns."""

    def __init__(self, version: str, most: int = MOST) -> None:
        self.version, self.most, self.rows = version, most, 0
        self._lock = Lock()
        self._values: OrderedDict[Hashable, Any] = OrderedDict()

    def find(self, keys: Iterable[K]) -> dict[K, Any]:
        """Those of the values that are there."""
        with self._lock:
            values = self._values
            found = {key: value for key in keys if (value := values.get(key, values)) is not values}
            for key in found:
                values.move_to_end(key)
            return found

    def keep(self, values: Mapping[Any, Any]) -> None:
        with self._lock:
            for key, value in values.items():
                self.rows += _rows_of(value) - _rows_of(self._values.get(key, ()))
                self._values[key] = value
            while self.rows > self.most:
                _key, oldest = self._values.popitem(last=False)
                self.rows -= _rows_of(oldest)


def _rows_of(value: object) -> int:
    return len(value) if isinstance(value, list | tuple) else 1


class _Process:
    latest = Remembered("")


@dataclass
class _Request:
    asked: Remembered | None = None
    """What is remembered at the version in force, once that was asked for."""
    is_trusted: bool = False


_request: ContextVar[_Request | None] = ContextVar("what a request knows of the version", default=None)


@contextmanager
def forgotten_afterwards() -> Iterator[None]:
    """Around a request: the next one asks again.  Outside of any, nothing is remembered."""
    if _request.get() is not None:
        yield
        return
    token = _request.set(_Request())
    try:
        yield
    finally:
        _request.reset(token)


@contextmanager
def trust(*, it: bool = True) -> Iterator[None]:
    """Inside, what was read at the version in force is taken from memory; without ``it``, all is read again."""
    request = _request.get()
    if request is None:
        yield
        return
    before, request.is_trusted = request.is_trusted, it
    try:
        yield
    finally:
        request.is_trusted = before


def trust_to_the_end() -> None:
    """The same until the request ends, which ``forgotten_afterwards`` surrounds."""
    if (request := _request.get()) is not None:
        request.is_trusted = True


def trusted(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate what changes nothing that is set up."""

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with trust():
            return function(*args, **kwargs)

    return inner


def kept(key: Hashable, read: Callable[[], R]) -> R:
    """What ``read`` returns, or returned at this version; None is not kept.  It is shared: copy what may be changed."""
    remembered = _remembered()
    if remembered is None:
        return read()
    for found in remembered.find([key]).values():
        return found  # type: ignore[no-any-return]
    value = read()
    if value is not None:
        remembered.keep({key: value})
    return value


def kept_each(kind: str, keys: Iterable[K], read: Callable[[list[K]], Mapping[K, Any]]) -> dict[K, Any]:
    """The same of many: ``read`` is asked once for those that are not kept, and what it does not find is left out."""
    keys, remembered = list(keys), _remembered()
    if remembered is None:
        return dict(read(keys))
    found = {key: value for (_kind, key), value in remembered.find((kind, key) for key in keys).items()}
    missing = [key for key in keys if key not in found]
    if missing:
        fresh = read(missing)
        remembered.keep({(kind, key): value for key, value in fresh.items()})
        found |= fresh
    return found


def copied(row: M) -> M:
    """A row of its own for whoever may set attributes or relations of it; what its fields hold is shared."""
    mine = object.__new__(type(row))
    vars(mine).update(vars(row))
    mine._state = ModelState()  # as ``copy.copy`` would by way of pickling, which takes six times as long
    mine._state.db, mine._state.adding = row._state.db, row._state.adding
    mine._state.fields_cache = dict(row._state.fields_cache)
    return mine


def _remembered() -> Remembered | None:
    """What may be used; the version in force is asked for once a request.  None outside of ``trust``."""
    request = _request.get()
    if request is None or not request.is_trusted:
        return None
    if request.asked is None:
        version = _version_in_force()
        remembered = _Process.latest
        if remembered.version != version or not version:
            remembered = _Process.latest = Remembered(version)
        request.asked = remembered
    return request.asked


def _version_in_force() -> str:
    """It shows as well whether the connection still stands, for which Django would ask a question of its own."""
    itself: Any = sql.connection_itself()
    itself.health_check_done = True
    try:
        return _ask_for_version()
    except (InterfaceError, OperationalError):
        if itself.in_atomic_block:
            raise
        itself.close()  # as Django does with one that does not answer
        return _ask_for_version()


def _ask_for_version() -> str:
    ((version,),) = prepared.run(_statement()).rows
    return version or ""


def _statement() -> str:
    joined = (
        "string_agg(version::text, '' ORDER BY id)" if sql.is_postgresql() else "group_concat(version, '')"
    )
    return f"SELECT {joined} FROM {ConfigVersion._meta.db_table}"  # noqa: S608  # our own names


def forget(**_said: object) -> None:
    """Another connection may lead to another database, or to this one as it once was."""
    _Process.latest = Remembered("")


connection_created.connect(forget, dispatch_uid="bookings.configuration")
