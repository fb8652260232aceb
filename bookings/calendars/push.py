"""How a provider is asked to tell of changes at once; polling stays the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Watched:
    """A channel that the provider opened: its ``id`` there, what it watches, and until when (UTC) it calls."""

    id: str
    resource: str
    until: datetime


class Pushing(Protocol):
    """A provider that calls an address when something changes in a calendar."""

    def watch(self, calendar: str, address: str, secret: str) -> Watched:
        """Open a channel to ``address`` (https).  Whoever calls it brings ``secret``.

        A channel is not prolonged: the next is opened before the last ends, and the last closed.
        """
        ...

    def unwatch(self, channel: Watched) -> None:
        """Close a channel; one that is closed already is no error."""
        ...
