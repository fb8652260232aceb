"""What remembers how the configuration was: each saved row leaves a copy, with who saved it."""

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords


class Recorded(HistoricalRecords):
    """The history of a configuration row, as the attribute ``history`` of its model.

    Copies are written by ``save()`` and ``delete()``; an ``update()`` or ``bulk_create()`` leaves none.
    """

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        """A copy is seen by whoever may see the row, so it needs no permissions of its own."""
        return {**super().get_meta_options(model), "default_permissions": ()}

    def get_change_reason_for_object(self, instance: Any, history_type: str, using: str) -> str | None:
        """The key by which a program saved the row, since such a request has no user."""
        reason = super().get_change_reason_for_object(instance, history_type, using)
        key = getattr(getattr(self.context, "request", None), "auth", None)
        return reason or (str(key)[:100] if key else None)
