"""``Idempotency-Key``: the same POST or PUT, sent again, is answered again and done once.

The key's row is the first thing that the transaction writes.  Whoever comes with the same key waits on that insert,
and then finds either the whole answer or, if the first was refused and rolled back, nothing.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from bookings import database_clock, sql
from bookings.api.caller import Caller
from bookings.api.errors import Invalid
from bookings.api.responses.answers import JSON
from bookings.api.responses.context import ZONE_HEADER
from bookings.api.timestamp_formats import requested_reading
from bookings.lifecycle import in_one_transaction
from bookings.models import IdempotencyKey
from bookings.models.idempotency import of_the_sandbox
from bookings.request_head import header

FIELD = "Idempotency-Key"
KEPT = timedelta(hours=24)
METHODS = frozenset({"POST", "PUT"})
OTHER_REQUEST = _("This key was used for another request.")
UNREADABLE = _("Send 1 to 255 visible ASCII characters.")
_ALLOWED = re.compile(r"[\x21-\x7e]{1,255}")

View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Decorate a call so that it runs once for each key, scope and body; a refusal frees the key again."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sent = header(request, FIELD)
        if sent is None or request.method not in METHODS:
            return view(request, *args, **kwargs)
        if not _ALLOWED.fullmatch(sent):
            raise Invalid({FIELD: [str(UNREADABLE)]})
        # A verb in a transaction of ours cannot try again by itself.
        return in_one_transaction(
            lambda: _first_or_again(request, sent, lambda: view(request, *args, **kwargs))
        )

    return answer


def _first_or_again(request: HttpRequest, sent: str, do: Callable[[], HttpResponse]) -> HttpResponse:
    scope = _scope(request, sent)
    IdempotencyKey.objects.filter(scope=scope, created_at__lt=database_clock.now() - KEPT).delete()
    digest = _digest(request)
    if not _claim(scope, digest):
        return _again(IdempotencyKey.objects.get(scope=scope), digest)
    response = do()
    if response.status_code >= 400:
        transaction.set_rollback(True)
    else:
        _keep(scope, response)
    return response


def _claim(scope: str, digest: str) -> bool:
    """Insert the row, waiting for whoever inserts it just now; False if it stands already.

    Not ``get_or_create``: its failed insert would be an exception, and thirty times dearer.
    """
    now = sql.stored(IdempotencyKey, "created_at", database_clock.now())
    table = connection.ops.quote_name(IdempotencyKey._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (scope, request_hash, body, created_at) VALUES (%s, %s, %s, %s) "  # noqa: S608
            "ON CONFLICT (scope) DO NOTHING",
            [scope, digest, "", now],
        )
        return bool(cursor.rowcount == 1)


def _keep(scope: str, response: HttpResponse) -> None:
    body = response.content.decode()
    IdempotencyKey.objects.filter(scope=scope).update(
        status=response.status_code, body=body, booking_id=_subject(body)
    )


def _subject(body: str) -> UUID | None:
    """The id of the one row that an answer tells about, so that erasing a booking can erase the answer."""
    data = json.loads(body).get("data") if body else None
    return UUID(data["id"]) if isinstance(data, dict) and isinstance(data.get("id"), str) else None


def _again(kept: IdempotencyKey, digest: str) -> HttpResponse:
    if kept.request_hash != digest:
        raise Invalid({FIELD: [str(OTHER_REQUEST)]})
    headers = {"Idempotent-Replayed": "true"}
    return HttpResponse(kept.body, status=kept.status or 200, content_type=JSON, headers=headers)


def _scope(request: HttpRequest, sent: str) -> str:
    caller: Caller | None = getattr(request, "auth", None)
    digest = _sha256(str(caller.id) if caller else "", str(request.method), request.path.rstrip("/"), sent)
    return of_the_sandbox(digest) if caller and caller.is_test else digest


def _digest(request: HttpRequest) -> str:
    """The same for every way to write the same request: keys in any order, blanks anywhere.

    The same text is another time where it is read by another format, or on other clocks.
    """
    query = json.dumps(sorted(parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)))
    reading = requested_reading(request)
    read_by = () if reading is None else (reading, header(request, ZONE_HEADER) or "")
    return _sha256(query, _canonical(request.body), *read_by)


def _canonical(body: bytes) -> str | bytes:
    """The JSON with its keys in order; the bytes themselves where they are none."""
    try:
        return json.dumps(json.loads(body), sort_keys=True)
    except (ValueError, RecursionError):
        return body


def _sha256(*parts: str | bytes) -> str:
    """One digest of several parts, so that no part can pass for the end of another."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8) + raw)
    return digest.hexdigest()
