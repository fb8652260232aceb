"""The table of limits: the environment sets each, the documentation names each, and what bites is said."""

import hashlib
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from booking_site import gunicorn
from booking_site.environment import Env
from bookings import bites, housekeeping, limits
from bookings.models import RequestCount
from tests.situations import HOUR

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| `([A-Z_]+)` \| (\d+) \| (.+) \|$", re.MULTILINE)


@pytest.fixture(autouse=True)
def nothing_written_yet() -> None:
    bites._unwritten.clear()
    bites._written_at.clear()


def test_the_page_and_the_module_name_the_same_limits():
    page = {name: (int(default), words) for name, default, words in ROW.findall(page_of_limits())}
    table = {one.setting: (one.default, one.meaning) for one in limits.LIMITS}
    assert page == table


def page_of_limits() -> str:
    return (ROOT / "docs" / "limits.md").read_text()


@pytest.mark.parametrize("limit", limits.LIMITS, ids=lambda limit: limit.setting)
def test_the_environment_sets_each_limit(limit, monkeypatch):
    monkeypatch.setenv(limit.setting, "7")
    assert limits.from_environment(Env().number)[limit.setting] == 7
    assert isinstance(getattr(settings, limit.setting), int)


def test_the_libraries_take_their_limits_from_the_table():
    assert limits.LOGIN_FAILURES.value == settings.AXES_FAILURE_LIMIT
    assert timedelta(minutes=limits.LOGIN_LOCK_MINUTES.value) == settings.AXES_COOLOFF_TIME
    assert limits.FORM_FIELDS.value == settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    assert limits.FORM_FILES.value == settings.DATA_UPLOAD_MAX_NUMBER_FILES
    assert 1024 * limits.FORM_KILOBYTES.value == settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_the_web_server_takes_its_limits_from_the_table():
    assert gunicorn.limit_request_line == limits.REQUEST_LINE.default
    assert gunicorn.limit_request_fields == limits.HEADERS.default
    assert gunicorn.limit_request_field_size == limits.HEADER.default


@pytest.mark.django_db
def test_what_bit_is_told_by_the_doctor(capsys):
    bites.note(limits.HOLDS_PER_ADDRESS.setting)
    with suppress(CommandError):  # this site lacks other things
        call_command("doctor")
    assert (
        "MAX_HOLDS_PER_ADDRESS (50 live holds from one network address) refused 1 times"
        in capsys.readouterr().out
    )


@pytest.mark.django_db
def test_many_bites_within_a_second_are_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        for _bite in range(100):
            bites.note(limits.BODY.setting)


@pytest.mark.django_db
def test_a_refusal_that_no_limit_made_is_not_counted():
    bites.note(None)
    assert not bites.lately()


@pytest.mark.django_db
def test_a_bite_is_told_for_a_day_and_then_swept():
    bites.note(limits.BODY.setting)
    age(by=HOUR * 3)
    housekeeping.sweep()
    assert [(limit.setting, count) for limit, count in bites.lately()] == [("BODY_KILOBYTES", 1)]
    age(by=HOUR * 23)
    assert not bites.lately()
    housekeeping.sweep()
    assert not RequestCount.objects.exists()


def age(by: timedelta) -> None:
    """Let time pass for what was counted."""
    for row in RequestCount.objects.all():
        row.window -= by
        row.save()


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "vendor").iterdir()), ids=lambda path: path.name)
def test_what_is_vendored_has_its_licence_and_is_what_its_list_says(path):
    listed = dict(
        reversed(line.split()) for line in (path / "README.md").read_text().splitlines() if line[:4] == "    "
    )
    files = {one.name for one in path.iterdir()} - {"README.md"}
    assert files == set(listed)
    assert any("LICENSE" in name for name in files)
    for name, digest in listed.items():
        assert hashlib.sha256((path / name).read_bytes()).hexdigest() == digest
