"""The web server and the worker live and end together."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Supervises two processes: one writes its id into the file given and waits, the other is the code given.
PROGRAM = """
import sys
from pathlib import Path
from booking_site.supervise import supervise
python, file, code = sys.executable, sys.argv[1], sys.argv[2]
writes = f"import os, signal, pathlib; pathlib.Path({file!r}).write_text(str(os.getpid())); signal.pause()"
ready = lambda: Path(file).exists() and Path(file).read_text() != ""
commands = {"first": [python, "-c", writes], "second": [python, "-c", code]}
sys.exit(supervise(commands, ready, lambda: print("ready", flush=True)))
"""
WAITS = "import signal; signal.pause()"


def start(file: Path, second: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PROGRAM, str(file), second]
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


def test_the_end_of_one_ends_the_other_and_is_named(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    ends_after_first = f"""
from pathlib import Path
while not (Path({str(file)!r}).exists() and Path({str(file)!r}).read_text()):
    pass
raise SystemExit(3)
"""
    with start(file, ends_after_first) as process:
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 1
    assert "The second has ended (code 3)" in errors
    assert not is_alive(int(file.read_text()))
