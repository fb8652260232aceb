"""A page that somebody else saved since it was shown: that is told once, before what is typed takes its place."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from bookings.admin.changes import Parts
from bookings.lifecycle import Actor
from bookings.models import Booking, HistoryEntry

SEEN = "seen"
CHANGED_MEANWHILE = gettext_lazy(
    "Somebody else changed this meanwhile, as its history tells. "
    "Nothing is saved yet; press again to put what stands here in its place."
)


def now_seen() -> str:
    """What a page carries of when it was read."""
    return timezone.now().isoformat()


def told_of_others(
    form: type[forms.ModelForm], request: HttpRequest, row: Any, parts: Parts = ()
) -> type[forms.ModelForm]:
    """The form of a row; one that refuses where others saved the row or its tables since the page was read."""
    seen = _seen_by(request)
    if seen and _was_changed(row, parts, seen, request.user):
        return type(form.__name__, (_Refused, form), {})
    return form


def corrected_by_others(booking: Booking, request: HttpRequest) -> bool:
    """Whether anybody else corrected its details since the page was read."""
    seen, user = _seen_by(request), Actor.staff(request.user)
    if seen is None:
        return False
    corrections = HistoryEntry.objects.filter(
        booking_id=booking.pk, what=HistoryEntry.What.CORRECTED, at__gt=seen
    )
    return corrections.exclude(actor=user.kind, actor_id=user.id).exists()


class _Refused(forms.BaseModelForm):
    def clean(self) -> Any:
        data = super().clean()
        self.add_error(None, CHANGED_MEANWHILE)
        return data


def _was_changed(row: Any, parts: Parts, since: datetime, user: Any) -> bool:
    """By whoever else; what one saved oneself, like by pressing twice, is no surprise."""
    tables: Any = ((type(row), row._meta.pk.attname), *parts)
    return any(
        model.history.filter(**{key: row.pk}, history_date__gt=since).exclude(history_user=user).exists()
        for model, key in tables
    )


def _seen_by(request: HttpRequest) -> datetime | None:
    """When the page was read that is sent; None where that is no instant of ours."""
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(request.POST.get(SEEN, ""))
        return moment.astimezone(UTC) if moment.tzinfo else None
    return None
