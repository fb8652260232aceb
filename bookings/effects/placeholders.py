"""What stands for a booking's own in the words of mails: ``{name}``, which staff read and type in a word of theirs.

Stored under names that never change; typed and shown in the language of the mail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from bookings.models import MailKind

WORDS = {
    "name": gettext_lazy("name"),
    "what": gettext_lazy("what"),
    "time": gettext_lazy("day and time"),
    "with": gettext_lazy("with whom"),
    "where": gettext_lazy("where"),
    "price": gettext_lazy("price"),
    "reference": gettext_lazy("reference"),
    "site": gettext_lazy("site"),
}
_HELD = re.compile(r"\{([^{}]*)\}")


def offered(kind: MailKind) -> Sequence[str]:
    """The names of the placeholders that a mail of ``kind`` can fill."""
    return ["site"] if kind == MailKind.CUSTOMER_LINKS else list(WORDS)


def filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with each placeholder replaced once; what has no value stays as it is written."""
    return _HELD.sub(lambda held: values.get(held[1], held[0]), text)


def as_shown(text: str, language: str) -> str:
    """Stored text with its placeholders in the words of ``language``."""
    with override(language):
        return _HELD.sub(lambda held: f"{{{WORDS.get(held[1], held[1])}}}", text)


def as_stored(text: str, language: str, names: Sequence[str]) -> str:
    """Typed text with its placeholders under their names; raises ``ValidationError`` for those that are not there."""
    with override(language):
        known = {_folded(str(WORDS[name])): name for name in names}
    known |= {name: name for name in names if name not in known}
    unknown: list[str] = []

    def named(held: re.Match[str]) -> str:
        name = known.get(_folded(held[1]))
        if name is None:
            unknown.append(held[0])
        return f"{{{name}}}"

    stored = _HELD.sub(named, text)
    _refuse(unknown, _HELD.sub("", text), in_words(language, names))
    return stored


def in_words(language: str, names: Sequence[str]) -> str:
    """The placeholders as they are typed, in a line: "{name}, {what}"."""
    with override(language):
        words = [f"{{{WORDS[name]}}}" for name in names]
    return _(", ").join(words)


def _refuse(unknown: Sequence[str], rest: str, possible: str) -> None:
    said: list[str] = []
    if unknown:
        told = _("There is no %(unknown)s. You can write: %(possible)s")
        said.append(told % {"unknown": _(", ").join(unknown), "possible": possible})
    if "{" in rest or "}" in rest:
        told = _("A brace stands alone: each { needs its }, around one of: %(possible)s")
        said.append(told % {"possible": possible})
    if said:
        raise ValidationError(said)


def _folded(word: str) -> str:
    return " ".join(word.split()).casefold()
