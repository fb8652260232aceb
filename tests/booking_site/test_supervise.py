"""The web server and the worker live together: what dies is started again, what cannot stay up ends them all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Supervises two processes: one writes its id into the file given and waits, the other is the code given.
PROGRAM = """
import sys
from pathlib import Path
from booking_site.supervise import Patience, supervise
python, file, code = sys.executable, sys.argv[1], sys.argv[2]
patience = Patience(first_wait=0.05, longest_wait=0.2, long_enough=float(sys.argv[3]))
writes = f"import os, signal, pathlib; pathlib.Path({file!r}).write_text(str(os.getpid())); signal.pause()"
ready = lambda: Path(file).exists() and Path(file).read_text() != ""
commands = {"first": [python, "-c", writes], "second": [python, "-c", code]}
sys.exit(supervise(commands, ready, lambda: print("ready", flush=True), patience))
"""
WAITS = "import signal; signal.pause()"


def start(file: Path, second: str, *, long_enough: float = 60) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PROGRAM, str(file), second, str(long_enough)]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_and_is_no_failure(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path / "pid", WAITS) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
    assert not is_alive(int((tmp_path / "pid").read_text()))


def counts_and(then: str, file: Path) -> str:
    """Code that writes a line into ``file`` each time it is started, and goes on with ``then``."""
    return f"""
import os, signal
with open({str(file)!r}, "a") as file:
    file.write(f"{{os.getpid()}}\\n")
{then}
"""


def lines(file: Path, least: int) -> list[int]:
    """The process ids in ``file``, once there are so many."""
    end = time.monotonic() + 30
    while not (file.exists() and file.read_text().count("\n") >= least):
        assert time.monotonic() < end, "it was not started that often"
        time.sleep(0.01)
    return [int(line) for line in file.read_text().splitlines()]


def test_what_is_killed_is_started_again_and_the_other_lives_on(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    with start(tmp_path / "pid", counts_and("signal.pause()", starts)) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        (first,) = lines(starts, 1)
        other = (tmp_path / "pid").read_text()
        os.kill(first, signal.SIGKILL)
        assert lines(starts, 2)[1] != first
        assert (tmp_path / "pid").read_text() == other
        assert is_alive(int(other))
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0
    assert "The second has ended (code -9) and is started again in 0.05 s." in errors


def test_what_cannot_stay_up_ends_all_in_words(tmp_path: Path) -> None:
    starts, file = tmp_path / "starts", tmp_path / "pid"
    dies_once_the_other_lives = f"""
while not (os.path.exists({str(file)!r}) and open({str(file)!r}).read()):
    pass
while len(open({str(starts)!r}).readlines()) == 1 and not os.path.exists({str(tmp_path / "announced")!r}):
    pass
raise SystemExit(3)
"""
    with start(file, counts_and(dies_once_the_other_lives, starts), long_enough=2) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        (tmp_path / "announced").touch()
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1
    assert len(lines(starts, 3)) >= 3
    assert "(last with code 3) and did not stay up for 2 s, so everything ends." in errors
    assert not is_alive(int(file.read_text()))


def test_what_never_came_up_ends_all_at_once(tmp_path: Path) -> None:
    with start(tmp_path / "no such folder" / "pid", "raise SystemExit(3)") as process:
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 1
    assert "so everything ends." in errors
    assert "started again" not in errors


def test_all_are_ended_in_order_and_started_anew_when_told(tmp_path: Path) -> None:
    ends = "import sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nsignal.pause()"
    with start(tmp_path / "pid", counts_and(ends, tmp_path / "starts")) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        (first,) = lines(tmp_path / "starts", 1)
        process.send_signal(signal.SIGUSR1)
        assert lines(tmp_path / "starts", 2)[0] == first
        assert not is_alive(first)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert process.stderr
        assert "started anew" in process.stderr.read()
