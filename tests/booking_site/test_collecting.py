"""Static files are collected at the first start and after a change, and else left alone."""

from pathlib import Path

import pytest
from django.test import override_settings

from booking_site.collecting import collect_once


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Where static files come from and where they go."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "look.css").write_text("body {}")
    return source, target


def test_only_a_change_is_collected_again(folders: tuple[Path, Path]) -> None:
    source, target = folders
    with override_settings(STATICFILES_DIRS=[source], STATIC_ROOT=target):
        collect_once()
        assert (target / "look.css").read_text() == "body {}"
        (target / "look.css").unlink()
        collect_once()
        assert not (target / "look.css").exists()
        (source / "look.css").write_text("body { color: black }")
        collect_once()
        assert (target / "look.css").read_text() == "body { color: black }"
