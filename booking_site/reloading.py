"""The web server behind a listener that is kept: SIGHUP starts it anew, with new code, and fails no request.

The listener belongs to this process, which never loads Django.  A new set of web processes is started beside the old
one, on the same listener, and only once it serves is the old one told to end after the requests that it has.  What
does not come up is given up, and the old goes on.  A reload of gunicorn itself reads no new code, since its master
has loaded the site.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

from booking_site import listening
from booking_site.parts import WEB_SERVER
from booking_site.supervise import PATIENCE_SECONDS, die_with_parent, end_group, say

LISTENER = 3
"""The descriptor by which the protocol of systemd (and gunicorn) hands over a listener."""
READY = "BOOKING_READY_FD"
LONGEST_START_SECONDS = 120
_TICK_SECONDS = 0.1
# The shell knows its own number, which the protocol wants, and becomes the server.
_TOLD_ITS_NUMBER = ["/bin/sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh", *WEB_SERVER]


class WebProcesses:
    """One set of them; ``is_ready`` after the first has loaded the site."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        environment = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
        self.process = subprocess.Popen(  # noqa: S603
            _TOLD_ITS_NUMBER,
            env=environment | {"LISTEN_FDS": "1", READY: str(writing)},
            pass_fds=[LISTENER, writing],
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509
        )
        os.close(writing)
        self._pipe = reading
        self._ends_at: float | None = None

    def come_up(self) -> bool:
        """Wait until it serves; False where it died, or took too long and is ended."""
        ready, _w, _x = select.select([self._pipe], [], [], LONGEST_START_SECONDS)
        told = os.read(self._pipe, 1) if ready else b""
        os.close(self._pipe)
        if not told:
            end_group(self.process)
        return bool(told)

    def leave(self) -> None:
        """Let it end its requests and take no others."""
        self.process.terminate()
        self._ends_at = time.monotonic() + PATIENCE_SECONDS

    def has_left(self) -> bool:
        """Whether it is gone; what does not go is killed in the end."""
        if self.process.poll() is None and (self._ends_at is None or time.monotonic() < self._ends_at):
            return False
        end_group(self.process)
        return True


def tell_ready() -> None:
    """Called in each web process that is about to serve."""
    if READY in os.environ:
        with suppress(OSError):  # the first has told it, and nobody listens any more
            os.write(int(os.environ[READY]), b".")


def serve() -> int:
    """Serve on the listener until a signal says to end (0) or the web processes end by themselves (1)."""
    signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, frame: signals.append(received))
    serving, leaving = WebProcesses(), list[WebProcesses]()
    if not serving.come_up():
        say("The web server did not come up. What it wrote above says why.")
        return 1
    notify_service_manager(b"READY=1")
    while not {signal.SIGINT, signal.SIGTERM} & set(signals):
        if signals:
            signals.clear()
            if after := _started_anew():
                serving.leave()
                leaving.append(serving)
                serving = after
        if serving.process.poll() is not None:
            say(f"The web server has ended (code {serving.process.returncode}).")
            break
        leaving = [one for one in leaving if not one.has_left()]
        time.sleep(_TICK_SECONDS)
    was_asked = serving.process.poll() is None
    os.close(LISTENER)  # whoever comes now is refused, and waits in no queue that nobody serves
    _end([*leaving, serving])
    return 0 if was_asked else 1


def _started_anew() -> WebProcesses | None:
    after = WebProcesses()
    if after.come_up():
        say("The web server was started anew.")
        return after
    say("The new web server did not come up, so the old one goes on. What it wrote above says why.")
    return None


def _end(sets: list[WebProcesses]) -> None:
    for one in sets:
        one.leave()
    while not all([one.has_left() for one in sets]):  # noqa: C419  # each is looked at
        time.sleep(_TICK_SECONDS)


def notify_service_manager(word: bytes) -> None:
    """Tell systemd, where it has started this and wants to know."""
    if name := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, suppress(OSError):
            manager.connect(f"\0{name[1:]}" if name.startswith("@") else name)
            manager.send(word)


def main(bind: str, port: str) -> int:
    """Take the listener that a service manager opened, or open one at ``bind`` and ``port``."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        _keep(listening.opened(bind, int(port)))
    try:
        return serve()
    finally:
        listening.remove_socket(bind)


def _keep(listener: socket.socket) -> None:
    """Move it to the place where the protocol looks for it."""
    place = listener.detach()
    if place != LISTENER:
        os.dup2(place, LISTENER)
        os.close(place)


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except listening.CannotListen as problem:
        sys.exit(str(problem))
