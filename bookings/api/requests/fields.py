"""How bodies are read: the record's types and spellings, strictly, keeping what could be read.

A call's body derives from ``Body``; what was wrong with it stands in ``findings``, so that the forms can look at the
rest and everything is answered together.  Sentences never repeat what was sent.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bookings.api.errors import BadRequest, FieldErrors
from bookings.api.timestamp_formats import Reads, reads_times
from bookings.php_dates import NoSuchTime

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
OURS = "ours"
NOT_OF_ITS_FORMAT = _("Send a time in the format that Timekit-InputTimestampFormat names.")
REQUIRED = _("This field is required.")
NOT_AN_OBJECT = _("The body must be a JSON object.")
# The sentences for pydantic's own findings, whose words would quote the input.
SENTENCES = {
    "bool_type": _("Send true or false."),
    "bool_parsing": _("Send true or false."),
    "string_type": _("Send a text."),
    "string_too_long": _("This text is too long."),
    "int_type": _("Send a whole number."),
    "int_from_float": _("Send a whole number."),
    "list_type": _("Send a list."),
    "too_long": _("These are too many."),
    "dict_type": _("Send an object."),
    "model_type": _("Send an object."),
    "model_attributes_type": _("Send an object."),
    "missing": REQUIRED,
    "literal_error": _("This is none of the allowed values."),
}
ANYTHING_ELSE = _("This value cannot be used.")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d(:?\d\d)?)?", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


def unreadable(sentence: Any) -> PydanticCustomError:
    """An error with our own sentence."""
    return PydanticCustomError(OURS, "{sentence}", {"sentence": str(sentence)})


def read_moment(value: Any) -> datetime:
    """The instant that a text names, in UTC: ISO 8601 with an offset, or the call's own format.  Raises for all else.

    Fractions of a second are left out, as they are in answers: what is told is what is held.
    """
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    moment = _of_its_format(reads, value) if (reads := reads_times()) else _of_iso(value)
    if not EARLIEST <= moment < LATEST:
        raise unreadable(_("This date is too far away."))
    return moment


def _of_its_format(reads: Reads, value: Any) -> datetime:
    try:
        return reads(value)
    except NoSuchTime:
        raise unreadable(NOT_OF_ITS_FORMAT) from None


def _of_iso(value: Any) -> datetime:
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise unreadable(_("Send a date and time like 2027-08-12T21:30:00-07:00."))
    if not found.group(3):
        raise unreadable(_("The time needs an offset, like 2027-08-12T21:30:00-07:00."))
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise unreadable(_("There is no such date and time.")) from None


def read_uuid(value: Any) -> UUID:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise unreadable(_("Send an id like 5f9c0e4e-2d2a-4a53-9a7b-3d1b6a0e7d11."))
    return UUID(value)


def read_object(value: Any) -> Any:
    """An empty list as the empty object that PHP means by it."""
    return {} if value == [] else value


OrEmptyList = BeforeValidator(read_object)
Object = Annotated[dict[str, Any], OrEmptyList]
Text = StrictStr
Flag = StrictBool
Whole = StrictInt
Moment = Annotated[
    datetime, BeforeValidator(read_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
Id = Annotated[UUID, BeforeValidator(read_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]


class Part(BaseModel):
    """An object inside a body."""

    model_config = ConfigDict(extra="ignore")


class OpenPart(BaseModel):
    """An object inside a body whose further keys are kept."""

    model_config = ConfigDict(extra="allow")


class Body(BaseModel):
    """A body: an object whose every field may be missing; what is required is the forms' to say."""

    model_config = ConfigDict(extra="ignore")
    may_be_nothing: ClassVar[bool] = False
    """Whether the body may be without a single key, so that PHP sends an empty list."""
    _findings: FieldErrors = PrivateAttr(default_factory=dict)

    @property
    def findings(self) -> FieldErrors:
        """What could not be read: sentences by the field's name in the body."""
        return self._findings

    def given(self) -> dict[str, Any]:
        """The keys that were sent and could be read; an explicit null is a value."""
        return self.model_dump(exclude_unset=True)

    def with_findings(self, findings: FieldErrors) -> Self:
        self._findings = findings
        return self

    @model_validator(mode="wrap")
    @classmethod
    def keep_what_could_be_read(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(value, cls):
            return value
        if cls.may_be_nothing:
            value = read_object(value)
        if not isinstance(value, dict):
            raise BadRequest(str(NOT_AN_OBJECT))
        try:
            return handler(value)
        except ValidationError as wrongs:
            found = wrongs.errors(include_url=False, include_input=False)
            return handler(_without(value, [error["loc"] for error in found])).with_findings(
                sentences_by_field(found)
            )


def sentences_by_field(errors: Iterable[Mapping[str, Any]], skip: int = 0) -> FieldErrors:
    """Pydantic's findings as sentences by dotted name, the first ``skip`` parts of each name left out."""
    found: FieldErrors = {}
    for error in errors:
        name = ".".join(str(part) for part in error["loc"][skip:]) or "body"
        sentence = error["msg"] if error["type"] == OURS else SENTENCES.get(error["type"], ANYTHING_ELSE)
        found.setdefault(name, []).append(str(sentence))
    return found


def _without(value: dict[str, Any], places: Iterable[tuple[int | str, ...]]) -> dict[str, Any]:
    """A copy without the keys at fault; a list with a fault in it goes as a whole."""
    kept = dict(value)
    for place in places:
        keys: list[str] = []
        for part in place:
            if isinstance(part, int):
                break
            keys.append(part)
        _remove(kept, keys)
    return kept


def _remove(value: dict[str, Any], keys: list[str]) -> None:
    first, *rest = keys
    inner = value.get(first)
    if rest and isinstance(inner, dict):
        value[first] = dict(inner)
        _remove(value[first], rest)
    else:
        value.pop(first, None)
