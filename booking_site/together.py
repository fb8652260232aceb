"""The web server and the worker under one supervisor, a process that never loads Django.

`booking_site.launch` becomes it once the database and the files are ready.  What is to be told as soon as the server
answers goes through a pipe: passwords and links must not stand in a command line, which everybody on the machine reads.
"""

import os
import sys
from typing import NoReturn

from booking_site import listening
from booking_site.parts import WEB_SERVER, WORKER, become
from booking_site.supervise import supervise


def hand_over(bind: str, port: int, told: str) -> NoReturn:
    """Replace this process by the supervisor, which prints `told` once the server answers at `bind` and `port`."""
    reading, writing = os.pipe()
    with os.fdopen(
        writing, "w", encoding="utf-8"
    ) as pipe:  # a page of text, which a pipe holds before anybody reads
        pipe.write(told)
    os.set_inheritable(reading, True)
    become([sys.executable, "-m", "booking_site.together", bind, str(port), str(reading)])


def main(bind: str, port: str, pipe: str) -> int:
    """Run both until a signal comes or one cannot stay up; return the exit code."""
    with os.fdopen(int(pipe), encoding="utf-8") as reading:
        told = reading.read()
    return supervise(
        {"web server": WEB_SERVER, "worker": WORKER},
        ready=lambda: listening.answers(bind, int(port)),
        announce=lambda: print(told, flush=True),
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
