"""Where the processes of this machine leave what they count; knows nothing of the library that does."""

import os
import socket
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The library reads it when it is first imported, and never again."""


def use(root: Path) -> None:
    """Let this process, and those that it starts, write into the machine's own folder under ``root``."""
    folder = root / socket.gethostname()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)


def folder() -> Path:
    """Return the folder that is in use; raises ``KeyError`` where metrics are off."""
    return Path(os.environ[VARIABLE])
