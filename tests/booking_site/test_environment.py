"""What an operator writes wrongly is refused with a sentence that names the variable."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_httpserver import HTTPServer

from booking_site import environment
from booking_site.launch import in_words

pytestmark = pytest.mark.own_database  # or none: what is wrong is found before one is asked


@pytest.mark.parametrize("text", ["", "abc", "-1", "65536", "80.5", "²", "8" * 5000])
def test_a_port_is_a_number_in_range(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PORT"):
        environment.port(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "book.example.org",
        "ftp://book.example.org",
        "https://",
        "https://a.org/path",
        "https://u@a.org",
        "https://a.org:http",
        "https://a.org:0",
        "https://[a.org",
    ],
)
def test_a_public_address_is_a_scheme_and_a_host(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        environment.site_url(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://Book.Example.org/", "https://book.example.org"),
        ("https://book.example.org:443", "https://book.example.org"),
        ("http://book.example.org:8080", "http://book.example.org:8080"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_public_address_is_written_as_browsers_write_it(text: str, written: str) -> None:
    assert environment.site_url(text).geturl() == written


def as_installed(code: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run code with the site's own settings."""
    own = {"DJANGO_SETTINGS_MODULE": "booking_site.settings", "LOG_LEVEL": "INFO"} | variables
    command = [sys.executable, "-c", f"import django; django.setup(); {code}"]
    return subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)


def test_a_site_with_a_name_beyond_ascii_answers() -> None:
    code = (
        "from django.test import Client; "
        "print(Client().get('/healthz', secure=True, headers={'host': 'xn--bcher-kva.example'}).status_code)"
    )
    run = as_installed(code, SITE_URL="https://bücher.example")
    assert run.stdout == "200\n", run.stderr


def test_the_address_of_a_call_is_in_no_log() -> None:
    """A webhook's address may hold a secret."""
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/secret").respond_with_data("")
        url = server.url_for("/secret")
        code = (
            f"import httpx2, structlog; httpx2.get({url!r}); structlog.get_logger('bookings').info('called')"
        )
        run = as_installed(code)
    assert '"called"' in run.stderr
    assert "secret" not in run.stderr


