"""The one API of the site: its parser, its keys, and how every exception is answered."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError

from bookings import attempts, bites
from bookings.api.auth import any_key
from bookings.api.caller import ApiRequest
from bookings.api.errors import (
    ApiError,
    BadRequest,
    Invalid,
    NoSuchPath,
    TooLarge,
    Unauthorized,
    refusal_body,
)
from bookings.api.idempotency import once
from bookings.api.requests.fields import NOT_AN_OBJECT, sentences_by_field
from bookings.api.requests.parser import StrictParser
from bookings.api.responses.answers import documented_answer, error_answer, json_answer
from bookings.api.throttling import TooManyFromHere
from bookings.errors import BookingError, Conflict, ProofNeeded, TooManyBookings

logger = logging.getLogger(__name__)


class DocumentedRouter(Router):
    """A router that takes what a call answers from the return type of its view."""

    def add_api_operation(
        self, path: str, methods: list[str], view_func: Callable[..., Any], **options: Any
    ) -> None:
        options["response"] = documented_answer(view_func)
        super().add_api_operation(path, methods, view_func, **options)


class Api(NinjaAPI):
    def create_temporal_response(self, _request: HttpRequest) -> HttpResponse:
        """For views that set headers on one that ninja makes; ours answer by one of their own, so that all share it."""
        return _UNUSED


_UNUSED = HttpResponse()
api = Api(
    title="Bookings",
    version="2",
    urls_namespace="v2",
    auth=any_key,
    parser=StrictParser(),
    docs_url=None,
    openapi_url=None,
    default_router=DocumentedRouter(),
)
api.add_decorator(once)  # every POST and PUT; views need not think of it


@api.exception_handler(ApiError)
def answer_refusal(request: ApiRequest, refusal: ApiError) -> HttpResponse:
    bites.note(refusal.limit)
    return error_answer(refusal)


@api.exception_handler(BookingError)
def answer_booking_error(request: ApiRequest, refusal: BookingError) -> HttpResponse:
    attempts.note(refusal)
    bites.note(refusal.limit)
    body = refusal_body(refusal)
    if "find_alternatives" in refusal.data:
        body["alternatives"] = refusal.data["find_alternatives"]()
    if isinstance(refusal, ProofNeeded | TooManyBookings):
        return error_answer(TooManyFromHere(refusal.data.get("seconds", 60)))
    return json_answer(body, 409)


@api.exception_handler(AuthenticationError)
def answer_unknown_caller(request: ApiRequest, error: AuthenticationError) -> HttpResponse:
    return error_answer(Unauthorized())


@api.exception_handler(HttpError)
def answer_http_error(request: ApiRequest, error: HttpError) -> HttpResponse:
    """Ninja wraps what the parser raised; a refusal of ours is in the cause."""
    if isinstance(error.__cause__, ApiError):
        return error_answer(error.__cause__)
    return json_answer({"error": str(error)}, error.status_code)


@api.exception_handler(ValidationError)
def answer_unreadable(request: ApiRequest, error: ValidationError) -> HttpResponse:
    """Findings of path and query, and a body that is missing as a whole."""
    if any(found["loc"][0] == "body" and len(found["loc"]) == 2 for found in error.errors):
        return error_answer(BadRequest(str(NOT_AN_OBJECT)))
    return error_answer(Invalid(sentences_by_field(error.errors, skip=1)))


@api.exception_handler(Http404)
def answer_no_such_path(request: ApiRequest, error: Http404) -> HttpResponse:
    return error_answer(NoSuchPath())


@api.exception_handler(RequestDataTooBig)
def answer_too_large(request: ApiRequest, error: RequestDataTooBig) -> HttpResponse:
    return error_answer(TooLarge())


@api.exception_handler(UnreadablePostError)
def answer_broken_off(request: ApiRequest, error: UnreadablePostError) -> HttpResponse:
    return error_answer(BadRequest())


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def answer_without_database(request: ApiRequest, error: Exception) -> HttpResponse:
    logger.error("The database does not answer.")
    body = {"error": _("The database does not answer at the moment. Please try again soon.")}
    return json_answer(body, 503, {"Retry-After": "5"})


@api.exception_handler(IntegrityError)
def answer_met(request: ApiRequest, error: IntegrityError) -> HttpResponse:
    """Two requests found a name free and both took it: the database let one."""
    logger.warning("A constraint settled a race.", exc_info=error)
    return json_answer(refusal_body(Conflict(field="body")), 409)


@api.exception_handler(Exception)
def answer_unforeseen(request: ApiRequest, error: Exception) -> HttpResponse:
    """Never a traceback; the log has it under the id that the caller gets."""
    logger.error("Unforeseen in the API.", exc_info=error)
    sentence = _("Something went wrong here. Tell the operator this number: %(id)s")
    return json_answer({"error": sentence % {"id": request.id}}, 500)
