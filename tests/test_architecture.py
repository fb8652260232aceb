"""The arrows between the parts point down only; this reads the imports and names the one that was reversed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the top down. Commands, addresses and template tags put the parts together; the doors stand side by side.
LEVELS = [
    {"management", "templatetags", "urls"},
    {"api", "views", "admin"},
    {"setup"},
    {"demo", "effects", "logins", "proof"},
    {"forms"},
    {
        "bites",
        "clocks",
        "housekeeping",
        "languages",
        "layers",
        "mailing",
        "picture_copies",
        "rate_limits",
        "refusals",
    },
    {"lifecycle"},
    {"availability"},
    {"graphs"},
    {"models"},
]
GROUND = len(LEVELS)  # errors, overrides, constraints, …: what knows nothing of the rest

# Modules that must stay ignorant of something outside the site as well.
IGNORANT_OF = {
    "bookings.errors": ["django"],
    "bookings.overrides": ["django"],
    "bookings.availability.intervals": ["django"],
    "bookings.models": ["django.forms", "django.http", "django.views", "django.shortcuts", "ninja"],
    "bookings.lifecycle": ["django.forms", "django.http", "django.views", "django.shortcuts", "ninja"],
    "bookings.availability": ["django.forms", "django.http", "django.views", "django.shortcuts", "ninja"],
    "bookings": ["booking_site"],
}


# What only the engine itself looks into: doors ask `offering`, `free_times`, `search` and `explain`.
DOORS = ["bookings.api", "bookings.views", "bookings.admin", "bookings.agents", "bookings.management"]
ENGINE = [f"bookings.availability.{part}" for part in ("slots", "intervals", "busy", "sources", "permits")]


def level(module: str) -> int:
    """Where `module` stands, counted from the top."""
    part = module.split(".")[1]
    return next((number for number, parts in enumerate(LEVELS) if part in parts), GROUND)


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Each module that is imported, with its line; `package` is where relative imports start."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            # A module of a package and a name of a module look alike, and both are told whole.
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def reversed_arrows(source: str, module: str, package: str) -> list[str]:
    """Every import in `source` that `module` may not make, each as a line that names the arrow."""
    return [
        f"{module}, line {line}: {module} → {imported}"
        for line, imported in imports(ast.parse(source), package)
        if is_forbidden(module, imported) or is_upward(module, imported)
    ]


def is_forbidden(module: str, imported: str) -> bool:
    names = [name for of, names in IGNORANT_OF.items() if within(module, of) for name in names]
    names += ENGINE if any(within(module, door) for door in DOORS) else []
    return any(within(imported, name) for name in names)


def is_upward(module: str, imported: str) -> bool:
    if not (module.startswith("bookings.") and imported.startswith("bookings.")):
        return False
    if module.split(".")[1] == imported.split(".")[1]:
        return False
    own, other = level(module), level(imported)
    return other < own or (other == own and own < GROUND)


def test_every_arrow_points_down() -> None:
    found: list[str] = []
    for path in sorted((ROOT / "bookings").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "migrations" in parts:
            continue
        package = ".".join(parts[:-1])
        module = package if parts[-1] == "__init__" else ".".join(parts)
        found += reversed_arrows(path.read_text(), module, package)
    assert not found, "These arrows point up:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bookings.models.rooms", "from bookings.lifecycle import book"),
        ("bookings.models.rooms", "from ..lifecycle.book import book"),
        ("bookings.models.rooms", "from django.http import HttpRequest"),
        ("bookings.lifecycle.book", "import bookings.api.auth"),
        ("bookings.lifecycle.book", "def book():\n    from bookings.effects import outbox"),
        ("bookings.views.choose.choose", "from bookings.api import payloads"),
        ("bookings.api.endpoints.bookings", "from bookings.views.booking import manage"),
        ("bookings.views.home.home", "from bookings.admin.form_page import form_page"),
        ("bookings.admin.form_page", "from bookings.views import message_pages"),
        ("bookings.views.choose.choose", "from bookings.availability.slots import Supply"),
        ("bookings.views.choose.choose", "from bookings.availability import intervals"),
        ("bookings.admin.booking.why", "import bookings.availability.busy"),
        ("bookings.money", "from bookings import models"),
        ("bookings.errors", "from django.db import models"),
        ("bookings.forms.resolve", "from booking_site import settings"),
    ],
)
def test_a_reversed_arrow_is_named(module: str, source: str) -> None:
    found = reversed_arrows(source, module, module.rpartition(".")[0])
    assert len(found) == 1
    assert f"{module} → " in found[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bookings.api.auth", "from bookings.models import ApiKey"),
        ("bookings.api.auth", "from bookings.api import errors"),
        ("bookings.lifecycle.book", "from bookings.errors import BookingError"),
        ("bookings.models.rooms", "from django.db import models"),
        ("bookings.graphs.picture", "from bookings import graph_layout"),
    ],
)
def test_an_arrow_that_points_down_is_left_alone(module: str, source: str) -> None:
    assert reversed_arrows(source, module, module.rpartition(".")[0]) == []
