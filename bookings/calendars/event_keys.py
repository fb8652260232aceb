"""The id for life of an event that a booking has in a calendar elsewhere."""

import re

OUR_KEY = re.compile(r"booking-[0-9a-z]{4,12}-[0-9]{1,9}")


def key_of(reference: str, count: int) -> str:
    """The id for life of the event of a booking, made for the ``count``-th time."""
    return f"booking-{reference.lower()}-{count}"


def reference_in(key: str) -> str:
    """The reference of which a key was made."""
    return key.split("-")[1].upper()


def count_in(key: str) -> int:
    """Which of the events of its booking a key names, counted from 1."""
    return int(key.split("-")[2])
