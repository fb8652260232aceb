"""Somebody who may do everything is always left."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User


def is_left_without(ids: Collection[int]) -> bool:
    """Whether another superuser can log in once those users cannot; False only where one of them is the last.

    Within a transaction: the superusers stay locked, in order of id, so that of two who leave at once one stays.
    """
    rows = User.objects.select_for_update(no_key=True).filter(
        is_superuser=True, is_active=True, is_staff=True
    )
    there = set(rows.order_by("pk").values_list("pk", flat=True))
    return not there & set(ids) or bool(there - set(ids))
