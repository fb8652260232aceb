"""The published JavaScript packages, installed from the committed lock file into `node_modules` here."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
MODULES = HERE / "node_modules"
STAMP = MODULES / ".installed-lock"


def absent(reason: str) -> None:
    """Skip with the reason; fail instead where REQUIRE_CLIENTS=1 says that nothing may be missing."""
    if os.environ.get("REQUIRE_CLIENTS") == "1":
        pytest.fail(f"REQUIRE_CLIENTS=1, but {reason}")
    pytest.skip(reason)


def program(name: str) -> str:
    """Return the path of an installed program, else skip."""
    found = shutil.which(name)
    if not found:
        absent(f"{name} is not installed")
    return str(found)


def install() -> Path:
    """Install the packages once per lock file, one process at a time; return the folder that holds them."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    program("node")
    npm = program("npm")
    with (HERE / ".gitignore").open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not STAMP.exists() or STAMP.read_text() != wanted:
            run = subprocess.run(
                [npm, "ci", "--ignore-scripts"], cwd=HERE, capture_output=True, text=True, check=False
            )
            if run.returncode:
                absent(f"the packages cannot be installed: {run.stderr.strip()[-500:]}")
            STAMP.write_text(wanted)
    return MODULES
