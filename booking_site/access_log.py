"""The two spellings of a line of the access log; the settings choose one."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

OFF, JSON, LOGFMT = "", "json", "logfmt"
_encode = json.JSONEncoder(ensure_ascii=False).encode


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line holds, in order: the moment in UTC, then what the request is known by."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return {"timestamp": f"{moment}.{int(record.msecs):03}Z", "event": "request", **record.__dict__["fields"]}


class JsonLine(logging.Formatter):
    """One JSON object, as all other lines are."""

    def format(self, record: logging.LogRecord) -> str:
        return _encode(fields_of(record))


class LogfmtLine(logging.Formatter):
    """``name=value`` with a space between; no value of ours holds a space or a quote."""

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(f"{name}={value}" for name, value in fields_of(record).items())


FORMATTERS = {JSON: JsonLine, LOGFMT: LogfmtLine}
