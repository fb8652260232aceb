"""What reads the words of people and programs returns a value or its own refusal, whatever it is given.

The corpus is kept: each line that ever broke something is added to its file.  Besides, lines are changed at random.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from pydantic_core import PydanticCustomError

from bookings import typed_durations, typed_hours
from bookings.api.requests.fields import read_moment
from bookings.availability.rules import ConstraintsError, parse_constraints
from bookings.durations import DurationError, parse_span
from bookings.effects.invitations import calendar_file
from tests.situations import a_booking, a_resource, at

CORPUS = Path(__file__).parent / "corpus"
SECONDS = 2.0
"""No input of a few hundred letters may take longer, on a busy machine either."""


def corpus(name: str) -> list[str]:
    found: list[str] = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def changed(name: str) -> st.SearchStrategy[str]:
    """A line of the corpus with pieces cut out, doubled and put in."""
    lines = st.sampled_from(corpus(name))
    piece = st.one_of(
        lines, st.text(max_size=5), st.sampled_from(["0", "-", ":", "9" * 30, "\0", "\n", "[", '"', "é"])
    )

    def spliced(line: str, start: int, length: int, put: str) -> str:
        start %= len(line) + 1
        return line[:start] + put + line[start + length :]

    once = st.builds(spliced, lines, st.integers(0, 200), st.integers(0, 5), piece)
    return st.builds(spliced, once, st.integers(0, 200), st.integers(0, 5), piece) | once


def read_constraints(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None  # the door has refused it before
    return parse_constraints(value)


def openings(text: str) -> Any:
    return typed_hours.read(text)


PARSERS: dict[str, list[tuple[Callable[[str], Any], type[Exception]]]] = {
    "durations": [(parse_span, DurationError), (typed_durations.read, ValidationError)],
    "constraints": [(read_constraints, ConstraintsError)],
    "moments": [(read_moment, PydanticCustomError)],
    "openings": [(openings, ValidationError)],
}


def answers(name: str, text: str) -> None:
    """Each parser of that name reads it or refuses it, and soon."""
    for parser, refusal in PARSERS[name]:
        begun = time.monotonic()
        with suppress(refusal):
            parser(text)
        assert time.monotonic() - begun < SECONDS


@pytest.mark.parametrize("name", PARSERS)
def test_each_line_of_the_corpus_is_read_or_refused(name: str) -> None:
    for text in corpus(name):
        answers(name, text)


@pytest.mark.parametrize("name", PARSERS)
def test_so_is_whatever_comes_of_one(name: str) -> None:
    @given(changed(name))
    def holds(text: str) -> None:
        answers(name, text)

    holds()


def test_a_fault_in_a_parser_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PARSERS, "moments", [(lambda text: {}[text], PydanticCustomError)])
    with pytest.raises(KeyError):
        test_each_line_of_the_corpus_is_read_or_refused("moments")


@pytest.mark.django_db
def test_whatever_is_written_into_a_booking_its_calendar_file_stays_one_event() -> None:
    booking = a_booking(a_resource(), at(9))

    @given(what=changed("texts"), where=changed("texts"), description=changed("texts"))
    def holds(what: str, where: str, description: str) -> None:
        booking.what, booking.where, booking.description = what, where, description
        file = calendar_file(booking)
        assert all(len(line) <= 75 for line in file.split(b"\r\n"))
        calendar = Calendar.from_ical(file)
        (event,) = calendar.walk("VEVENT")
        assert event["UID"] == str(booking.uid)
        assert event.get("ATTENDEE") is None
        assert event.errors == []

    holds()
