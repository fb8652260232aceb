"""Bodies become JSON values here, or are refused: too large, too deep, or with characters nobody can store."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

from bookings import limits
from bookings.api.errors import BadRequest, Invalid, TooLarge

MAX_DEPTH = 24
# Only an escape can bring NUL or half a surrogate pair into a text: UTF-8 holds no halves, JSON no bare controls.
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictParser(Parser):
    """Reads a body as strict JSON.  Raises ``ApiError``."""

    def parse_body(self, request: HttpRequest) -> Any:
        return parse(request.body)


def parse(body: bytes) -> Any:
    if len(body) > 1024 * limits.BODY.value:
        raise TooLarge
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BadRequest from None
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth_exceeds(value, MAX_DEPTH):
        raise BadRequest(_("The body is nested too deeply."))
    if _SUSPECT.search(text):
        _refuse_unstorable(value)
    return value


def _refuse_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are no JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("No number is that large.")
    return number


def _depth_exceeds(value: Any, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_depth_exceeds(item, depth - 1) for item in inner)


def _refuse_unstorable(value: Any) -> None:
    sentence = _("This text holds characters that cannot be stored.")
    found = {path or "body": [sentence] for path in _unstorable_paths(value, "")}
    if found:
        raise Invalid(found)


def _unstorable_paths(value: Any, path: str) -> Iterator[str]:
    """Where texts hold NUL or half a surrogate pair; a name that does so is told as its parent's fault."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            if _UNSTORABLE.search(key):
                yield path
            else:
                yield from _unstorable_paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable_paths(item, f"{path}.{index}" if path else str(index))
