"""Passwords are tried a few times a minute from one network address, and counted before any is hashed.

A hash of a password takes a tenth of a second by intent, so whoever may cause any number of them stops the site.  As
a backend of its own, in front of all others, it stands before every door that takes a password.  And in each process
passwords are hashed one after the other, so that the pages go on meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bookings import bites, limits
from bookings.client_address import client_network
from bookings.rate_limits import Usage, spend

LONGEST_NAME = 150
PLACES = threading.BoundedSemaphore(2)
"""Of this process: one password is hashed and one waits, so that the other threads serve pages."""
_turn = threading.Lock()
_USAGE, _FULL = "_usage_of_logins", "_others_log_in"


class LimitByAddress:
    """Knows nobody; refuses for all backends behind it where an address tried too often."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Raises ``PermissionDenied``, with which Django asks no further backend."""
        if request is None:
            return
        usage = spend(f"login:{client_network(request)}", limits.LOGINS_PER_ADDRESS.value)
        setattr(request, _USAGE, usage)
        if usage and usage.exceeded:
            bites.note(limits.LOGINS_PER_ADDRESS.setting)
            raise PermissionDenied


class PermissionsAtOnce:
    """Knows nobody and permits nothing; reads what a user may in one query, where Django's own backend takes two.

    It stands before that one, which finds in its cache what was read.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Leaves it to the backends behind it."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        _read_permissions(user_obj)
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        _read_permissions(user_obj)
        return False

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        _read_permissions(user_obj)
        return set()


def _read_permissions(user: Any) -> None:
    if not user.is_active or user.is_anonymous or user.is_superuser or hasattr(user, "_perm_cache"):
        return
    own = Permission.objects.filter(user=user).order_by().values("pk")
    of_groups = Permission.objects.filter(group__user=user).order_by().values("pk")
    rows = Permission.objects.order_by().filter(Q(pk__in=own) | Q(pk__in=of_groups))
    found = rows.values_list("content_type__app_label", "codename")
    vars(user)["_perm_cache"] = {f"{app}.{codename}" for app, codename in found}


def refused(request: HttpRequest) -> int | None:
    """Seconds to wait where it was a limit that refused this request's password."""
    if getattr(request, _FULL, False):
        return 1
    usage: Usage | None = getattr(request, _USAGE, None)
    return usage.resets_in if usage and usage.exceeded else None


class AllPlacesTaken(Exception):
    """One password is being hashed in this process, and another waits."""


@contextmanager
def _taking_turns() -> Iterator[None]:
    """Wait until no other password is hashed; raises ``AllPlacesTaken`` at once where somebody waits already."""
    if not PLACES.acquire(blocking=False):
        raise AllPlacesTaken
    try:
        with _turn:
            yield
    finally:
        PLACES.release()


class LoginForm(AdminAuthenticationForm):
    """The desk's, which says so where the limit and not the password is to blame."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields[
            "username"
        ]  # its length is only told to the browser, and a failed login is written down
        name.validators.append(MaxLengthValidator(LONGEST_NAME))

    def clean(self) -> dict[str, Any]:
        try:
            with _taking_turns():
                return super().clean()
        except AllPlacesTaken:
            setattr(self.request, _FULL, True)
            raise ValidationError(
                _("Several people are logging in at this moment. Please try again in a second."),
                code="too_many_logins",
            ) from None

    def get_invalid_login_error(self) -> ValidationError:
        if self.request is not None and refused(self.request):
            return ValidationError(
                _("Too many passwords were tried from your network address. Please try again in a minute."),
                code="too_many_logins",
            )
        return super().get_invalid_login_error()
