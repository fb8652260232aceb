"""The words of states and options read without their rows: a page has a thousand bookings and few of those."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from django.utils.translation import get_language

from bookings.models import Option, State


def state_words(label: str, name: str) -> str:
    """What people call a state, in the active language."""
    return _state_words(label, name, get_language())


def option_words(label: str | None, length: timedelta) -> str:
    """What people call an option, in the active language: its label, else its length."""
    return _option_words(label or "", length, get_language())


@lru_cache(maxsize=1024)
def _state_words(label: str, name: str, language: str | None) -> str:
    return str(State(label=label, name=name))


@lru_cache(maxsize=1024)
def _option_words(label: str, length: timedelta, language: str | None) -> str:
    return str(Option(label=label, length=length))
