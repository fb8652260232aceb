"""Rows that many tests begin with and that are dear to make: made once, and given up after the last of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def rows_of_many_tests(blocker: Any) -> Iterator[None]:
    """A transaction around whole tests, for fixtures of a module: what is written here, each of them finds anew.

    ``blocker`` is ``django_db_blocker``; such a fixture asks for ``django_db_setup``, too.  Tests of the
    module that want no such rows stand above those that do, since rows stay until the fixture ends.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
