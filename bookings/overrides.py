"""One rule for settings that come in layers: the more specific layer wins, objects merge, all else replaces."""

from collections.abc import Mapping
from typing import Any

_MAPPINGS = (dict, Mapping)  # nearly all are the first, which is quickly told


def override(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Merge layers, later ones winning, and return a new dict that shares no mapping with them.

    A key that a layer lacks is inherited; an explicit ``False`` or ``None`` is a value and wins.  Where both sides
    hold a mapping they merge key by key; lists and scalars replace.

    >>> override({"a": 1, "ui": {"x": 1, "y": 2}}, {"a": None, "ui": {"y": 3}})
    {'a': None, 'ui': {'x': 1, 'y': 3}}
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            below = merged.get(key)
            if isinstance(value, _MAPPINGS):
                merged[key] = override(below, value) if isinstance(below, _MAPPINGS) else override(value)
            else:
                merged[key] = value
    return merged
