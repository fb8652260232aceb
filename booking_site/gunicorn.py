"""gunicorn's configuration; all ways to start the web server name it (`booking_site.parts`)."""

import os
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from booking_site import environment, listening, logs, reloading
from booking_site.preloading import make_ready_to_fork
from bookings import limits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
bind = listening.as_bind(settings.BIND, settings.PORT)  # first: reading the settings reads .env, too
_env = environment.Env()

wsgi_app = "booking_site.wsgi:application"
worker_class = "booking_site.worker.Worker"
workers = _env.number("WEB_CONCURRENCY", default=max(2, os.cpu_count() or 1), least=1)
threads = _env.number("WEB_THREADS", default=4, least=1)
_limits = limits.from_environment(_env.number)
limit_request_line = min(_limits["REQUEST_LINE_BYTES"], 8190)  # a search with many terms is long
limit_request_fields = _limits["REQUEST_HEADERS"]
limit_request_field_size = _limits["REQUEST_HEADER_BYTES"]
keepalive = 75  # seconds; longer than a proxy keeps its idle connections
timeout = 60
graceful_timeout = 20
control_socket_disable = True
# Heartbeats are file writes, which a slow disk would turn into killed workers.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None  # noqa: S108
# The site reads forwarded headers itself, by TRUSTED_PROXIES; gunicorn would believe every local process.
forwarded_allow_ips = ""
forwarder_headers = ""
logconfig_dict = logs.configuration(settings.LOG_LEVEL, settings.ACCESS_LOG)
logconfig_dict["loggers"]["gunicorn.error"] = {"handlers": [], "propagate": True, "level": "WARNING"}
# What is loaded before the web processes are forked is in memory once. For new code: `booking_site.reloading`.
preload_app = True


def post_worker_init(worker: Worker) -> None:
    """Called in each web process, once it is about to serve."""
    if apps.ready:  # not where another application is served by this configuration
        import_module("bookings.recent_requests").keep_writing()
        import_module("bookings.wake_ups").listen(_notifier().notify)
    reloading.tell_ready()


def worker_exit(server: Arbiter, worker: Worker) -> None:
    """Called in each web process that ends, after its last request."""
    if apps.ready:
        import_module("bookings.recent_requests").write()
        _notifier().stop()


@cache
def _notifier() -> Any:
    """The process's own: made after the fork, since it has a lock and may have a thread."""
    return import_module("bookings.notifications").Notifier()


def when_ready(server: Arbiter) -> None:
    """Called once, when the site is loaded and no web process is forked yet."""
    make_ready_to_fork(server.app.wsgi())
