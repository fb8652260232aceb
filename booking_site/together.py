"""The web server and the worker under one supervisor, a process that never loads Django.

`booking_site.launch` becomes it once the database and the files are ready.  What is to be told as soon as the server
answers goes through a pipe: passwords and links must not stand in a command line, which everybody on the machine reads.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from booking_site import listening
from booking_site.parts import WEB_SERVER, WORKER, become
from booking_site.supervise import supervise

PID_FILE = Path(__file__).resolve().parent.parent / "var" / "run.pid"
"""Where the last supervisor wrote its number, so that an upgrade can have the parts started anew."""


def hand_over(bind: str, port: int, told: str) -> NoReturn:
    """Replace this process by the supervisor, which prints `told` once the server answers at `bind` and `port`."""
    reading, writing = os.pipe()
    with os.fdopen(
        writing, "w", encoding="utf-8"
    ) as pipe:  # a page of text, which a pipe holds before anybody reads
        pipe.write(told)
    os.set_inheritable(reading, True)
    become([sys.executable, "-m", "booking_site.together", bind, str(port), str(reading)])


def is_supervisor(pid: int) -> bool:
    """Whether the process of that id is a supervisor of `./run`, and not a later one that got its number."""
    try:
        return b"booking_site.together" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def main(bind: str, port: str, pipe: str) -> int:
    """Run both until a signal comes or one cannot stay up; return the exit code."""
    with os.fdopen(int(pipe), encoding="utf-8") as reading:
        told = reading.read()
    with suppress(OSError):
        PID_FILE.write_text(str(os.getpid()))
    return supervise(
        {"web server": WEB_SERVER, "worker": WORKER},
        ready=lambda: listening.answers(bind, int(port)),
        announce=lambda: print(told, flush=True),
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
