"""Where the suite runs on a second database, what no database can change is not shown again, and all else is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.own_database
ROOT = Path(__file__).resolve().parent.parent
ONCE = ("tests/test_durations.py", "tests/test_first_hour.py")
AGAIN = (
    "tests/test_canary.py",
    "tests/test_constraints.py",
    "tests/management/test_prove.py",
    "tests/clients",
)


def collected(**more: str) -> set[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        *ONCE,
        *AGAIN,
    ]
    lines = subprocess.run(
        command, cwd=ROOT, env=os.environ | more, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    return {line for line in lines if "::" in line}


def test_what_meets_no_database_is_left_out_and_nothing_else():
    everything, again = collected(), collected(MEETS_DATABASE="1")
    left_out = everything - again
    assert again <= everything
    assert {line for line in everything if line.startswith(ONCE)} == left_out