@pytest.mark.parametrize("text", ["*", "300.0.0.1", "proxy.example.org"])
def test_a_trusted_proxy_is_an_address_or_a_network(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        environment.trusted_proxies(["127.0.0.1", text])


@pytest.mark.parametrize("value", ["$ecret", "$HOME", "$", r"\$x", "a$b"])
def test_a_value_that_begins_with_a_dollar_is_the_value(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", value)
    assert environment.Env().str("METRICS_TOKEN", default="") == value
    assert environment.Env().list("METRICS_TOKEN", default=[]) == [value]


def test_a_dollar_in_the_file_of_settings_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings").write_text("SECRET_KEY=$ecret\nMETRICS_TOKEN='$HOME'\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    code = "from django.conf import settings; print(settings.SECRET_KEY, settings.METRICS_TOKEN)"
    run = as_installed(code, ENV_FILE=str(tmp_path / "settings"))
    assert run.stdout == "$ecret $HOME\n", run.stderr


@pytest.mark.parametrize("password", ["/word", "12/34", "pa/ss", "12?34"])
def test_a_password_that_ends_the_databases_host_is_refused_with_the_cure(password: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL .* / %2F"):
        environment.database(f"postgres://user:{password}@db.example.org:5432/booking")


@pytest.mark.parametrize(
    "password", ["$ecret", "p+s", "p@s", "p%s", "%2Fa%23b%3Fc%25d%3A", "p:s", "p#s", "p[s"]
)
def test_a_databases_password_may_be_odd(password: str) -> None:
    found = environment.database(f"postgres://me:{password}@db.example.org:5432/booking")
    assert found["PASSWORD"] == unquote(password)
    assert (found["USER"], found["HOST"], found["PORT"]) == ("me", "db.example.org", 5432)


@pytest.mark.parametrize("url", ["", "x", "mysql://u@h/x", "postgres://u@h:port/x", "postgres://u@h/"])
def test_a_database_is_one_of_the_two_that_keep_the_promise(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database(url)


@pytest.mark.parametrize("url", ["", "x", "https://a.org", "smtp://u:p@a.org:port"])
def test_a_mail_server_has_a_scheme_and_a_port(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        environment.email(url)


@pytest.mark.parametrize("url", ["x", "http://a.org", "redis://a.org:port"])
def test_a_redis_has_a_scheme_and_a_port(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
        environment.redis(url)


@pytest.mark.parametrize("text", ["ten", "-1", "1.5", "²", "99999999999", "9" * 5000])
def test_a_number_is_whole_and_not_too_small(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDO_MINUTES", text)
    with pytest.raises(ImproperlyConfigured, match="UNDO_MINUTES"):
        environment.Env().number("UNDO_MINUTES", default=15)
    monkeypatch.setenv("WEB_THREADS", "0")
    with pytest.raises(ImproperlyConfigured, match="WEB_THREADS must be a whole number, 1 or more"):
        environment.Env().number("WEB_THREADS", default=4, least=1)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("BACKUP_HOUR", "24", "from 0 to 23"),
        ("KEEP_SENT_DAYS", "2147483647", "from 0 to 36500"),
        ("KEEP_PEOPLE_MONTHS", "1201", "from 0 to 1200"),
        ("LOGIN_LOCK_MINUTES", "2147483647", "from 1 to 52560000"),
        ("WEBHOOK_PAUSE_HOURS", "876001", "from 0 to 876000"),
        ("CALENDAR_SYNC_MINUTES", "0", "from 1 to 52560000"),
    ],
)
def test_a_time_that_never_comes_is_refused_at_the_start_by_its_name(
    name: str, value: str, allowed: str
) -> None:
    run = as_installed("", **{name: value})
    assert f"{name} must be a whole number {allowed}." in run.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "on"), [("1", True), ("Yes", True), ("0", False), ("off", False), ("", True)]
)
def test_a_switch_is_on_or_off_and_nothing_else(text: str, on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_MODE", text)
    assert environment.Env().switch("TEST_MODE", default=True) is on
    monkeypatch.setenv("TEST_MODE", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="TEST_MODE"):
        environment.Env().switch("TEST_MODE", default=True)


def test_a_key_that_signs_is_not_empty() -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        environment.secret_key("")


def test_a_level_of_logs_is_one_that_python_knows() -> None:
    assert environment.log_level("info") == "INFO"
    with pytest.raises(ImproperlyConfigured, match="LOG_LEVEL"):
        environment.log_level("LOUD")


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE_URL", "mysql://h/x"), ("UNDO_MINUTES", "ten"), ("SECRET_KEY", "")]
)
def test_a_command_says_which_setting_is_wrong_and_shows_no_traceback(name: str, value: str) -> None:
    wrong = {**os.environ, "DJANGO_SETTINGS_MODULE": "booking_site.settings", name: value}
    run = subprocess.run(
        [sys.executable, "manage.py", "doctor"], env=wrong, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stderr.startswith(f"A setting is wrong: {name}")
    assert run.stderr.count("\n") == 1


def test_a_file_of_settings_in_other_letters_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings").write_bytes("NAME=Müller\n".encode("latin-1"))
    with pytest.raises(ImproperlyConfigured, match="settings holds other letters than UTF-8"):
        environment.read_file(str(tmp_path / "settings"))


def test_a_command_says_what_is_wrong_with_its_database_or_its_folder(tmp_path: Path) -> None:
    (tmp_path / "db").write_text("this is no database, and is long enough to be looked at as one")
    wrong = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    wrong["TEST_DATABASE_URL"] = f"sqlite:///{tmp_path / 'db'}"
    command = [sys.executable, "manage.py", "migrate"]
    run = subprocess.run(command, env=wrong, capture_output=True, text=True, check=False)
    assert run.stderr == "The database cannot be used: file is not a database\n"
    refused = PermissionError(errno.EACCES, "Permission denied", "/srv/var/db")
    assert in_words(refused).startswith("/srv/var/db cannot be used: Permission denied.")


@pytest.mark.parametrize(
    "text",
    ["", "graph.microsoft.com", "ftp://example.org", "https://", "https://u:p@example.org", "https://h/?a=b"],
)
def test_an_address_below_which_others_lie_is_one_of_the_web(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="GOOGLE_CALENDAR_URL"):
        environment.base_address("GOOGLE_CALENDAR_URL", text)


@pytest.mark.parametrize(
    "text", ["http://meet.example.org", "meet.example.org", "javascript:alert(1)", "https://"]
)
def test_video_meetings_are_reached_by_https(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="JITSI_URL"):
        environment.meeting_address(text)


def test_without_an_address_there_are_no_rooms_for_video_meetings() -> None:
    assert environment.meeting_address(" ") == ""
    assert environment.meeting_address("https://meet.example.org/") == "https://meet.example.org"


def test_an_address_below_which_others_lie_may_end_in_a_slash() -> None:
    assert environment.base_address("X", " https://example.org:8443/v3/ ") == "https://example.org:8443/v3"
