"""The programs of the reference, as a reader copies them, against a real site."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.live import ROOT, LiveSite
from tests.clients.packages import program

pytestmark = pytest.mark.clients
PAGE = (ROOT / "docs" / "api" / "examples.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
NEEDED = {"sh": ("sh", "curl", "jq"), "python": (), "js": ("node",), "php": ("php",)}
RUN_BY = {"sh": "sh", "python": sys.executable, "js": "node", "php": "php"}
SUFFIX = {"js": "mjs"}


def test_the_page_has_an_example_in_each_language() -> None:
    assert set(EXAMPLES) == set(NEEDED)


@pytest.mark.parametrize("language", NEEDED)
def test_each_example_goes_from_search_to_cancellation(
    language: str, live_site: LiveSite, tmp_path: Path
) -> None:
    for one in NEEDED[language]:
        if shutil.which(one) is None and os.environ.get("REQUIRE_CLIENTS") != "1":
            pytest.skip(f"{one} is not installed. On Debian or Ubuntu: sudo apt install {one}")
    example = tmp_path / f"example.{SUFFIX.get(language, language)}"
    example.write_text(EXAMPLES[language], encoding="utf-8")
    told = {
        "API": f"{live_site.url}v2",
        "KEY": live_site.server_key,
        "PROJECT": live_site.project("instant")["id"],
    }
    run = subprocess.run(
        [program(RUN_BY[language]), str(example)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (run.returncode, run.stdout.strip()) == (0, "cancelled"), run.stderr


@pytest.mark.parametrize("language", NEEDED)
def test_each_example_fails_aloud_with_a_wrong_key(
    language: str, live_site: LiveSite, tmp_path: Path
) -> None:
    if missing := [one for one in NEEDED[language] if shutil.which(one) is None]:
        pytest.skip(f"{missing[0]} is not installed.")
    example = tmp_path / f"example.{SUFFIX.get(language, language)}"
    example.write_text(EXAMPLES[language], encoding="utf-8")
    told = {"API": f"{live_site.url}v2", "KEY": "live_api_key_of_nobody", "PROJECT": "none"}
    run = subprocess.run(
        [program(RUN_BY[language]), str(example)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode != 0
    assert "401" in run.stderr + run.stdout or "not valid" in run.stderr + run.stdout
