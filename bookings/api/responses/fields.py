"""What the fields of answers are: texts of a format, objects as they were sent, and what every row has."""

from typing import Annotated, Any

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

Json = dict[str, Any]
Uuid = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Timestamp = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Url = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
Day = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]


def one_of(*words: str) -> WithJsonSchema:
    """Beside ``str`` in ``Annotated``: the only words that it can be."""
    return WithJsonSchema({"type": "string", "enum": list(words)})


class RowOut(TypedDict):
    id: Uuid
    created_at: Timestamp
    updated_at: Timestamp
