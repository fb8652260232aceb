"""The gateway of text messages as the operator describes it: one call by HTTP, with places for number and text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.core.exceptions import ImproperlyConfigured

TO, TEXT = "{to}", "{text}"


@dataclass(frozen=True, kw_only=True)
class Gateway:
    url: str
    headers: dict[str, str]
    body: Any
    """A JSON value, or the pairs of a form; its strings hold the places."""
    is_json: bool
    expected: str
    """What an answer of success holds; empty: any answer of 200 to 299."""

    def content(self, to: str, text: str) -> str:
        """The body of a call.  What goes into a place stays a part of the one string that the place stands in."""

        def filled(value: str) -> str:
            return text.join(part.replace(TO, to) for part in value.split(TEXT))

        if self.is_json:
            return json.dumps(_in_strings(self.body, filled))
        return urlencode([(name, filled(value)) for name, value in self.body])


def _in_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_strings(one, change) for one in value]
    if isinstance(value, dict):
        return {name: _in_strings(one, change) for name, one in value.items()}
    return value


def gateway(url: str, headers: str, body: str, expected: str) -> Gateway | None:
    """Read the settings; None where no address is given."""
    if not url:
        return None
    where = urlsplit(url)
    if where.scheme not in {"http", "https"} or not where.hostname:
        raise ImproperlyConfigured("SMS_URL must be an address like https://gateway.example/send.")
    if TO not in body or TEXT not in body:
        raise ImproperlyConfigured(
            'SMS_BODY must hold {to} and {text}, like to={to}&text={text} or {"to": "{to}", …}.'
        )
    is_json = body.lstrip().startswith(("{", "["))
    return Gateway(
        url=url,
        headers={"Content-Type": "application/json" if is_json else "application/x-www-form-urlencoded"}
        | _headers(headers),
        body=_json(body) if is_json else parse_qsl(body, keep_blank_values=True),
        is_json=is_json,
        expected=expected,
    )


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise ImproperlyConfigured("SMS_BODY begins like JSON and is none.") from error


def _headers(text: str) -> dict[str, str]:
    """A JSON object of texts, or nothing."""
    try:
        found = json.loads(text) if text.strip() else {}
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(
        isinstance(one, str) and one.isprintable() for one in found.values()
    ):
        raise ImproperlyConfigured(
            'SMS_HEADERS must be a JSON object of texts, like {"Authorization": "Bearer …"}.'
        )
    return found


def quiet_hours(text: str) -> tuple[int, int] | None:
    """The hours between which nobody is to be woken, like ``21-8``; None where there are none."""
    if not text.strip():
        return None
    begin, dash, end = text.strip().partition("-")
    hours = [int(one) if one.isascii() and one.isdigit() and len(one) < 3 else 24 for one in (begin, end)]
    if not dash or max(hours) > 23 or hours[0] == hours[1]:
        raise ImproperlyConfigured("SMS_QUIET_HOURS must be two hours of the day like 21-8, or empty.")
    return hours[0], hours[1]
