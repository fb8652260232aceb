"""No sheet dresses what no page has: each class and id that it names is written by a template, a module or a script."""

import re
from pathlib import Path

import django
import pytest

ROOT = Path(__file__).resolve().parent.parent
DJANGO = Path(django.__file__).parent
SHEETS = [*ROOT.glob("static/look/*.css"), *ROOT.glob("static/staff/*.css")]
FOLDERS = [
    *(ROOT / name for name in ("templates", "bookings", "static")),
    DJANGO / "contrib/admin",
    DJANGO / "forms",
]
KINDS = {".html", ".py", ".js"}
SOURCES = [path for folder in FOLDERS for path in folder.rglob("*.*") if path.suffix in KINDS]
THEIRS = {"xfull", "row1", "row2", "htmx-request", "since__off"}
"""Made from pieces, by scripts, tags and templates."""
PIECES = re.compile(r"^(?:field-|model-)|-group$|_form$|--.*$")
"""What Django, or a template, puts around a name: a column's class, a table's id, a variant."""


@pytest.fixture(scope="module")
def written():
    return set(re.findall(r"[A-Za-z][\w-]*", " ".join(path.read_text(errors="ignore") for path in SOURCES)))


def named(sheet):
    """The classes and ids of its selectors."""
    text = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    for selector in re.findall(r"([^{};]+)\{", text):
        yield from re.findall(r"[.#]([A-Za-z][\w-]*)", re.sub(r"@.*|\"[^\"]*\"", "", selector))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_each_name_that_a_sheet_dresses_is_on_some_page(sheet, written):
    if sheet.name == "console.css":
        pytest.skip("It dresses the parts of Swagger UI, whose script writes their names.")
    known = written | THEIRS
    small = {name.lower() for name in written}
    gone = {
        name
        for name in named(sheet.read_text(encoding="utf-8"))
        if name not in known and PIECES.sub("", name) not in small
    }
    assert not gone


def test_a_name_that_is_on_no_page_is_found(written):
    assert [name for name in named(".never-written > a { color: red }") if name not in written] == [
        "never-written"
    ]
