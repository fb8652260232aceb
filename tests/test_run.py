"""`./run` where it is cheap to run: what it says when something is missing or wrong."""

import os
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with `run` and a lock file that names nothing, so that an environment costs no download."""
    shutil.copy(ROOT / "run", tmp_path)
    (tmp_path / "requirements.lock").touch()
    (tmp_path / "manage.py").write_text("import os, sys; print(sys.argv[1:], os.getcwd())")
    return tmp_path


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for PATH that holds only what every Unix has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "cmp", "cp", "rm", "grep", "cat"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def add_program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def run(checkout: Path, *arguments: str, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if key != "SECRET_KEY"}
    if path:
        environment["PATH"] = str(path)
    command = [str(checkout / "run"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd="/")


def test_it_names_what_it_can_do() -> None:
    answer = run(ROOT, "help")
    assert answer.returncode == 0
    assert "./run test" in answer.stdout


def test_an_unknown_word_is_refused_with_the_list() -> None:
    answer = run(ROOT, "tset")
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert 'does not know "tset"' in answer.stderr


def test_without_a_recent_python_it_says_how_to_get_one(checkout: Path, programs: Path) -> None:
    add_program(programs, "python3", "exit 1")
    add_program(programs, "python3.12", "exit 127")
    answer = run(checkout, "manage", "check", path=programs)
    assert answer.returncode != 0
    assert "Python 3.11 or newer is needed" in answer.stderr
    assert "apt install python3" in answer.stderr


def test_a_python_that_cannot_make_environments_gets_the_cure(checkout: Path, programs: Path) -> None:
    add_program(programs, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    answer = run(checkout, "manage", "check", path=programs)
    assert answer.returncode != 0
    assert "apt install python3-venv" in answer.stderr


@pytest.mark.skipif(shutil.which("flock") is None, reason="no flock is installed, without which nobody waits")
def test_two_first_starts_at_once_make_one_environment(checkout: Path) -> None:
    with ThreadPoolExecutor() as starts:
        answers = list(starts.map(lambda word: run(checkout, "manage", word), ["check", "migrate"]))
    assert [answer.returncode for answer in answers] == [0, 0]
    assert "".join(answer.stderr for answer in answers).count("Making the Python environment") == 1
    assert (checkout / ".env").read_text().count("SECRET_KEY=") == 1


def test_manage_passes_on_its_words_and_adds_nothing_to_the_output(checkout: Path, programs: Path) -> None:
    add_program(programs, "python3.11", "exit 127")  # a version manager's shim for what is not there
    (programs / "python3").symlink_to(sys.executable)
    first = run(checkout, "manage", "demo", "--json", path=programs)
    assert first.stdout == f"['demo', '--json'] {checkout}\n"
    second = run(checkout, "manage", "check", path=programs)
    assert (second.stdout, second.stderr) == (f"['check'] {checkout}\n", "")


def test_the_first_start_writes_a_secret_key_that_only_the_owner_reads_and_a_later_one_keeps_it(
    checkout: Path, programs: Path
) -> None:
    (programs / "python3").symlink_to(sys.executable)
    (checkout / ".env").write_text("SITE_URL=http://127.0.0.1:8000\n")
    (checkout / ".env").chmod(0o600)
    run(checkout, "manage", "check", path=programs)
    written = (checkout / ".env").read_text()
    assert written.startswith("SITE_URL=http://127.0.0.1:8000\nSECRET_KEY=")
    run(checkout, "manage", "check", path=programs)
    assert (checkout / ".env").read_text() == written
    (checkout / ".env").unlink()
    run(checkout, "manage", "check", path=programs)
    assert stat.S_IMODE((checkout / ".env").stat().st_mode) == 0o600
