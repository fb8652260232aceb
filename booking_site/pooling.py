"""The web server's pool of connections to PostgreSQL, where `DB_POOL` asks for one; no other program has any.

A command asks one thing after the other, and some turn to another database meanwhile, as a drill does, or fork, as a
proof does: a pool would hand them what leads to the first, or what another process has as well.
"""

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

GIVEN_UP_AFTER = 10
"""Seconds that a request waits for a connection."""


def pool_connections() -> None:
    """Let this process, and those that are forked from it, open at most so many each."""
    database = connections.settings[DEFAULT_DB_ALIAS]
    if settings.DB_POOL and database["ENGINE"] == "django.db.backends.postgresql":
        database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": settings.DB_POOL, "timeout": GIVEN_UP_AFTER}
        database["CONN_MAX_AGE"] = 0  # a pool keeps the connections itself
