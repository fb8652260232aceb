"""What the web server does before it forks the web processes, which share what is in memory by then."""

import gc
import sys
from decimal import Decimal
from io import BytesIO
from wsgiref.handlers import SimpleHandler
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.template.loader import get_template
from django.utils import translation

from bookings.money import money
from bookings.release_floor import ReleaseTooOld, refuse_too_old


def make_ready_to_fork(application: WSGIApplication) -> None:
    """Load what every request needs, close what two processes must not share, and keep the collector off the rest."""
    _refuse_too_old()
    _serve_once(application)
    if apps.ready:  # it is this site that is served
        _load_what_pages_say()
    _close_connections()
    keep_the_collector_off()


def keep_the_collector_off() -> None:
    """What is loaded it looks at no more, since it writes into each object, and a page that was written is shared no
    longer; and it comes after ten thousand new objects, not seven hundred, which every request makes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


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


def _load_what_pages_say() -> None:
    """The texts of every language, which each page names in its own; the templates, and how prices are written."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("Book")
    money(Decimal(1), "EUR")
    for name in ("bookings/home.html", "bookings/choose.html"):
        get_template(name)


def _close_connections() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's alone
