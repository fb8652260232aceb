"""The arrows between the parts point down only; this reads the imports and names the one that was reversed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the top down. Commands, addresses and template tags put the parts together; the doors stand side by side.
LEVELS = [
    {"management", "templatetags", "urls"},
    {"api", "views", "admin", "agents"},
    {"setup", "visitors"},
    {"calendars"},
    {"demo", "effects", "logins", "moving", "proof", "sandbox"},
    {"backups"},
    {"forms"},
    {
        "attempts",
        "bites",
        "clocks",
        "housekeeping",
        "personal_data",
        "languages",
        "mailing",
        "maps",
        "picture_copies",
        "rate_limits",
        "refusals",
        "removals",
        "staff_limits",
        "staff_sessions",
    },
    {"recent_requests", "crowd"},
    {"lifecycle"},
    {"availability"},
    {"layers"},
    {"graphs"},
    {"configuration", "invariants", "texting"},
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
ENGINE = [
    f"bookings.availability.{part}"
    for part in ("slots", "supplies", "intervals", "busy", "sources", "permits")
]


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
        ("bookings.views.choose.choose", "from bookings.availability.supplies import Supply"),
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


# What a project keeps as JSON is read by the layers, which everybody else reads typed or merged; those who check and
# edit the JSON itself see it as it is stored.
SETTINGS = {"availability", "booking"}
READS_SETTINGS = {
    "bookings.layers",
    "bookings.api.requests.project",
    "bookings.api.requests.project_settings",
    "bookings.admin.project_forms",
}
LOOKS_INTO = {"get", "items", "keys", "values", "copy", "pop"}
MERGES = {"flat", "override", "dict", "merged"}


def are_settings(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in SETTINGS


def raw_readings(source: str) -> list[int]:
    """The lines on which stored settings of a project, option or link are looked into."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(value=whole) | ast.keyword(arg=None, value=whole):
                looked_into = are_settings(whole)
            case ast.Attribute(value=whole, attr=name):
                looked_into = are_settings(whole) and name in LOOKS_INTO
            case ast.Compare(ops=ops, comparators=others):
                is_in = any(isinstance(op, ast.In | ast.NotIn) for op in ops)
                looked_into = is_in and any(map(are_settings, others))
            case ast.Call(func=ast.Name(id=name), args=args):
                looked_into = name in MERGES and any(map(are_settings, args))
            case ast.Dict(keys=keys, values=values):
                spread = [value for key, value in zip(keys, values, strict=True) if key is None]
                looked_into = any(map(are_settings, spread))
            case _:
                looked_into = False
        if looked_into:
            found.append(node.value.lineno if isinstance(node, ast.keyword) else node.lineno)
    return found


def test_nobody_but_the_layers_looks_into_a_projects_stored_settings() -> None:
    found: list[str] = []
    for path in sorted((ROOT / "bookings").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if module not in READS_SETTINGS and "migrations" not in path.parts:
            found += [f"{module}, line {line}" for line in raw_readings(path.read_text())]
    assert not found, "Ask an Offering or the layers instead:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        'project.availability["length"]',
        'wanted.project.availability.get("mode")',
        '"length" not in project.availability',
        "flat(option.booking)",
        "{**project.availability, **request}",
        "search(**project.availability)",
        "for name, value in project.booking.items(): pass",
    ],
)
def test_looking_into_stored_settings_would_be_noticed(source: str) -> None:
    assert raw_readings(source) == [1]


@pytest.mark.parametrize("source", ["held.booking.state", "form.booking = layer", "merged({}, project)"])
def test_what_only_looks_alike_is_let_pass(source: str) -> None:
    assert raw_readings(source) == []
