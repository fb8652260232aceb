"""Every promise has a test that holds it and a command that tries it; every threat has a test."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_docs import every_test

ROOT = Path(__file__).resolve().parent.parent
PROMISES = ROOT / "docs" / "promises.md"
NOTHING = "## These promise nothing"
OWN = {PROMISES.name}
PROGRAMS = {"./run", "python", "curl", ".ci/audit", ".ci/sbom", "docker"}


@dataclass(frozen=True)
class Promise:
    """A row: where it is made, in which words, which tests hold it, and how it is tried."""

    place: str
    words: str
    tests: frozenset[str]
    command: str

    @property
    def page(self) -> str:
        return self.place.partition(",")[0]


def promises(text: str) -> list[Promise]:
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [
        Promise(place, words, frozenset(re.findall(r"`(test_\w+)`", held)), tried.strip("`"))
        for place, words, held, tried in rows
    ]


def parts(page: Path) -> set[str]:
    """The page's own name where it has no parts, else each of them."""
    name = str(page.relative_to(ROOT))
    found = re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)
    return {f"{name}, {part}" for part in found} or {name}


def faults(promise: Promise) -> list[str]:
    found = []
    page = ROOT / promise.page
    if not page.is_file() or one_line(promise.words) not in one_line(page.read_text()):
        found.append("the page does not say so")
    if promise.place != promise.page and promise.place not in parts(page):
        found.append("there is no such part")
    if not promise.tests or promise.tests - every_test():
        found.append("no test holds it")
    if not can_be_tried(promise.command):
        found.append("nobody can try it")
    return found


def can_be_tried(command: str) -> bool:
    words = [word for word in shlex.split(command) if not re.match(r"[A-Z_]+=", word)]
    files = [word for word in words if word.startswith(("tests/", ".ci/"))]
    return bool(words) and words[0] in PROGRAMS and all((ROOT / file).exists() for file in files)


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("promise", promises(PROMISES.read_text()), ids=lambda promise: promise.words[:40])
def test_a_promise_is_made_held_and_can_be_tried(promise: Promise) -> None:
    assert faults(promise) == []


def test_each_part_of_each_page_is_named_or_said_to_promise_nothing() -> None:
    pages = [ROOT / "README.md", *(page for page in (ROOT / "docs").glob("*.md") if page.name not in OWN)]
    text = PROMISES.read_text()
    silent = one_line(text.partition(NOTHING)[2].partition(":")[2])
    known = {promise.place for promise in promises(text)} | set(silent.split(" · "))
    assert {part for page in pages for part in parts(page)} - known == set()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("| README.md | we sell ice | `test_each_threat_has_a_test` | `./run` |", "the page does not say so"),
        ("| README.md, Ice | MIT | `test_each_threat_has_a_test` | `./run` |", "there is no such part"),
        ("| README.md | MIT | `test_of_nothing` | `./run` |", "no test holds it"),
        ("| README.md | MIT | | `./run` |", "no test holds it"),
        ("| README.md | MIT | `test_each_threat_has_a_test` | |", "nobody can try it"),
        (
            "| README.md | MIT | `test_each_threat_has_a_test` | `./run test tests/gone.py` |",
            "nobody can try it",
        ),
    ],
)
def test_a_promise_that_lacks_something_is_seen(row: str, fault: str) -> None:
    (promise,) = promises(f"| head |\n{row}")
    assert faults(promise) == [fault]


def test_each_threat_has_a_test() -> None:
    rows = re.findall(r"^\| (?!door |---)(.+) \|$", (ROOT / "docs" / "threats.md").read_text(), re.MULTILINE)
    assert len(rows) > 20
    assert [row for row in rows if not set(re.findall(r"`(test_\w+)`", row)) & every_test()] == []
