"""What a link says besides the choice: the campaign it belongs to, and answers that no question asks for.

Both go into the booking's ``meta``.  Anybody can write a link, so nothing else of ``meta`` may come from one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

CAMPAIGN = re.compile("utm_[a-z0-9_]{1,40}")
PREFILLED = "prefilled"
"""The key of ``meta`` under which answers stand that no question asks for."""
MOST, LONGEST = 20, 500
_CONTROLS = dict.fromkeys(range(32))


def campaign(query: Mapping[str, str]) -> dict[str, str]:
    """The ``utm_…`` parameters, in bounded number and length."""
    named = {name: _bounded(value) for name, value in query.items() if CAMPAIGN.fullmatch(name)}
    return _first({name: value for name, value in named.items() if value})


def extra_meta(
    query: Mapping[str, str], given: Mapping[str, str], asked: Container[str]
) -> dict[str, str | dict[str, str]]:
    """What comes into the ``meta`` of a booking by its link; ``asked`` are the names that the form asks for."""
    unasked = {_bounded(name): _bounded(value) for name, value in given.items() if name not in asked}
    told = _first({name: value for name, value in unasked.items() if name and value})
    return campaign(query) | ({PREFILLED: told} if told else {})


def _bounded(text: str) -> str:
    return text.translate(_CONTROLS)[:LONGEST]


def _first(found: dict[str, str]) -> dict[str, str]:
    return dict(list(found.items())[:MOST])
