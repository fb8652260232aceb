"""The benches still read: nobody runs them with every change, and the names they import move."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The others are parts of these.
BENCHES = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if "django.setup()" in path.read_text())


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_can_be_imported(name: str) -> None:
    environment = os.environ | {
        "BENCH_EVENT": "00000000-0000-4000-8000-000000000000",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-c", f"import bench.{name}"]
    answer = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 0, answer.stderr
