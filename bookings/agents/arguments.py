"""What tools are told: read strictly, every fault named at once, and nothing of what was sent repeated."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from bookings.agents.refusals import invalid
from bookings.visitors.choice import known_zone

OURS = "ours"
LONGEST = 2000
NO_TIME = gettext_noop("Give a time with its offset, like 2027-08-12T10:00:00-07:00.")
NO_ZONE = gettext_noop("There is no such time zone. Give a name like Europe/Berlin.")
NO_TEXT = gettext_noop("This text holds characters that cannot be stored.")
NO_ANSWER = gettext_noop("Answer with a text, a number, true or false, or a list of texts.")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SENTENCES = {
    "missing": gettext_noop("This is missing."),
    "extra_forbidden": gettext_noop("There is no such argument."),
    "string_type": gettext_noop("Send a text."),
    "string_too_long": gettext_noop("This text is too long."),
    "int_type": gettext_noop("Send a whole number."),
    "greater_than_equal": gettext_noop("This number is too small."),
    "less_than_equal": gettext_noop("This number is too large."),
    "dict_type": gettext_noop("Send an object."),
}
NOT_RIGHT = gettext_noop("This is not right.")


def _refuse(sentence: str) -> PydanticCustomError:
    return PydanticCustomError(OURS, "{sentence}", {"sentence": sentence})


def _storable(text: str) -> str:
    if _UNSTORABLE.search(text):
        raise _refuse(NO_TEXT)
    return text.strip()


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _refuse(NO_TIME) from None
    if moment.utcoffset() is None or not 1900 <= moment.year <= 9000:
        raise _refuse(NO_TIME)
    return moment.astimezone(UTC)


def _zone(name: str) -> str:
    if name and known_zone(name) is None:
        raise _refuse(NO_ZONE)
    return name


def near_zones(name: str) -> list[str]:
    """Zones that are spelt alike, for somebody who named none."""
    return get_close_matches(name, available_timezones(), n=3, cutoff=0.5)


def _answers(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) > 100 or not all(map(_is_answer, value.values())):
        raise _refuse(NO_ANSWER)
    if any(_UNSTORABLE.search(text) for text in _texts(value)):
        raise _refuse(NO_TEXT)
    return {key: str(one) if _is_number(one) else one for key, one in value.items()}


def _texts(value: dict[str, Any]) -> list[str]:
    lists = [one if isinstance(one, list) else [one] for one in value.values()]
    return [*value, *(text for one in lists for text in one if isinstance(text, str))]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_answer(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 100 and all(isinstance(one, str) and len(one) <= LONGEST for one in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < 10**18
    return isinstance(value, str | bool | float) and len(str(value)) <= 10_000


Text = Annotated[str, Field(max_length=LONGEST), AfterValidator(_storable)]
Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
ZoneName = Annotated[Text, AfterValidator(_zone)]
Answers = Annotated[
    dict[str, Any],
    AfterValidator(_answers),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {
                "type": ["string", "boolean", "number", "array"],
                "items": {"type": "string"},
            },
        }
    ),
]


class Arguments(BaseModel):
    """What a tool takes; nothing else may be sent."""

    model_config = ConfigDict(extra="forbid", strict=True)


A = TypeVar("A", bound=Arguments)


def read(model: type[A], sent: dict[str, Any]) -> A:
    """The arguments as they are meant; raises ``Refusal`` that names each fault by its field."""
    present = {name: value for name, value in sent.items() if value is not None}
    try:
        return model.model_validate(present)
    except ValidationError as error:
        faults: dict[str, list[str]] = {}
        for one in error.errors(include_url=False, include_input=False):
            known = _SENTENCES.get(one["type"], NOT_RIGHT)
            said = one.get("ctx", {}).get("sentence", NOT_RIGHT) if one["type"] == OURS else known
            faults.setdefault(str(one["loc"][0]) if one["loc"] else "", []).append(_(said))
        if (
            "zone" in faults
            and isinstance(near := sent.get("zone"), str)
            and (found := near_zones(near[:60]))
        ):
            faults["zone"].append(", ".join(found))
        raise invalid(faults) from None


def schema_of(model: type[Arguments]) -> dict[str, Any]:
    """As clients are told it."""
    schema = model.model_json_schema()
    for one in schema.get("properties", {}).values():
        one.pop("title", None)
    return {
        "type": "object",
        "properties": schema.get("properties", {}),
        "required": schema.get("required", []),
        "additionalProperties": False,
    }
