"""Who calls: HTTP Basic with an empty user name and an API key as password.

``request.auth`` is the ``ApiKey``; ``request.auth.limited_to`` the ids of the projects that it sees, or None for all.
"""

import base64
import binascii
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja.security.http import HttpAuthBase

from bookings.api import rate_limits
from bookings.api.errors import Forbidden, Unauthorized
from bookings.models import ApiKey, Booking, Project, Reservation, Resource
from bookings.models.keys import digest_of

NOTED_EVERY = timedelta(minutes=1)
WRONG_ORIGIN = _("This key may not be used on this page.")
SERVER_KEY_NEEDED = _("This call needs a server key.")


class KeyAuth(HttpAuthBase):
    """Any key, server or widget."""

    openapi_scheme = "basic"

    def __call__(self, request: HttpRequest) -> ApiKey:
        try:
            key = find_key(request)
        except Unauthorized:
            rate_limits.count(request)
            raise
        rate_limits.count(request, key)
        check_origin(request, key)
        note_use(key)
        self.check(key)
        return key

    def check(self, key: ApiKey) -> None:
        """Any key will do."""


class ServerKeyAuth(KeyAuth):
    """A server key; a widget key is answered 403."""

    def check(self, key: ApiKey) -> None:
        if key.is_widget:
            raise Forbidden(str(SERVER_KEY_NEEDED))


_KEYS, _LIMITS = ApiKey._meta.db_table, ApiKey.projects.through._meta.db_table
_FIND = (
    f"SELECT k.*, EXISTS (SELECT 1 FROM {_LIMITS} p WHERE p.apikey_id = k.id) AS limited "  # noqa: S608  # tables
    f"FROM {_KEYS} k WHERE k.digest = %s AND k.revoked_at IS NULL"
)
any_key = KeyAuth()
server_only = ServerKeyAuth()


def find_key(request: HttpRequest) -> ApiKey:
    """The active key that the request carries.  One query, two for a key limited to projects.  Raises Unauthorized.

    Every call asks this, so the query is written out: the ORM takes longer to build it than the database to answer.
    """
    value = _password(request.headers.get("Authorization", ""))
    if value is None or (settings.TEST_MODE and not value.startswith("test_")):
        raise Unauthorized
    key: Any = next(iter(ApiKey.objects.raw(_FIND, [digest_of(value)])), None)
    if key is None:
        raise Unauthorized
    key.limited_to = frozenset(key.projects.values_list("pk", flat=True)) if key.limited else None
    return key


def check_origin(request: HttpRequest, key: Any) -> None:
    """Raises ``Forbidden`` where a page uses a widget key that is bound to other origins."""
    origin = request.headers.get("Origin")
    if origin is None or not key.is_widget or not key.origins:
        return
    if _plain(origin) not in {_plain(allowed) for allowed in key.origins}:
        raise Forbidden(str(WRONG_ORIGIN))


def _plain(origin: Any) -> str:
    return str(origin).strip().rstrip("/").lower()


def note_use(key: ApiKey) -> None:
    """Write ``last_used_at`` at most once a minute, in a statement of its own."""
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


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


def visible_projects(key: Any) -> QuerySet[Project]:
    projects = Project.objects.active()
    return projects if key.limited_to is None else projects.filter(pk__in=key.limited_to)


def visible_resources(key: Any) -> QuerySet[Resource]:
    resources = Resource.objects.active()
    if key.limited_to is None:
        return resources
    return resources.filter(Exists(_links(key).filter(resource=OuterRef("pk"))))


def may_change(key: Any, resource: Resource) -> bool:
    """Whether it is the key's alone: of a limited key's resources those that no other project has."""
    if key.limited_to is None:
        return True
    others = Project.objects.active().exclude(pk__in=key.limited_to)
    return not others.filter(links__resource=resource).exists()


def visible_bookings(key: Any) -> QuerySet[Booking]:
    bookings = Booking.objects.visible()
    return bookings if key.limited_to is None else bookings.filter(project__in=key.limited_to)


def visible_reservations(key: Any) -> QuerySet[Reservation]:
    reservations = Reservation.objects.all()
    return reservations if key.limited_to is None else reservations.filter(project__in=key.limited_to)


def _links(key: Any) -> QuerySet[Any]:
    return Project.resources.through.objects.filter(project__in=key.limited_to)
