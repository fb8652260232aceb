"""Passwords are tried a few times a minute from one network address, and counted before any is hashed.

A hash of a password takes a tenth of a second by intent, so whoever may cause any number of them stops the site.  As
a backend of its own, in front of all others, it stands before every door that takes a password.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bookings import bites, limits
from bookings.client_address import client_network
from bookings.rate_limits import Usage, spend

LONGEST_NAME = 150
_USAGE = "_usage_of_logins"


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


def refused(request: HttpRequest) -> Usage | None:
    """What was used of the limit where it refused this request's password."""
    usage: Usage | None = getattr(request, _USAGE, None)
    return usage if usage and usage.exceeded else None


class LoginForm(AdminAuthenticationForm):
    """The desk's, which says so where the limit and not the password is to blame."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields[
            "username"
        ]  # its length is only told to the browser, and a failed login is written down
        name.validators.append(MaxLengthValidator(LONGEST_NAME))

    def get_invalid_login_error(self) -> ValidationError:
        if self.request is not None and refused(self.request):
            return ValidationError(
                _("Too many passwords were tried from your network address. Please try again in a minute."),
                code="too_many_logins",
            )
        return super().get_invalid_login_error()
