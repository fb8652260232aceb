"""Several processes that live together: what dies is started again, and what cannot stay up ends them all."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

PATIENCE_SECONDS = 25  # a little more than gunicorn gives its requests
_PR_SET_PDEATHSIG = 1
_TICK_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long is waited before a new start (doubled each time, up to ``longest_wait``), all in seconds.

    Who stays up for ``long_enough`` begins anew; who does not for as long, however often it is started, ends all.
    """

    first_wait: float = 0.5
    longest_wait: float = 15.0
    long_enough: float = 60.0


@dataclass
class Child:
    """A process by its name, and how it has fared."""

    name: str
    command: list[str]
    patience: Patience
    process: "subprocess.Popen[bytes]" = field(init=False)
    started_at: float = field(init=False)
    failures: int = 0
    failing_since: float = 0.0
    starts_again_at: float | None = None

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches only us, and the children end in order instead of all at once.
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509
        )
        self.started_at, self.starts_again_at = time.monotonic(), None

    def look_after(self) -> None:
        """Start it again once its wait is over; begin a wait where it has died."""
        if self.starts_again_at is not None:
            if time.monotonic() >= self.starts_again_at:
                self.start()
        elif self.process.poll() is not None:
            self._wait()

    @property
    def is_hopeless(self) -> bool:
        """Whether it has died again and again for so long that another start would help nobody."""
        return self.failures > 0 and time.monotonic() - self.failing_since >= self.patience.long_enough

    def _wait(self) -> None:
        end_group(self.process)
        if time.monotonic() - self.started_at >= self.patience.long_enough:
            self.failures = 0
        if self.failures == 0:
            self.failing_since = time.monotonic()
        wait = min(self.patience.first_wait * 2**self.failures, self.patience.longest_wait)
        self.failures += 1
        self.starts_again_at = time.monotonic() + wait
        code = self.process.returncode
        say(f"The {self.name} has ended (code {code}) and is started again in {wait:g} s.")


def supervise(
    commands: dict[str, list[str]],
    ready: Callable[[], bool],
    announce: Callable[[], None],
    patience: Patience = Patience(),  # frozen
) -> int:
    """Run `commands` (by name) until a signal comes or one cannot stay up, then end them all; return the exit code.

    `announce` is called once, as soon as `ready` says so; until then a process that dies ends everything at once, since
    what never came up will not come up by itself. SIGUSR1 ends them in order and starts them anew, with the code that
    lies there by then. The exit code is 0 after SIGINT or SIGTERM, else 1.
    """
    signals: list[int] = []
    restarts: list[int] = []
    signal.signal(signal.SIGUSR1, lambda received, frame: restarts.append(received))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, frame: signals.append(received))
    children = [Child(name, command, patience) for name, command in commands.items()]
    announced, lost = False, None
    while not signals and lost is None:
        if restarts:
            restarts.clear()
            _start_anew(children)
        if not announced and ready():
            announce()
            announced = True
        lost = next((child for child in children if _is_lost(child, announced=announced)), None)
        time.sleep(_TICK_SECONDS)
    if lost:
        say(_last_words(lost, announced=announced))
    _end(children)
    return 1 if lost else 0


def _start_anew(children: list[Child]) -> None:
    say("Everything is started anew.")
    _end(children)
    for child in children:
        child.failures = 0
        child.start()


def _is_lost(child: Child, *, announced: bool) -> bool:
    if not announced:
        return child.process.poll() is not None
    child.look_after()
    return child.is_hopeless and child.starts_again_at is not None


def _last_words(child: Child, *, announced: bool) -> str:
    code = child.process.returncode
    if not announced:
        return f"The {child.name} has ended (code {code}), so everything ends."
    minute = f"{child.patience.long_enough:g} s"
    return (
        f"The {child.name} has ended {child.failures} times (last with code {code}) and did not stay up for {minute}, "
        "so everything ends. What it wrote above says why."
    )


def say(sentence: str) -> None:
    """Tell the operator."""
    print(sentence, file=sys.stderr, flush=True)


def die_with_parent() -> None:
    """Called in a child before it becomes its program: whoever loses its parent is told to end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(children: list[Child]) -> None:
    for child in children:
        child.process.terminate()
    deadline = time.monotonic() + PATIENCE_SECONDS
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        end_group(child.process)


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill what a process left behind, and itself where it would not end."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
