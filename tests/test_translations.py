"""Every text that customers read stands in every language; what staff and programs read may fall back to English."""

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

from bookings.graph_words import SEEDED, graph_words

ROOT = Path(__file__).resolve().parent.parent
CUSTOMERS_READ = [
    "bookings/effects",
    "bookings/errors.py",
    "bookings/forms",
    "bookings/graph_words.py",
    "bookings/money.py",
    "bookings/models/customers.py",
    "bookings/templatetags",
    "bookings/times.py",
    "bookings/views",
    "templates/400.html",
    "templates/403.html",
    "templates/403_csrf.html",
    "templates/404.html",
    "templates/500.html",
    "templates/503.html",
    "templates/base.html",
    "templates/bookings",
    "templates/forms",
    "templates/mail",
]
TRANSLATED = [code for code, _name in settings.LANGUAGES if not code.startswith("en")]
MARKS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 0, "pgettext": 1}
TEXT = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATES = re.compile(rf"\bpgettext\({TEXT},\s*{TEXT}|\b(?:n?gettext|_)\({TEXT}")


def files(suffix: str) -> Iterator[Path]:
    for name in CUSTOMERS_READ:
        path = ROOT / name
        yield from [path] if path.suffix == suffix else sorted(path.rglob(f"*{suffix}"))


def in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            text = node.args[MARKS[node.func.id]]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def in_template(path: Path) -> Iterator[str]:
    for found in IN_TEMPLATES.finditer(templatize(path.read_text())):
        yield ast.literal_eval(found[2] or found[3]).replace("%%", "%")


def texts() -> set[str]:
    found = {text for path in files(".py") for text in in_python(path)}
    return found | {
        text for suffix in (".html", ".txt") for path in files(suffix) for text in in_template(path)
    }


def catalogue(code: str) -> set[str]:
    """What has a translation, in any context and number."""
    with (ROOT / "locale" / code / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        keys = GNUTranslations(compiled)._catalog
    plain = {key[0] if isinstance(key, tuple) else key for key in keys}
    return {key.rpartition("\x04")[2] for key in plain}


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_text_for_customers_is_missing(code: str) -> None:
    found = texts()
    assert len(found) > 250
    assert sorted(found - catalogue(code)) == []


def test_texts_are_found_in_code_and_in_templates() -> None:
    found = texts()
    assert {"This time is taken.", "Skip to the content", "1 time free", "Mo"} <= found


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_placeholder_is_never_lost(code: str) -> None:
    """But for the singulars and duals of languages that say the number in words."""
    with (ROOT / "locale" / code / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        pairs = [
            (key, text) for key, text in GNUTranslations(compiled)._catalog.items() if isinstance(key, str)
        ]
    placeholder = re.compile(r"%\(\w+\)s|%s|\{\w+\}|<[^>]+>")
    for source, text in pairs:
        if source:
            assert sorted(placeholder.findall(source)) == sorted(placeholder.findall(text)), source


def test_every_word_of_the_seeded_graphs_is_known_to_the_catalogues() -> None:
    seeds = import_module("bookings.migrations.0002_seeded_graphs").GRAPHS
    labels = {fields[0] for graph in seeds for fields in graph[3].values()}
    labels |= {action[1] for graph in seeds for action in graph[4]}
    assert labels <= set(SEEDED)


def test_a_label_of_staffs_own_stays_as_it_is() -> None:
    with translation.override("de"):
        assert graph_words("Confirmed") == "Bestätigt"
        assert graph_words("Beim Schneider") == "Beim Schneider"
        assert graph_words("") == ""
