"""What a project says of its slots, whoever they are with: its settings, read into typed values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bookings.availability.modes import Mode
from bookings.availability.parameters import DEFAULTS, ParametersError, parse_parameters, stacked
from bookings.availability.query import Terms
from bookings.layers import availability_layers
from bookings.models import Option, Project

ANY_WINDOW = {"from": "now", "to": "1 day", "output_timezone": "UTC"}
"""A project's own window of search says nothing about a single slot."""


def comes_whole(project: Project | None) -> bool:
    """Whether one booking of it takes all who do it.  No query."""
    return project is not None and terms_of(project)[0].mode is Mode.MUTUAL


class _Said(str):
    """Layers of settings, equal where they say the same."""

    layers: list[Mapping[str, Any]]


def terms_of(project: Project, option: Option | None = None) -> tuple[Terms, Mapping[str, list[str]]]:
    """What a project says of its slots, and of the settings that cannot be read, by field, why: those have the usual
    values.  No query; the same settings are read once in each process.
    """
    layers = availability_layers(project, option)
    said = _Said(repr(layers))
    said.layers = layers
    return _read(said)


@lru_cache(maxsize=1000)
def _read(said: _Said) -> tuple[Terms, Mapping[str, list[str]]]:
    merged = stacked([*said.layers, ANY_WINDOW])
    errors: dict[str, list[str]] = {}
    try:
        parameters = parse_parameters(merged, datetime.now(UTC))
    except ParametersError as error:
        errors = error.errors
        usual = {name: DEFAULTS[name] for name in errors if name in DEFAULTS}
        parameters = parse_parameters(merged | usual, datetime.now(UTC))
    return parameters.terms, errors
