"""How several resources answer together."""

from enum import StrEnum


class Mode(StrEnum):
    """The API's own words."""

    RANDOM = "roundrobin_random"
    PRIORITIZED = "roundrobin_prioritized"
    MUTUAL = "mutual"
    EXCLUSIVE = "exclusive"
