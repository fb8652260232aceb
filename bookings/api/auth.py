"""HTTP Basic with an API key as password; ``request.auth`` is then the ``Caller``.

The user name is empty in the record; some clients send their account's address there, which says nothing here.
"""

import base64
import binascii
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja.security.http import HttpAuthBase

from bookings import configuration, metrics, read_only
from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import Forbidden, Unauthorized
from bookings.api.responses.context import requested_zone
from bookings.api.throttling import throttle
from bookings.api.timestamp_formats import read_formats
from bookings.models import ApiKey
from bookings.models.keys import NOTED_EVERY, digest_of, opens_here, opens_sandbox
from bookings.request_head import header
from bookings.written_out import Statement, columns

WRONG_ORIGIN = _("This key may not be used on this page.")
SERVER_KEY_NEEDED = _("This call needs a server key.")


class KeyAuth(HttpAuthBase):
    """Any key, server or widget."""

    openapi_scheme = "basic"

    def __call__(self, request: HttpRequest) -> Caller:
        call = cast(ApiRequest, request)
        try:
            caller = find_caller(call)
        except Unauthorized:
            throttle(call)
            raise
        call.caller = caller
        if caller.is_test:
            metrics.leave_out()
        throttle(call, caller)
        check_origin(request, caller)
        note_use(caller)
        read_formats(request, requested_zone)
        self.check(caller)
        return caller

    def check(self, caller: Caller) -> None:
        """Any key will do."""


class ServerKeyAuth(KeyAuth):
    """A server key; a widget key is answered 403."""

    def check(self, caller: Caller) -> None:
        if caller.is_widget:
            raise Forbidden(str(SERVER_KEY_NEEDED))


_KEYS, _LIMITS = ApiKey._meta.db_table, ApiKey.projects.through._meta.db_table
_FIND = Statement(
    f"SELECT {columns(ApiKey, 'k')}, EXISTS (SELECT 1 FROM {_LIMITS} p WHERE p.apikey_id = k.id) "  # noqa: S608
    f"FROM {_KEYS} k WHERE k.digest = %s AND k.revoked_at IS NULL",
    ApiKey,
)
NEVER = datetime.min.replace(tzinfo=UTC)
_noted: dict[UUID, datetime] = {}
"""When this process wrote of each key that it was used, since what it remembers of the key does not tell."""
any_key = KeyAuth()
server_only = ServerKeyAuth()


def find_caller(request: HttpRequest) -> Caller:
    """Whose key the request carries.  One query; up to two more where the key is not remembered.

    Raises ``Unauthorized``.
    """
    value = _password(header(request, "Authorization") or "")
    if value is None or not opens_here(value):
        raise Unauthorized
    with configuration.trust():
        caller = configuration.kept(("key", digest_of(value), settings.TEST_MODE), lambda: _caller(value))
    if caller is None:
        raise Unauthorized
    return caller


def _caller(value: str) -> Caller | None:
    found = _FIND.first(digest_of(value))
    if found is None:
        return None
    key, is_limited = found
    return Caller(
        id=key.pk,
        name=key.name,
        is_widget=key.is_widget,
        is_test=opens_sandbox(value),
        value=key.value,
        origins=tuple(map(str, key.origins or ())),
        last_used_at=key.last_used_at,
        limited_to=frozenset(key.projects.values_list("pk", flat=True)) if is_limited else None,
    )


def check_origin(request: HttpRequest, caller: Caller) -> None:
    """Raises ``Forbidden`` where a page uses a widget key that is bound to other origins."""
    origin = header(request, "Origin")
    if origin is None or not caller.is_widget or not caller.origins:
        return
    if _plain(origin) not in {_plain(allowed) for allowed in caller.origins}:
        raise Forbidden(str(WRONG_ORIGIN))


def _plain(origin: str) -> str:
    return origin.strip().rstrip("/").lower()


def note_use(caller: Caller) -> None:
    """Write ``last_used_at`` at most once a minute, in a statement of its own."""
    now = timezone.now()
    if max(_noted.get(caller.id, NEVER), caller.last_used_at or NEVER) < now - NOTED_EVERY:
        if read_only.is_marked():
            return
        ApiKey(pk=caller.id, last_used_at=caller.last_used_at).note_use(now)
        _noted[caller.id] = now


def _password(header: str) -> str | None:
    """The password of a Basic header, whatever the user name; None where there is none."""
    scheme, _space, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _user, colon, password = (
            base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
        )
    except (binascii.Error, ValueError):
        return None
    return password if colon and password else None
