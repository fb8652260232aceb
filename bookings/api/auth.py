"""HTTP Basic with an empty user name and an API key as password; ``request.auth`` is then the ``Caller``."""

import base64
import binascii
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja.security.http import HttpAuthBase

from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import Forbidden, Unauthorized
from bookings.api.throttling import throttle
from bookings.models import ApiKey
from bookings.models.keys import digest_of

NOTED_EVERY = timedelta(minutes=1)
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
        throttle(call, caller)
        check_origin(request, caller)
        note_use(caller)
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
_FIND = (
    f"SELECT k.*, EXISTS (SELECT 1 FROM {_LIMITS} p WHERE p.apikey_id = k.id) AS limited "  # noqa: S608  # tables
    f"FROM {_KEYS} k WHERE k.digest = %s AND k.revoked_at IS NULL"
)
any_key = KeyAuth()
server_only = ServerKeyAuth()


def find_caller(request: HttpRequest) -> Caller:
    """Whose key the request carries.  One query, two for a key limited to projects.  Raises ``Unauthorized``.

    Every call asks this, so the query is written out: the ORM takes longer to build it than the database to answer.
    """
    value = _password(request.headers.get("Authorization", ""))
    if value is None or (settings.TEST_MODE and not value.startswith("test_")):
        raise Unauthorized
    key: Any = next(iter(ApiKey.objects.raw(_FIND, [digest_of(value)])), None)
    if key is None:
        raise Unauthorized
    return Caller(
        id=key.pk,
        name=key.name,
        is_widget=key.is_widget,
        value=key.value,
        origins=tuple(map(str, key.origins or ())),
        last_used_at=key.last_used_at,
        limited_to=frozenset(key.projects.values_list("pk", flat=True)) if key.limited else None,
    )


def check_origin(request: HttpRequest, caller: Caller) -> None:
    """Raises ``Forbidden`` where a page uses a widget key that is bound to other origins."""
    origin = request.headers.get("Origin")
    if origin is None or not caller.is_widget or not caller.origins:
        return
    if _plain(origin) not in {_plain(allowed) for allowed in caller.origins}:
        raise Forbidden(str(WRONG_ORIGIN))


def _plain(origin: str) -> str:
    return origin.strip().rstrip("/").lower()


def note_use(caller: Caller) -> None:
    """Write ``last_used_at`` at most once a minute, in a statement of its own."""
    now = timezone.now()
    if caller.last_used_at is None or caller.last_used_at < now - NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=caller.id).update(last_used_at=now)


def _password(header: str) -> str | None:
    """The key in a Basic header whose user name is empty, else None."""
    scheme, _space, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = (
            base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
        )
    except (binascii.Error, ValueError):
        return None
    return password if colon and not user and password else None
