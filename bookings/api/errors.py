"""What this door refuses by itself, and how every refusal is answered.

Sentences never repeat what was sent: published clients insert them into pages as HTML.  The names of fields do, so
whatever could be markup in them is left out.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.utils.translation import gettext_lazy

from bookings import refusals
from bookings.api.responses.frames import FieldErrorsOut, RefusalOut
from bookings.errors import BookingError

FieldErrors = dict[str, list[str]]
"""Sentences by the dotted name that a field has in the request."""
LONGEST_NAME = 200
HELPS = ("available_actions", "places_left", "most_places")
"""What of a refusal's data helps a program to go on."""
_MARKUP = re.compile(r"""[<>&"'`\\]""")


def plain(name: str) -> str:
    """The name of a field as an answer may repeat it."""
    return _MARKUP.sub("", name)[:LONGEST_NAME]


class ApiError(Exception):
    """An answer other than success; ``body()`` is its JSON, ``headers`` what goes beside it."""

    status = 400
    sentence: Any = gettext_lazy("This request cannot be understood.")
    limit: str | None = None
    """The setting of the limit that bit, where one did."""

    def __init__(self, sentence: str | None = None, *, headers: Mapping[str, str] | None = None) -> None:
        self.sentence = sentence or self.sentence
        self.headers = dict(headers or {})
        super().__init__(str(self.sentence))

    def body(self) -> RefusalOut | FieldErrorsOut:
        return {"error": str(self.sentence)}


class BadRequest(ApiError):
    """No JSON, or not the kind of JSON that the call takes."""

    sentence = gettext_lazy("The body is not valid JSON.")


class LengthRequired(ApiError):
    """A body in chunks, from a web server that does not put them together."""

    status = 411
    sentence = gettext_lazy("Send the body whole, with its Content-Length.")


class Unauthorized(ApiError):
    """No key, or one that is not known."""

    status = 401
    sentence = gettext_lazy("The API key is missing or not valid.")

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Basic realm="API", charset="UTF-8"'})


class Forbidden(ApiError):
    """The key is known and may not do this; ``field`` names the input that it may not send."""

    status = 403
    sentence = gettext_lazy("A widget key may not do this.")

    def __init__(self, sentence: str | None = None, *, field: str = "") -> None:
        self.field = plain(field)
        super().__init__(sentence)

    def body(self) -> RefusalOut:
        body: RefusalOut = {"error": str(self.sentence)}
        if self.field:
            body["field"] = self.field
        return body


class NotFound(ApiError):
    """No such row, or not one that this key sees; ``model`` is its name in the API's record."""

    status = 404

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__("Resource does not exist")

    def body(self) -> RefusalOut:
        return {"error": str(self.sentence), "model": self.model}


class NoSuchPath(ApiError):
    status = 404
    sentence = gettext_lazy("There is no such call.")


class Gone(ApiError):
    """A call of the record that was retired; the sentence names what replaces it."""

    status = 410
    sentence = gettext_lazy("This call was retired.")


class TooLarge(ApiError):
    status = 413
    sentence = gettext_lazy("The body is larger than 1 MB.")


class NotYet(ApiError):
    """A call of the record that this site does not answer yet."""

    status = 501
    sentence = gettext_lazy("This call is not available yet.")


class Invalid(ApiError):
    """Fields are wrong: all of them at once, each under the name that it has in the body (``customer.email``)."""

    status = 422
    sentence = gettext_lazy("Some fields are not valid.")

    def __init__(self, errors: Mapping[str, Sequence[str]], *, limit: str | None = None) -> None:
        self.limit = limit
        self.errors = {plain(field): [str(sentence) for sentence in told] for field, told in errors.items()}
        super().__init__()

    def body(self) -> FieldErrorsOut:
        return {"errors": self.errors, "code": "invalid"}


def refusal_body(refusal: BookingError) -> FieldErrorsOut:
    """The JSON of a verb's refusal, with what helps the caller to go on."""
    body: FieldErrorsOut = {"errors": {refusal.field: [refusals.sentence(refusal)]}, "code": refusal.code}
    helps = {name: refusal.data[name] for name in HELPS if name in refusal.data}
    return cast(FieldErrorsOut, {**body, **helps})
