"""The published Python client, installed from its committed hash into `python_modules` here."""

import fcntl
import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.clients.packages import absent

HERE = Path(__file__).parent
LOCK = HERE / "python-clients.txt"
MODULES = HERE / "python_modules"
STAMP = MODULES / ".installed-lock"


def install() -> Path:
    """Install the package once per lock file, one process at a time; what it needs is there for other tests."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    with (HERE / ".gitignore").open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not STAMP.exists() or STAMP.read_text() != wanted:
            command = [*_installer(), "install", "--quiet", "--no-deps", "--require-hashes"]
            command += ["--upgrade", "--target", str(MODULES), "--requirement", str(LOCK)]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            if run.returncode:
                absent(f"the Python client cannot be installed: {run.stderr.strip()[-500:]}")
            STAMP.write_text(wanted)
    return MODULES


def _installer() -> list[str]:
    """An environment that uv made has no pip, and uv itself among the tools."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    return [str(Path(sys.executable).with_name("uv")), "pip"]


def client_of(site: str, key: str) -> Any:
    """The package's own client, but for the address that it calls."""
    path = str(install())
    if path not in sys.path:
        sys.path.append(path)
    base = importlib.import_module("timekit.components.base")
    base.BASE_URL_V2 = f"{site}v2"
    return importlib.import_module("timekit.client").TimekitAPI(key)
