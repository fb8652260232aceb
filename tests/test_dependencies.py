"""What is imported and what `pyproject.toml` declares, held against each other in both directions."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = {"node_modules", "python_modules"}
SITE, WORKSHOP = ("bookings", "booking_site", "manage.py"), ("tests", "bench")
OWN = {name.removesuffix(".py") for name in (*SITE, *WORKSHOP)}

# The settings in which Django is told by name what to load.
NAMED_IN = {
    "AUTHENTICATION_BACKENDS",
    "INSTALLED_APPS",
    "MIDDLEWARE",
    "PASSWORD_HASHERS",
    "STORAGES",
    "TEMPLATES",
}

USED_WITHOUT_IMPORT = {
    "argon2-cffi": "Django's hasher of passwords loads it",
    "psycopg[binary]": "the driver's own libpq, so that nothing is compiled",
    "psycopg[pool]": "Django loads it where DB_POOL is set",
    "tzdata": "zoneinfo reads it where the machine has no zones, or old ones",
    "djade": "a program: ./run lint",
    "django-migration-linter": "an app of Django, named in tests/lint_settings.py",
    "django-stubs": "a plugin of mypy",
    "mypy": "a program: ./run lint",
    "pytest-cov": "a plugin of pytest: ./run test --cov",
    "pytest-django": "a plugin of pytest: the database and its marks",
    "pytest-xdist": "a plugin of pytest: several processes",
    "radicale": "a program: the CalDAV server of tests/calendars",
    "ruff": "a program: ./run lint",
    "time-machine": "a plugin of pytest: the fixture of its name",
    "uv": "a program: ./run lock",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def parts_of(requirement: str) -> Iterator[str]:
    """The name of what is declared, and each of its extras as ``name[extra]``."""
    found = re.match(r"([\w.-]+)(?:\[([^\]]*)\])?", requirement)
    assert found, requirement
    name = normal(found[1])
    yield name
    yield from (f"{name}[{extra.strip()}]" for extra in (found[2] or "").split(",") if extra.strip())


def declared(requirements: Iterable[str]) -> set[str]:
    return {part for requirement in requirements for part in parts_of(requirement)}


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Each foreign package that is imported, by its top name, with the line."""
    for node in ast.walk(ast.parse(source)):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules = [str(node.module)]
        for top in (module.partition(".")[0] for module in modules):
            if top not in OWN and top not in sys.stdlib_module_names:
                yield node.lineno, top


def imports_under(folders: Iterable[str]) -> dict[str, str]:
    """Each foreign package imported under these folders, with one place where it is."""
    found: dict[str, str] = {}
    for folder in folders:
        path = ROOT / folder
        for file in _ours(path) if path.is_dir() else [path]:
            for line, top in imported(file.read_text()):
                found.setdefault(top, f"{file.relative_to(ROOT)}:{line}")
    return found


def _ours(folder: Path) -> list[Path]:
    """The files below it that are not published clients, which their tests install."""
    return [file for file in sorted(folder.rglob("*.py")) if INSTALLED.isdisjoint(file.parts)]


def named_in_settings(source: str) -> set[str]:
    """The top names of what the settings of ``NAMED_IN`` name."""
    assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    values = [
        node.value
        for node in assigned
        if NAMED_IN & {name.id for name in node.targets if isinstance(name, ast.Name)}
    ]
    strings = [node.value for value in values for node in ast.walk(value) if isinstance(node, ast.Constant)]
    return {str(text).partition(".")[0] for text in strings}


@cache
def installed() -> Mapping[str, list[str]]:
    return packages_distributions()


def providers(top: str) -> set[str]:
    """The distributions that an import of that name may come from."""
    return {normal(name) for name in installed().get(top, [top])}


def undeclared(imports: Mapping[str, str], names: set[str]) -> list[str]:
    return [
        f"{place} imports {top}, which pyproject.toml does not declare"
        for top, place in imports.items()
        if not providers(top) & names
    ]


def unused(names: Iterable[str], tops: Iterable[str]) -> list[str]:
    used = {name for top in tops for name in providers(top)} | USED_WITHOUT_IMPORT.keys()
    return sorted(f"{name} is declared, and nothing uses it" for name in set(names) - used)


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = declared(PROJECT["dependencies"])
DEV = declared(PROJECT["optional-dependencies"]["dev"])
EXTRAS = {
    name
    for extra, some in PROJECT["optional-dependencies"].items()
    if extra != "dev"
    for name in declared(some)
}


def test_what_the_site_imports_is_declared() -> None:
    assert undeclared(imports_under(SITE), RUNTIME | EXTRAS) == []


def test_an_extra_is_used_by_one_module_that_is_loaded_where_it_is_set_up() -> None:
    importing = {
        place.partition(":")[0] for top, place in imports_under(SITE).items() if providers(top) & EXTRAS
    }
    assert importing == {"booking_site/bounce_webhooks.py"}
    assert unused(EXTRAS, imports_under(SITE)) == []
    assert EXTRAS <= DEV  # so that it is tried


def test_what_tests_and_benches_import_is_declared() -> None:
    assert undeclared(imports_under(WORKSHOP), RUNTIME | DEV) == []


def test_what_is_declared_for_the_site_is_used_by_it() -> None:
    settings = "".join(
        (ROOT / "booking_site" / name).read_text() for name in ("settings.py", "composition.py")
    )
    assert unused(RUNTIME, imports_under(SITE).keys() | named_in_settings(settings)) == []


def test_what_is_declared_for_development_is_used_there() -> None:
    assert unused(DEV - EXTRAS, imports_under(WORKSHOP)) == []


def test_each_use_without_an_import_is_declared_and_needs_its_reason() -> None:
    imports = {name for top in imports_under([*SITE, *WORKSHOP]) for name in providers(top)}
    assert USED_WITHOUT_IMPORT.keys() <= RUNTIME | DEV
    assert not USED_WITHOUT_IMPORT.keys() & imports


@pytest.mark.parametrize(
    "source", ["import PIL.Image", "from PIL import Image", "def late():\n    import PIL"]
)
def test_an_import_is_held_against_the_package_that_brings_it(source: str) -> None:
    found = {top: f"a.py:{line}" for line, top in imported(source)}
    assert undeclared(found, declared(["Pillow>=13"])) == []
    assert undeclared(found, declared(["django"])) == [
        f"a.py:{source.count(chr(10)) + 1} imports PIL, which pyproject.toml does not declare"
    ]


@pytest.mark.parametrize("source", ["import os.path", "from . import models", "from bookings import errors"])
def test_our_own_modules_and_pythons_are_nobodys_package(source: str) -> None:
    assert list(imported(source)) == []


def test_a_package_counts_as_used_where_it_is_imported_or_named_in_the_settings() -> None:
    named = named_in_settings('INSTALLED_APPS = ["csp"]\nLOGIN_URL = "axes"\nCACHES = {}')
    assert unused(declared(["django-csp>=4", "django-axes", "redis[hiredis]"]), named | {"redis"}) == [
        "django-axes is declared, and nothing uses it",
        "redis[hiredis] is declared, and nothing uses it",
    ]
