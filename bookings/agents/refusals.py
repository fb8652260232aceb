"""What an assistant is told when something cannot be done: a code, a sentence, and what would help."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.utils.translation import gettext as _
from django_mcpz.server import ToolError

from bookings import attempts, bites, limits
from bookings.availability.allowance import GateShut, TooMuch
from bookings.errors import BookingError
from bookings.refusals import sentence

HELPS = ("seconds", "available_actions", "places_left", "most_places")
P = ParamSpec("P")
R = TypeVar("R")


class Refusal(ToolError):
    """Nothing was done.  ``code`` is for programs, ``said`` for people; ``more`` stands beside them in the answer."""

    def __init__(self, code: str, said: str, **more: Any) -> None:
        self.code, self.said, self.more = code, said, more
        super().__init__(json.dumps(self.answer, ensure_ascii=False))

    @property
    def answer(self) -> dict[str, Any]:
        return {"error": self.code, "sentence": self.said, **self.more}


def invalid(errors: Mapping[str, Sequence[str]]) -> Refusal:
    """Arguments that cannot be read: sentences by field, all of them.

    A field that was made up is told in as much as can be told in any channel.
    """
    errors = {re.sub(r"[^\w.-]", "?", name)[:80]: sentences for name, sentences in errors.items()}
    return Refusal("invalid", _("Nothing was done: some arguments are not right."), errors=dict(errors))


def refused(error: BookingError, **more: Any) -> Refusal:
    """What a verb refused."""
    attempts.note(error)
    bites.note(error.limit)
    helps = {name: error.data[name] for name in HELPS if name in error.data}
    return Refusal(error.code, sentence(error), **helps, **more)


def refusing(function: Callable[P, R]) -> Callable[P, R]:
    """Turn what verbs and searches refuse into a ``Refusal``."""

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BookingError as error:
            raise refused(error) from error
        except GateShut as error:
            bites.note(limits.DEAR_SEARCH.setting)
            said = _("Another large search is being answered. Please ask again in a second, or for less.")
            raise Refusal("busy", said, seconds=1) from error
        except TooMuch as error:
            bites.note(error.limit.setting)
            raise Refusal("too_much", _(error.sentence) % error.numbers) from error

    return told
