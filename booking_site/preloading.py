"""What the web server does before it forks the web processes, which share what is in memory by then."""

import gc
import sys
from io import BytesIO
from wsgiref.handlers import SimpleHandler
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from bookings.release_floor import ReleaseTooOld, refuse_too_old


def make_ready_to_fork(application: WSGIApplication) -> None:
    """Load what every request needs, close what two processes must not share, and keep the collector off the rest.

    The collector writes into each object that it looks at, and a page that was written is shared no longer.
    """
    _refuse_too_old()
    _serve_once(application)
    _close_connections()
    gc.collect()
    gc.freeze()


def _refuse_too_old() -> None:
    """A service manager starts the web server without `booking_site.launch`; a database that is away says nothing."""
    try:
        refuse_too_old(connections[DEFAULT_DB_ALIAS])
    except ReleaseTooOld as refusal:
        sys.exit(str(refusal))
    except DatabaseError:
        return


def _serve_once(application: WSGIApplication) -> None:
    """Ask whether the process lives: the first request loads the addresses with all their views."""
    request = {"PATH_INFO": "/healthz"}
    setup_testing_defaults(request)
    SimpleHandler(BytesIO(), BytesIO(), sys.stderr, request).run(application)


def _close_connections() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's alone
