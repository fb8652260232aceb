"""Logs as JSON lines without personal data: no path, no query, no exception's words that may quote input."""

import logging
import logging.config
import sys
import traceback
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from structlog.types import EventDict, WrappedLogger

from booking_site import access_log
from bookings import request_ids

# Their messages come from the database, the system or the programmer, not from what somebody typed.
_SAFE_MESSAGES = (DatabaseError, ImportError, ImproperlyConfigured, OSError)
_REQUEST_LOGGERS = ("django.request", "django.security")


def name_the_route(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace the path in Django's own request messages, which may hold a customer's link, by its route."""
    record = event.get("_record")
    if record is not None and record.name.startswith(_REQUEST_LOGGERS):
        request = getattr(record, "request", None)
        match = getattr(request, "resolver_match", None)
        event["event"] = record.name
        event["route"] = match.route if match else None
        event["method"] = getattr(request, "method", None)
        event["status"] = getattr(record, "status_code", None)
        if record.name.startswith("django.security"):
            event.pop("exc_info", None)  # a stranger's bad request is no fault of ours to trace
    return event


def tell_where_it_failed(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by the exception's type and frames, its message unless it may quote input."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:  # structlog leaves it to the end to look what is being handled
        exc_info = sys.exc_info()
    if not isinstance(exc_info, tuple) or exc_info[1] is None:
        return event
    error = exc_info[1]
    event["exception"] = type(error).__qualname__
    event["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, _SAFE_MESSAGES):
        # PostgreSQL puts the row's values on the second line.
        event["message"] = str(error).partition("\n")[0]
    return event


_SHARED: list[Any] = [
    request_ids.add_to_line,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configuration(level: str, access: str = access_log.OFF) -> dict[str, Any]:
    """Return Django's LOGGING for this `level`; also makes structlog's own loggers go through it.

    `access` is the spelling of the access log, which is on whatever the level.
    """
    structlog.configure(
        processors=[
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": json_formatter},
            "access": {"()": access_log.FORMATTERS.get(access, access_log.JsonLine)},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
            "access": {"class": "logging.StreamHandler", "formatter": "access"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"level": level, "handlers": [], "propagate": True},
            "access": {"handlers": ["access"], "level": "INFO", "propagate": False},
            "axes": {"level": "WARNING"},
            # It tells every call with all that was said in it.
            "django_mcpz.calls": {"level": "WARNING"},
            # They tell every address that is called, with the secrets in it.
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
            "django.server": {"handlers": [], "propagate": False},
        },
    }


def json_formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            name_the_route,
            tell_where_it_failed,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
