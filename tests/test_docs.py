"""What the pages name exists: tests, files, and what links lead to."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler

from bench.enters import requests, traced

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FOLDERS = "bookings|booking_site|tests|bench|docs|templates|static|locale|deploy|[.]ci|[.]github"


def links(text: str) -> set[str]:
    """The files that a page links to or shows, as it spells them."""
    return {found for found in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in found}


def paths(text: str) -> set[str]:
    return set(re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", text))


@cache
def every_test() -> set[str]:
    trees = [ast.parse(path.read_text()) for path in (ROOT / "tests").rglob("test_*.py")]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {function.name for function in functions}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text()
    assert {link for link in links(text) if not (page.parent / link).exists()} == set()
    assert {path for path in paths(text) if not (ROOT / path).exists()} == set()
    assert set(re.findall(r"`(test_\w+)`", text)) - every_test() == set()


def test_a_page_with_a_file_or_a_test_that_is_gone_is_seen() -> None:
    text = (
        "[a](gone.md#part) ![b](b.png) [c](https://example.org/) `bookings/gone.py` `bookings.gone` `DEMO/x`"
    )
    assert links(text) == {"gone.md", "b.png"}
    assert paths(text) == {"bookings/gone.py"}


def test_every_decision_stands_in_the_list_under_its_number() -> None:
    folder = ROOT / "docs" / "decisions"
    rows = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) ", (folder / "README.md").read_text(), re.MULTILINE)
    pages = {path.name: path.read_text().splitlines()[0] for path in folder.glob("[0-9]*.md")}
    assert {file: f"# {number}. {title}" for number, title, file in rows} == pages


@pytest.mark.django_db(transaction=True)
def test_the_request_of_the_architectures_page_goes_the_way_that_it_tells() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    told = re.findall(r"^\d+\. `([\w/.]+)` `(\w+)`", text, re.MULTILINE)
    create = next(request for request in requests() if request.name == "create")
    entered = [
        (str(Path(code.co_filename).relative_to(ROOT)), part)
        for code in traced(create, WSGIHandler()).ours
        for part in reversed(code.co_qualname.split("."))
    ]
    assert len(told) > 10
    assert [step for step in told if step not in entered] == []
    assert sorted(told, key=entered.index) == told
