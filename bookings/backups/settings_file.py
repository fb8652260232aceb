"""The settings of this installation as lines of a `.env`, so that a backup can bring them back."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from bookings.limits import LIMITS

SECRETS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")


def settings_in_force() -> str:
    """Every variable of `.env.example`, of the limits and the secrets that is set, whether by a file or by hand.

    An empty one is set, too: it may switch off what is on by default.
    """
    return "".join(f"{_line(name, os.environ[name])}\n" for name in _names() if name in os.environ)


def _names() -> Iterator[str]:
    example = Path(settings.BASE_DIR) / ".env.example"
    documented = re.findall(r"^#?([A-Z][A-Z_0-9]+)=", example.read_text(encoding="utf-8"), re.MULTILINE)
    yield from dict.fromkeys([*SECRETS, *documented, *(limit.setting for limit in LIMITS)])


def _line(name: str, value: str) -> str:
    """What `.env` says for that value; what no line can say is kept as a comment.  JSON means the same on one line."""
    if _fits(value):
        return f"{name}={_quoted(value)}"
    with suppress(ValueError):
        return f"{name}={_quoted(json.dumps(json.loads(value)))}"
    return f"# {name} is not one line of UTF-8, so that only the environment can give it: {json.dumps(value)}"


def _fits(value: str) -> bool:
    """Whether it is one line, and no part of it is bytes that are no UTF-8."""
    is_text = value.encode(errors="replace").decode() == value
    return is_text and value.splitlines() in ([], [value])


def _quoted(value: str) -> str:
    """As django-environ and systemd read it back; the first takes pairs of both quotes off, one after the other."""
    if re.fullmatch(r"[\w@%+=:,./-]*", value):
        return value
    if "'" not in value and not re.fullmatch(r'".*"', value):
        return f"'{value}'"
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
