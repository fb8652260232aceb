"""The settings of this installation as lines of a `.env`, so that a backup can bring them back."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from bookings.limits import LIMITS

SECRETS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")


def settings_in_force() -> str:
    """Every variable of `.env.example`, of the limits and the secrets that is set, whether by a file or by hand."""
    lines = (_line(name, os.environ[name]) for name in _names() if os.environ.get(name))
    return "\n".join(lines) + "\n"


def _names() -> Iterator[str]:
    example = Path(settings.BASE_DIR) / ".env.example"
    documented = re.findall(r"^#?([A-Z][A-Z_0-9]+)=", example.read_text(encoding="utf-8"), re.MULTILINE)
    yield from dict.fromkeys([*SECRETS, *documented, *(limit.setting for limit in LIMITS)])


def _line(name: str, value: str) -> str:
    """What `.env` says for that value; one of several lines, which it cannot say, is kept as a comment."""
    if value.splitlines() == [value]:
        return f"{name}={_quoted(value)}"
    return f"# {name} has several lines, so that only the environment can give it: {json.dumps(value)}"


def _quoted(value: str) -> str:
    """As django-environ reads it back: it takes pairs of both quotes off, and unescapes between double ones alone."""
    if re.fullmatch(r"[\w@%+=:,./-]*", value):
        return value
    if re.fullmatch(r'".*"', value):
        return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    return f"'{value}'"
