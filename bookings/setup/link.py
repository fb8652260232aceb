"""The one-time address under which the first superuser is made in a browser."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare

from bookings.models import Site
from bookings.models.keys import digest_of


class LinkSpent(Exception):
    """The address was used already, another was made since, or somebody can log in by now."""


def somebody_can_log_in() -> bool:
    """Whether there is a superuser, who needs no such address."""
    return User.objects.filter(is_superuser=True, is_staff=True, is_active=True).exists()


def new_link() -> str | None:
    """A new address, which makes the one before it worthless; None where there is a superuser.

    Only its digest is stored.
    """
    if somebody_can_log_in():
        return None
    token = secrets.token_urlsafe(24)
    Site.objects.filter(pk=Site.current().pk).update(setup_digest=digest_of(token))
    return f"{settings.SITE_URL}/setup/{token}/"


def is_open(token: str) -> bool:
    """Whether the address still leads anywhere."""
    site = Site.objects.filter(pk=1).exclude(setup_digest="").first()
    is_ours = site is not None and constant_time_compare(site.setup_digest, digest_of(token))
    return is_ours and not somebody_can_log_in()


def spend(token: str) -> None:
    """Use the address up, within the transaction that makes the superuser.  Raises ``LinkSpent``."""
    used = Site.objects.filter(pk=1, setup_digest=digest_of(token)).update(setup_digest="")
    if not used or somebody_can_log_in():
        raise LinkSpent
