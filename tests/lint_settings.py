"""The tests' settings with the linter of migrations; those that were made before the rule are left as they are."""

from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import BASE_DIR, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
_FOLDER = Path(BASE_DIR) / "bookings" / "migrations"
_LAST_BEFORE = "0021"  # the rule began with this number
MIGRATION_LINTER_OPTIONS = {
    "include_apps": ["bookings"],
    "ignore_name": [path.stem for path in _FOLDER.glob("0*.py") if path.name < _LAST_BEFORE],
    # How a data migration spells its models is for ruff and review.
    "exclude_migration_tests": ["RUNPYTHON_MODEL_IMPORT", "RUNPYTHON_MODEL_VARIABLE_NAME"],
    "no_cache": True,
}
