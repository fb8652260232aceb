"""Answers.  A call says by its return type what it answers; the reference is made from that."""

import json
from collections.abc import Callable
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from ninja.constants import NOT_SET

from bookings.api.errors import ApiError
from bookings.api.responses.frames import Data

JSON = "application/json; charset=utf-8"
Body = TypeVar("Body")
Row = TypeVar("Row")


def encode(body: Any) -> str:
    return json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))


class Answer(HttpResponse, Generic[Body]):
    """JSON of the kind that ``Body`` describes.  Ninja passes a response on without validating it once more."""

    def __init__(self, body: Body) -> None:
        super().__init__(encode(body), content_type=JSON)


class Ok(Answer[Body]):
    status_code = 200


class Created(Answer[Body]):
    status_code = 201


class NoContent(HttpResponse):
    """After a deletion."""

    status_code = 204


def ok(data: Row) -> Ok[Data[Row]]:
    return Ok({"data": data})


def changed(request: HttpRequest, tell: Callable[[], Row]) -> Ok[Data[Row]] | NoContent:
    """After an update of the record's that answers nothing: the row only where ``include`` asks for it."""
    asked = any(name in request.GET for name in ("include", "includes"))
    return ok(tell()) if asked else NoContent()


def created(data: Row) -> Created[Data[Row]]:
    return Created({"data": data})


def error_answer(refusal: ApiError) -> HttpResponse:
    return json_answer(refusal.body(), refusal.status, refusal.headers)


def json_answer(body: Any, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(encode(body), status=status, content_type=JSON, headers=headers)


def documented_answer(view: Callable[..., Any]) -> Any:
    """What ``view`` answers, by status, as ninja describes it; nothing where its return type does not say."""
    promised = get_type_hints(view, include_extras=True).get("return")
    several = (
        get_args(promised)
        if isinstance(promised, UnionType) or get_origin(promised) is Union
        else (promised,)
    )
    told = {status: body for one in several for status, body in _promise(one).items()}
    return told or NOT_SET


def _promise(promised: Any) -> dict[int, Any]:
    kind = get_origin(promised) or promised
    if kind is NoContent:
        return {204: None}
    if isinstance(kind, type) and issubclass(kind, Answer):
        return {kind.status_code: get_args(promised)[0]}
    return {}
