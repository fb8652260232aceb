"""gunicorn's configuration; `./run web` passes it on."""

import os
from pathlib import Path

from booking_site import environment, logs

_env = environment.Env()

wsgi_app = "booking_site.wsgi:application"
worker_class = "booking_site.worker.Worker"
workers = _env.number("WEB_CONCURRENCY", default=max(2, os.cpu_count() or 1), least=1)
threads = _env.number("WEB_THREADS", default=4, least=1)
limit_request_line = 8190  # gunicorn's most; a search with many terms is longer than its usual 4094
keepalive = 75  # seconds; longer than a proxy keeps its idle connections
timeout = 60
graceful_timeout = 20
control_socket_disable = True
# Heartbeats are file writes, which a slow disk would turn into killed workers.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# The site reads forwarded headers itself, by TRUSTED_PROXIES; gunicorn would believe every local process.
forwarded_allow_ips = ""
forwarder_headers = ""
logconfig_dict = logs.configuration(environment.log_level(_env.str("LOG_LEVEL", default="INFO")))
logconfig_dict["loggers"]["gunicorn.error"] = {"handlers": [], "propagate": True, "level": "WARNING"}
