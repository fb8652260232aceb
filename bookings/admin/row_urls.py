"""The addresses of rows' pages at the desk, for pages that lead to hundreds of them."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.urls import reverse

NOWHERE = UUID(int=0)


def url_of(page: str, pk: UUID | int) -> str:
    """The address of a row's page, ``booking_change`` say.  Each kind of page is asked for once a process."""
    return _url(page).replace(str(NOWHERE), str(pk))


@cache
def _url(page: str) -> str:
    return reverse(f"admin:bookings_{page}", args=[NOWHERE])
