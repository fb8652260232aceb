"""The settings in a backup: each that the site reads, and each as it was."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.conf import settings

from bookings.backups.settings_file import settings_in_force
from bookings.limits import LIMITS

NOT_OF_AN_INSTALLATION = {"SECRET_KEY", "SECRET_KEY_FALLBACKS", "ENV_FILE", "DEBUG"}
"""Secrets stand in no example, but in backups; the others belong to the process."""
READ = """
import environ, os
class Noted(dict):
    def __getitem__(self, name): print(name); return super().__getitem__(name)
    def get(self, name, default=None): print(name); return super().get(name, default)
environ.Env.ENVIRON = Noted(os.environ)
import booking_site.settings
"""


def example() -> set[str]:
    text = (Path(settings.BASE_DIR) / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z][A-Z_0-9]+)=", text, re.MULTILINE))


def test_each_variable_that_the_settings_read_stands_in_the_example():
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 60, "ENV_FILE": os.devnull}
    command = [sys.executable, "-c", READ]
    read = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, check=True)
    names = set(read.stdout.decode().split())
    assert {"DATABASE_URL", "SMS_URL", "BACKUP_HOUR"} <= names
    assert names - example() - NOT_OF_AN_INSTALLATION - {limit.setting for limit in LIMITS} == set()


def test_each_variable_of_the_example_is_read_somewhere():
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("booking_site", "bookings")
        for path in (Path(settings.BASE_DIR) / folder).rglob("*.py")
    )
    assert {name for name in example() if not re.search(rf"\b{name}\b", code)} == set()


ODD = [
    "",
    "it's",
    "'quoted'",
    '"quoted"',
    '"',
    '""',
    r'"a\nb\\"c"',
    "#no comment",
    "a # b",
    "$other",
    r"back\slash\n",
    "blank at the end ",
    " and the beginning",
    "Zoë 時",
    '{"a": "b"}',
    "a=b",
]


@pytest.mark.parametrize("value", ODD)
def test_a_value_comes_back_as_it_was(value, monkeypatch, tmp_path):
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)
    (tmp_path / ".env").write_text(settings_in_force(), encoding="utf-8")
    monkeypatch.setattr(environ.Env, "ENVIRON", {})
    environ.Env.read_env(str(tmp_path / ".env"))
    assert environ.Env.ENVIRON["DEFAULT_FROM_EMAIL"] == value


def test_json_over_several_lines_means_the_same_on_one(monkeypatch, tmp_path):
    monkeypatch.setenv("SMS_BODY", '{\n  "to": "{to}",\n  "text": "{text}\\n"\n}\n')
    (tmp_path / ".env").write_text(settings_in_force(), encoding="utf-8")
    monkeypatch.setattr(environ.Env, "ENVIRON", {})
    environ.Env.read_env(str(tmp_path / ".env"))
    assert json.loads(environ.Env.ENVIRON["SMS_BODY"]) == {"to": "{to}", "text": "{text}\n"}


@pytest.mark.parametrize("value", ["a\nSECRET_KEY=b", "a\r", "\u2028", "\udcff"])
def test_what_no_line_can_say_is_kept_for_the_reader_and_is_no_other_variable(value, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "the key")
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)
    written = settings_in_force()
    (tmp_path / ".env").write_text(written, encoding="utf-8")
    monkeypatch.setattr(environ.Env, "ENVIRON", {})
    environ.Env.read_env(str(tmp_path / ".env"))
    assert environ.Env.ENVIRON["SECRET_KEY"] == "the key"
    assert "DEFAULT_FROM_EMAIL" not in environ.Env.ENVIRON
    assert "# DEFAULT_FROM_EMAIL is not one line" in written
