"""Noting when a backup or a drill ran, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from bookings.models import UpkeepRun


@dataclass
class Result:
    """What is noted of a run; it is good unless it says otherwise or raises."""

    words: str = ""
    good: bool = True


@contextmanager
def noted(kind: str, day: date | None) -> Iterator[Result]:
    """Note a run that begins now; ``day`` says for which day the worker has begun it."""
    result = Result()
    run = (
        UpkeepRun.objects.get_or_create(kind=kind, day=day)[0] if day else UpkeepRun.objects.create(kind=kind)
    )
    try:
        yield result
    except BaseException as problem:  # Ctrl-C, too
        result.good, result.words = False, str(problem).strip() or type(problem).__name__
        raise
    finally:
        finished = {"finished_at": timezone.now(), "good": result.good, "words": result.words}
        UpkeepRun.objects.filter(pk=run.pk).update(**finished)
