"""What stands around every answer: ``data`` with what a paginator says of it, or why there is none."""

from typing import Generic, NotRequired, TypeVar

from typing_extensions import TypedDict

from bookings.api.responses.fields import Timestamp, Url, Uuid

Row = TypeVar("Row")


class Data(TypedDict, Generic[Row]):
    data: Row


# Not a class: "from" cannot stand in one.
Paginator = TypedDict(
    "Paginator",
    {
        "total": int,
        "per_page": int,
        "current_page": int,
        "last_page": int,
        "next_page_url": str | None,
        "prev_page_url": str | None,
        "from": int | None,
        "to": int | None,
    },
)


class Page(Paginator, Generic[Row]):
    """A page of a list."""

    data: list[Row]


class RefusalOut(TypedDict):
    """A refusal as a whole; ``model`` names what is missing, ``field`` what may not be sent."""

    error: str
    model: NotRequired[str]
    field: NotRequired[str]


class AlternativeResourceOut(TypedDict):
    id: Uuid
    name: str


class AlternativeOut(TypedDict):
    """Another time that is free; ``url`` is the page on which a customer of the project books it."""

    start: Timestamp
    end: Timestamp
    resources: list[AlternativeResourceOut]
    url: NotRequired[Url]


class FieldErrorsOut(TypedDict):
    """Sentences by field, all that are wrong at once, or why it cannot be done in the present state of things."""

    errors: dict[str, list[str]]
    code: str
    alternatives: NotRequired[list[AlternativeOut]]
    available_actions: NotRequired[list[str]]
    places_left: NotRequired[int]
    most_places: NotRequired[int]
