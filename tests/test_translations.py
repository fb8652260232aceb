"""Every text stands in every language, as its sources have it, and says what the English says."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from gettext import GNUTranslations
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from bookings import times
from bookings.graph_words import SEEDED, graph_words
from bookings.models import Action, State

ROOT = Path(__file__).resolve().parent.parent
TRANSLATED = ["ar", "de"]
SOURCES = ["booking_site", "bookings", "locale", "templates"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]+>|\]\(\S+\)|\n")


def catalogue(code: str) -> Path:
    return Path("locale") / code / "LC_MESSAGES" / "django.po"


def gettext(program: str, *arguments: str | Path) -> str:
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the site whose catalogues were made again from its sources."""
    copy = tmp_path_factory.mktemp("extracted")
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "pyproject.toml"):
        shutil.copy(ROOT / name, copy)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "booking_site.settings"}
    command = [sys.executable, "manage.py", "makemessages", "--all", "--verbosity=0"]
    subprocess.run(command, cwd=copy, env=environment, check=True, capture_output=True)
    return copy


@pytest.mark.gettext
@pytest.mark.parametrize("code", TRANSLATED)
def test_the_catalogues_hold_the_texts_of_the_sources_and_no_others(code: str, extracted: Path) -> None:
    """After a failure: ./run manage makemessages --all, translate what is new, ./run manage compilemessages."""
    committed, made_again = (ROOT / catalogue(code)).read_text(), (extracted / catalogue(code)).read_text()
    assert committed.splitlines() == made_again.splitlines()


@pytest.mark.gettext
@pytest.mark.parametrize("code", TRANSLATED)
@pytest.mark.parametrize("wanting", ["--untranslated", "--only-fuzzy", "--only-obsolete"])
def test_every_text_is_translated_and_no_translation_is_a_guess(code: str, wanting: str) -> None:
    found = gettext("msgattrib", wanting, "--no-wrap", ROOT / catalogue(code))
    assert [line for line in found.splitlines() if line.startswith(("msgid ", "#~ msgid "))] == []


@pytest.mark.gettext
@pytest.mark.parametrize("code", TRANSLATED)
def test_the_compiled_catalogue_is_the_committed_one(code: str, tmp_path: Path) -> None:
    gettext("msgfmt", "--check", "-o", tmp_path / "django.mo", ROOT / catalogue(code))
    assert (tmp_path / "django.mo").read_bytes() == (ROOT / catalogue(code)).with_suffix(".mo").read_bytes()


def compiled(code: str) -> dict[str | tuple[str, int], str]:
    """The translations by their text; those of plurals by text and form."""
    with (ROOT / catalogue(code)).with_suffix(".mo").open("rb") as file:
        return {key: text for key, text in GNUTranslations(file)._catalog.items() if key}


@pytest.mark.parametrize("code", TRANSLATED)
def test_placeholders_and_markup_are_those_of_the_english(code: str) -> None:
    """Those of plurals are msgfmt's to check: a language may have a word for one or two of a thing."""
    for source, text in compiled(code).items():
        if isinstance(source, str):
            english = source.rpartition("\x04")[2]
            assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(text)), english


@pytest.mark.parametrize(("code", "forms"), [("de", 2), ("ar", 6)])
def test_every_plural_has_all_its_forms(code: str, forms: int) -> None:
    known = compiled(code)
    plurals = {key[0] for key in known if isinstance(key, tuple)}
    assert len(plurals) > 5
    for plural in plurals:
        assert [bool(known.get((plural, form))) for form in range(forms)] == [True] * forms, plural


def test_each_language_that_is_offered_has_a_catalogue_but_english() -> None:
    offered = {code for code, _name in settings.LANGUAGES if not code.startswith("en")}
    assert offered == set(TRANSLATED)


def test_every_word_of_the_seeded_graphs_is_known_to_the_catalogues() -> None:
    seeds = import_module("bookings.migrations.0002_release_0_1_seeds").GRAPHS
    words = {graph[1] for graph in seeds}
    words |= {fields[0] for graph in seeds for fields in graph[3].values()}
    words |= {action[1] for graph in seeds for action in graph[4]}
    assert words <= set(SEEDED)


def test_a_label_of_staffs_own_stays_as_it_is() -> None:
    with translation.override("de"):
        assert graph_words("Confirmed") == "Bestätigt"
        assert graph_words("Beim Schneider") == "Beim Schneider"
        assert graph_words("") == ""


def test_states_and_actions_name_themselves_in_the_language_of_the_reader() -> None:
    state, action = State(name="confirmed", label="Confirmed"), Action(name="confirm", label="Accept")
    assert (str(state), str(action)) == ("Confirmed", "Accept")
    with translation.override("de"):
        assert (str(state), str(action)) == ("Bestätigt", "Annehmen")
    assert str(State(name="fitted")) == "fitted"


@pytest.mark.parametrize(
    ("code", "day", "clock"),
    [
        ("en", "Tuesday 16 March 2027", "14:30"),
        ("en-us", "Tuesday, March 16, 2027", "2:30\u00a0PM"),
        ("de", "Dienstag, 16. März 2027", "14:30"),
        ("ar", "الثلاثاء 16 مارس 2027", "14:30"),
    ],
)
def test_days_and_clocks_are_written_as_the_locale_writes_them(code: str, day: str, clock: str) -> None:
    moment = datetime(2027, 3, 16, 13, 30, tzinfo=UTC)
    with translation.override(code):
        assert times.day(moment, "Europe/Berlin") == day
        assert times.clock(moment, "Europe/Berlin") == clock


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("ar-EG", "ar"),
        ("en-GB", "en"),
        ("en-US,en;q=0.9", "en-us"),
        ("fr", "en"),
    ],
)
def test_a_page_speaks_the_language_that_the_browser_asks_for(client, accepted: str, spoken: str) -> None:
    page = client.get("/", headers={"accept-language": accepted}).content.decode()
    assert f'<html lang="{spoken}" dir="{"rtl" if spoken == "ar" else "ltr"}">' in page
