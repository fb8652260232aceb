"""On PYTHONPATH this moves the clock that Django reads by SECONDS_WRONG; the stopwatch and the database keep theirs."""

import os
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module

_WRONG = timedelta(seconds=float(os.environ["SECONDS_WRONG"]))
_right = time.time
time.time = lambda: _right() + _WRONG.total_seconds()
import_module("django.utils.timezone").now = lambda: datetime.now(tz=UTC) + _WRONG
