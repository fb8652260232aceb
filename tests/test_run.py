"""`./run` where it is cheap to run: what it says when something is missing or wrong, and what it installs."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import zipfile
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


def run(
    checkout: Path, *arguments: str, path: Path | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if key != "SECRET_KEY"} | variables
    if path:
        environment["PATH"] = str(path)
    command = [str(checkout / "run"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd="/")


@pytest.mark.parametrize("word", ["setup", "web", "worker", "test", "lint", "format", "manage", "lock"])
def test_it_names_what_it_can_do(word: str) -> None:
    answer = run(ROOT, "help")
    assert answer.returncode == 0
    assert f"./run {word} " in answer.stdout


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
    (checkout / ".env").write_text("DEMO=0")  # as an editor leaves it that ends no last line
    run(checkout, "manage", "check", path=programs)
    assert (checkout / ".env").read_text().startswith("DEMO=0\nSECRET_KEY=")
    (checkout / ".env").unlink()
    run(checkout, "manage", "check", path=programs)
    assert stat.S_IMODE((checkout / ".env").stat().st_mode) == 0o600


@pytest.fixture
def tools(checkout: Path) -> Path:
    """The folder of the checkout's tools, each of which writes down how it was called; two templates, one in git."""
    folder = checkout / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").symlink_to(sys.executable)
    for lock in (checkout / "requirements-dev.lock", checkout / ".venv" / "requirements-dev.lock"):
        lock.touch()
    for name in ("ruff", "mypy", "djade"):
        add_program(folder, name, f'echo "{name} $*" >>calls')
    (checkout / "templates").mkdir()
    for name in ("known.html", "unknown.html"):
        (checkout / "templates" / name).touch()
    for command in (["init", "--quiet"], ["add", "templates/known.html"]):
        subprocess.run(["git", *command], cwd=checkout, check=True)
    return folder


LOOKS = ["ruff check", "ruff format --check", "mypy ", "djade --check templates/known.html"]


@pytest.mark.parametrize("failing", ["ruff", "mypy", "djade", None])
def test_lint_looks_at_everything_and_fails_where_one_of_it_does(
    checkout: Path, tools: Path, failing: str | None
) -> None:
    if failing:
        add_program(tools, failing, f'echo "{failing} $*" >>calls; exit 1')
    answer = run(checkout, "lint")
    assert (answer.returncode != 0) == bool(failing), answer.stderr
    assert (checkout / "calls").read_text().splitlines() == LOOKS


def test_lint_takes_away_the_folder_in_which_mypy_reads_the_settings(
    checkout: Path, tools: Path, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    add_program(tools, "mypy", 'mkdir "$BOOKING_TEST_DIR/static"')
    answer = run(checkout, "lint", TMPDIR=str(tmp_path / "temporary"))
    assert answer.returncode == 0, answer.stderr
    assert list((tmp_path / "temporary").iterdir()) == []


def test_format_writes_and_is_content_with_templates_that_it_has_put_right(
    checkout: Path, tools: Path
) -> None:
    once = "[ -e formatted ] || { touch formatted; exit 1; }  # what djade answers where it wrote"
    add_program(tools, "djade", f'echo "djade $*" >>calls; {once}')
    answer = run(checkout, "format")
    assert answer.returncode == 0, answer.stderr
    template = "djade templates/known.html"
    assert (checkout / "calls").read_text().splitlines() == [
        "ruff check --fix",
        "ruff format",
        template,
        template,
    ]


def test_format_fails_where_something_is_left_to_mend(checkout: Path, tools: Path) -> None:
    add_program(tools, "ruff", '[ "$1" = format ]')
    assert run(checkout, "format").returncode != 0
    assert (checkout / "calls").read_text() == "djade templates/known.html\n"


def a_wheel(folder: Path, name: str, version: str, *metadata: str) -> str:
    """Put a wheel that holds nothing into ``folder`` and return its line of a lock file."""
    record, info = f"{name}-{version}", f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata]
    file = folder / f"{record}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr(f"{info}/METADATA", "\n".join(lines) + "\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_a_pin_installs_that_is_older_than_the_newest_release(
    checkout: Path, programs: Path, tmp_path: Path, installer: str
) -> None:
    """A part of a package wants the pin "with an extra", which pip resolves anew and meets the newer release."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wanted = a_wheel(wheels, "whole", "1.0", "Requires-Dist: part[more]>=1.0")
    wanted += a_wheel(wheels, "part", "1.0", "Provides-Extra: more")
    a_wheel(wheels, "part", "2.0", "Provides-Extra: more")
    (checkout / "requirements.lock").write_text(wanted)
    (checkout / "manage.py").write_text("from importlib.metadata import version; print(version('part'))")
    (programs / "python3").symlink_to(sys.executable)
    if installer == "uv":
        found = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        assert found
        (programs / "uv").symlink_to(found)
    only_these = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "UV_NO_CONFIG": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(wheels),
    }
    answer = run(checkout, "manage", path=programs, **only_these)
    assert (answer.returncode, answer.stdout) == (0, "1.0\n"), answer.stderr
