"""What people typed, as Markdown that says just that: no markup of theirs is any."""

from __future__ import annotations

import re
from typing import Any

from bookings.agents.words import short

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#|!~&$])")
_OPENS_A_LIST = re.compile(r"^(\d+)([.)])|^([-+=])")


def plain(text: str, longest: int = 2000) -> str:
    """The text in a line, every mark of Markdown and HTML escaped."""
    escaped = _MARKS.sub(r"\\\1", short(text, longest))
    return _OPENS_A_LIST.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", escaped)


def quoted(text: str) -> str:
    """Text of several lines as a quotation, every line escaped."""
    return "\n".join(f"> {plain(line)}".rstrip() for line in text.splitlines())


def code(text: str) -> str:
    """What stands between backticks, which knows no escape: an id or an address of ours."""
    return short(text, 4000).replace("`", "'")


def all_plain(typed: Any) -> Any:
    """The same with every text in it escaped, keys too."""
    if isinstance(typed, dict):
        return {key: all_plain(value) for key, value in typed.items()}
    if isinstance(typed, list):
        return [all_plain(one) for one in typed]
    return plain(typed) if isinstance(typed, str) else typed
