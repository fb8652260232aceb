"""Several processes that live and end together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

_PATIENCE_SECONDS = 25  # a little more than gunicorn gives its requests
_PR_SET_PDEATHSIG = 1


def supervise(commands: dict[str, list[str]], ready: Callable[[], bool], announce: Callable[[], None]) -> int:
    """Run `commands` (by name) until one ends or a signal comes, then end them all; return the exit code.

    `announce` is called once, as soon as `ready` says so. The code is 0 after SIGINT or SIGTERM, else 1.
    """
    signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, frame: signals.append(received))
    children = {name: _start(command) for name, command in commands.items()}
    announced = False
    while not signals and not (ended := _ended(children)):
        if not announced and ready():
            announce()
            announced = True
        time.sleep(0.1)
    for name in [] if signals else ended:
        print(
            f"The {name} has ended (code {children[name].returncode}), so everything ends.", file=sys.stderr
        )
    _end(children)
    return 0 if signals else 1


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C reaches only us, and the children end in order instead of all at once.
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: PLW1509, S603


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _ended(children: "dict[str, subprocess.Popen[bytes]]") -> list[str]:
    return [name for name, child in children.items() if child.poll() is not None]


def _end(children: "dict[str, subprocess.Popen[bytes]]") -> None:
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        _kill_group(child)


def _kill_group(child: "subprocess.Popen[bytes]") -> None:
    """Kill what `child` left behind, and itself where it would not end."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
