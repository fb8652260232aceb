"""How several resources answer together."""

from enum import StrEnum


class Mode(StrEnum):
    """The API's own words, and one of ours: ``balanced``."""

    RANDOM = "roundrobin_random"
    PRIORITIZED = "roundrobin_prioritized"
    BALANCED = "balanced"
    MUTUAL = "mutual"
    EXCLUSIVE = "exclusive"
