"""Many bookings in one request: each answered in its place, or all or none."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import limits
from bookings.api.api import api
from bookings.api.auth import server_only
from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import ApiError, Invalid, NotFound, refusal_body
from bookings.api.requests.action import read_inputs
from bookings.api.requests.booking import Prepared, make_booking, prepare
from bookings.api.requests.rows import find_row
from bookings.api.requests.schemas import ActionIn, BookingIn, BulkIn
from bookings.api.responses.answers import Created, Ok, created, ok
from bookings.api.responses.bookings import BookingOut, serialize_bookings
from bookings.api.responses.context import Context
from bookings.api.responses.frames import Data, FieldErrorsOut
from bookings.api.siblings import siblings_of, with_siblings
from bookings.errors import BookingError, Conflict
from bookings.forms.resolve import as_uuid
from bookings.lifecycle import act_on_all, in_one_transaction, lock_many
from bookings.lifecycle.locks import NO_LOCKS
from bookings.models import Booking

NOT_TRIED = gettext_lazy("An earlier one failed, so this was not tried.")
Refusal = (ApiError, BookingError)
Step = Callable[[], Booking]
Outcome = Booking | ApiError | BookingError | None
OutcomeOut = BookingOut | FieldErrorsOut


class NoneKept(ApiError):
    """Of a request that wanted all or none, one failed: 409, or 422 where one was invalid.

    The names of errors begin with the booking's place: ``bookings.1.start``.
    """

    status = 409

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        told = [(index, _refused(one)) for index, one in enumerate(outcomes) if isinstance(one, Refusal)]
        self.errors = {
            f"bookings.{index}.{name}": sentences
            for index, body in told
            for name, sentences in body["errors"].items()
        }
        self.code = told[0][1]["code"]
        super().__init__()
        if any(body["code"] == "invalid" for _index, body in told):
            self.status = 422

    def body(self) -> FieldErrorsOut:
        return {"errors": self.errors, "code": self.code}


@api.post("/bookings/bulk", auth=server_only, tags=["Bookings"])
def create_many(request: ApiRequest, body: BulkIn) -> Created[Data[list[OutcomeOut]]]:
    """Make many bookings, in order."""
    context = Context.of(request)
    rows = _rows(body)
    bulk = uuid.uuid4() if body.relate_bookings else None
    prepared = [_prepared(request.auth, row, bulk) for row in rows]
    steps = [partial(_make, request, one) for one in prepared]
    outcomes = _run(steps, body, lambda: _lock_to_make(prepared))
    return created(_serialize_outcomes(outcomes, context))


@api.put("/bookings/bulk", auth=server_only, tags=["Bookings"])
def change_many(request: ApiRequest, body: BulkIn) -> Ok[Data[list[OutcomeOut]]]:
    """Play an action on each of many bookings, in order: ``{"id": …, "action": …}``."""
    context = Context.of(request)
    rows = _rows(body)
    steps = [partial(_play, request.auth, row, body) for row in rows]
    outcomes = _run(steps, body, lambda: _lock_to_play(request.auth, rows))
    return ok(_serialize_outcomes(outcomes, context))


def _rows(body: BulkIn) -> list[Any]:
    errors = dict(body.findings)
    if body.bookings is None and "bookings" not in errors:
        errors["bookings"] = [_("This field is required.")]
    elif body.bookings is not None and limits.BULK_BOOKINGS.passed_by(len(body.bookings)):
        errors["bookings"] = [_("At most %(most)s at once.") % {"most": limits.BULK_BOOKINGS.value}]
    if errors:
        raise Invalid(errors)
    return body.bookings or []


def _prepared(caller: Caller, row: Any, bulk: uuid.UUID | None) -> Prepared | ApiError:
    if not isinstance(row, dict):
        return Invalid({"booking": [_("Send an object.")]})
    try:
        prepared = prepare(caller, BookingIn.model_validate(row))
    except ApiError as refusal:
        return refusal
    prepared.draft.bulk = bulk
    return prepared


def _make(request: ApiRequest, prepared: Prepared | ApiError) -> Booking:
    if isinstance(prepared, ApiError):
        raise prepared
    return make_booking(request, prepared)


def _play(caller: Caller, row: Any, body: BulkIn) -> Booking:
    if not isinstance(row, dict):
        raise Invalid({"booking": [_("Send an object.")]})
    action = row.get("action")
    if not isinstance(action, str):
        raise Invalid({"action": [_("This field is required.")]})
    booking = _named(caller, row.get("id"))
    read = ActionIn.model_validate(row)
    inputs = read_inputs(caller, booking, read, action)
    shared = read.apply_to_bulked_bookings is True or body.apply_to_bulked_bookings is True
    together = with_siblings(booking, caller.bookings()) if shared else [booking]
    return act_on_all(together, action, by=caller.actor, inputs=inputs)[0]


def _named(caller: Caller, pk: Any) -> Booking:
    try:
        return find_row(caller.bookings(), pk if isinstance(pk, str) else "")
    except NotFound:
        raise Invalid({"id": [_("There is no such booking.")]}) from None


def _lock_to_make(prepared: Sequence[Prepared | ApiError]) -> None:
    reduce(or_, [one.locks for one in prepared if isinstance(one, Prepared)], NO_LOCKS).take()


def _lock_to_play(caller: Caller, rows: Sequence[Any]) -> None:
    """Lock what the named bookings, and those that were made together with them, take."""
    ids = [as_uuid(row.get("id")) for row in rows if isinstance(row, dict)]
    named = list(caller.bookings().filter(pk__in=[pk for pk in ids if pk]))
    together = siblings_of(named, caller.bookings())
    lock_many([*named, *together])


def _run(steps: Sequence[Step], body: BulkIn, lock: Callable[[], None]) -> list[Outcome]:
    """What became of each; None was not tried.  All or none, in one transaction, where that was asked for.

    Where they share a transaction, that one or an idempotent request's, all that they need is locked before the first.
    """
    all_or_none = body.delete_all_on_error is True

    def run() -> list[Outcome]:
        if connection.in_atomic_block:
            lock()
        outcomes = list(_outcomes(steps, stop=body.stop_on_first_error is True))
        if all_or_none and any(isinstance(outcome, Refusal) for outcome in outcomes):
            raise NoneKept(outcomes)
        return outcomes

    return in_one_transaction(run) if all_or_none else run()


def _outcomes(steps: Sequence[Step], *, stop: bool) -> Iterator[Outcome]:
    failed = False
    for step in steps:
        if failed and stop:
            yield None
            continue
        try:
            yield step()
        except Refusal as refusal:
            if isinstance(refusal, Conflict) and connection.in_atomic_block:
                raise  # it ended the transaction of all
            failed = True
            yield refusal


def _serialize_outcomes(outcomes: Sequence[Outcome], context: Context) -> list[OutcomeOut]:
    """Each in its place; what was done is told together, so that no include costs a query per row."""
    done = iter(serialize_bookings([one for one in outcomes if isinstance(one, Booking)], context))
    return [next(done) if isinstance(one, Booking) else _refused(one) for one in outcomes]


def _refused(refusal: ApiError | BookingError | None) -> FieldErrorsOut:
    if refusal is None:
        return {"errors": {"booking": [str(NOT_TRIED)]}, "code": "not_tried"}
    if isinstance(refusal, BookingError):
        return refusal_body(refusal)
    if isinstance(refusal, Invalid):
        return refusal.body()
    return {"errors": {"booking": [str(refusal.sentence)]}, "code": "forbidden"}
