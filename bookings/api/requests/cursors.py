"""A place in a list, by its last row and not by a number, so that rows made meanwhile move nothing."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Model, Q

TIMES = {"created_at", "updated_at", "start", "end"}
LONGEST = 400  # characters of one that was sent


@dataclass(frozen=True)
class Cursor:
    """Behind the row of that ``moment`` and id, in an order by one of the times (a minus: latest first)."""

    order: str
    moment: datetime
    pk: UUID

    @classmethod
    def at(cls, row: Model, order: str) -> Cursor:
        return cls(order, getattr(row, order.lstrip("-")), row.pk)

    @classmethod
    def read(cls, sent: str, order: str) -> Cursor:
        """Raises ``ValueError`` where it is none, or is one of another order."""
        try:
            named, moment, pk = json.loads(urlsafe_b64decode(sent[:LONGEST].encode("ascii")))
            cursor = cls(named, datetime.fromisoformat(moment), UUID(pk))
        except (TypeError, AttributeError, RecursionError) as wrong:
            raise ValueError(sent) from wrong
        if named != order or cursor.moment.utcoffset() is None or not 1 < cursor.moment.year < 9999:
            raise ValueError(sent)
        return cursor

    def __str__(self) -> str:
        parts = json.dumps([self.order, self.moment.isoformat(), str(self.pk)])
        return urlsafe_b64encode(parts.encode()).decode()

    def rest(self) -> Q:
        """The rows behind it; what bounds an index stands first."""
        column = self.order.lstrip("-")
        beyond = "lt" if self.order.startswith("-") else "gt"
        bound = Q((f"{column}__{beyond}e", self.moment))
        return bound & (Q((f"{column}__{beyond}", self.moment)) | Q(pk__gt=self.pk))


def is_by_time(order: str) -> bool:
    """Whether a place in that order can be told."""
    return order.lstrip("-") in TIMES
