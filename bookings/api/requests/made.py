"""Rows that a call makes: a test key's are remembered as such, so that they go when the sandbox is emptied."""

from typing import Any

from django.db import transaction
from django.db.models import Model

from bookings.api.caller import ApiRequest
from bookings.models import SandboxRow
from bookings.slugs import free_slug


def new_slug(request: ApiRequest, name: Any, model: type[Model]) -> str:
    """An address for a row of that name; of a test it says so, and does not depend on what is live."""
    return free_slug(f"test {name or ''}" if request.auth.is_test else str(name or ""), model)


def make(request: ApiRequest, row: Model) -> None:
    """Save a new row."""
    with transaction.atomic():
        row.save(force_insert=True)
        remember(request, row)


def remember(request: ApiRequest, row: Model) -> None:
    """Note that a test key made a row that was saved, in the transaction that saves it."""
    if request.auth.is_test:
        SandboxRow.objects.create(kind=str(row._meta.model_name), row=str(row.pk))
