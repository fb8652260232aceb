"""``manage.py calendar``: what it asks, does and refuses."""

import re

import pytest
from django.core.management import CommandError
from django.test import Client

from bookings.models import Calendar, Connection
from tests.calendars.conftest import PASSWORD, an_ics, lasting, soon
from tests.calendars.test_consent import on_to
from tests.calendars.worlds import busy, connected, manage, read_all, typed
from tests.situations import a_resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return a_resource(name="Anna")


def test_names_choose_what_is_read_written_and_primary(anna, account):
    for name in ("Work", "Private", "Team"):
        account.make_calendar(name)
    connected(anna, account, "--read", "private", "--write", "Team", "--primary", "work")
    chosen = Calendar.objects.exclude(connection=None).values_list(
        "name", "provider_sync", "writes", "primary"
    )
    assert set(chosen) == {
        ("Work", False, True, True),
        ("Private", True, False, False),
        ("Team", False, True, False),
    }
    assert not anna.calendars.get(name="Bookings").primary
    assert anna.writes_calendar


def test_without_names_everything_is_read_and_nothing_written(anna, account):
    account.make_calendar("Work")
    connected(anna, account)
    row = Calendar.objects.get(name="Work")
    assert (row.provider_sync, row.writes, row.primary) == (True, False, False)
    assert not anna.writes_calendar


def test_an_address_of_ics_is_connected_by_name_and_read_by_command(anna, httpserver):
    httpserver.expect_request("/rota.ics").respond_with_data(an_ics(*lasting(soon())))
    manage("connect", "--resource", "anna", "--ics", httpserver.url_for("/rota.ics"))
    said = manage("sync")
    assert "read." in said
    assert busy(anna) == [(soon(10), soon(11))]
    assert "localhost: read" in manage("list")
    assert "rota" not in manage("list")


def test_what_could_not_be_read_is_told_and_noted(anna, httpserver):
    httpserver.expect_request("/rota.ics").respond_with_data("", 404)
    manage("connect", "--resource", "anna", "--ics", httpserver.url_for("/rota.ics"))
    with pytest.raises(CommandError, match="1 could not be read"):
        manage("sync")
    assert "not there any more" in manage("list")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--write", "Nowhere"], "There are: Work"),
        (["--user", ""], "--user"),
    ],
)
def test_what_is_wrong_is_said_and_leaves_nothing(anna, account, words, said):
    account.make_calendar("Work")
    with pytest.raises(CommandError, match=said):
        connected(anna, account, *words)
    assert not Connection.objects.exists()


def test_a_wrong_password_leaves_nothing(anna, account):
    words = ["--resource", "Anna", "--caldav", account.url, "--user", account.user, "--password-stdin"]
    with typed("wrong"), pytest.raises(CommandError, match="app password"):
        manage("connect", *words)
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["connect", "--resource", "Nobody", "--ics", "https://example.com/x.ics"], "names no resource"),
        (
            ["connect", "--resource", "Anna", "--ics", "https://x.example/x.ics", "--write", "x"],
            "only be read",
        ),
        (["disconnect"], "Name a connection"),
        (["disconnect", "nonsense"], "No connection"),
        (["connect", "--resource", "Twin", "--ics", "https://example.com/x.ics"], "Several"),
    ],
)
def test_what_names_nothing_is_refused(anna, words, said):
    a_resource(name="Twin")
    a_resource(name="Twin")
    with pytest.raises(CommandError, match=said):
        manage(*words)
    assert not Connection.objects.exists()


def test_a_password_is_no_argument(anna, account):
    with pytest.raises((CommandError, SystemExit)):
        manage(
            "connect", "--resource", "Anna", "--caldav", account.url, "--user", "x", "--password", PASSWORD
        )


def test_one_of_two_connections_is_left(anna, account, httpserver):
    account.make_calendar("Work")
    account.put("Work", an_ics(*lasting(soon(8))))
    httpserver.expect_request("/rota.ics").respond_with_data(an_ics(*lasting(soon(12))))
    manage("connect", "--resource", "Anna", "--ics", httpserver.url_for("/rota.ics"))
    connection = connected(anna, account)
    read_all()
    manage("disconnect", str(connection.pk))
    assert busy(anna) == [(soon(12), soon(13))]


def by_link(said: str, kind: str, there):
    """The account's owner opens what was printed, and agrees."""
    owner = Client()
    (link,) = re.findall(r"http\S+/calendars/connect/\S+", said)
    address = on_to(owner.post(link.removeprefix("http://testserver"), {"kind": kind}))
    return owner.get(there.consents(address).removeprefix("http://testserver"))


def test_google_and_microsoft_are_connected_by_a_link_that_the_owner_opens(anna, kind, there, settings):
    settings.SITE_URL = "http://testserver"
    there.has_another("second")
    main = "Anna" if kind == "google" else "Calendar"
    said = manage("connect", "--resource", "Anna", f"--{kind}", "--primary", "second", "--read", main)
    assert not Connection.objects.exists()
    assert by_link(said, kind, there).status_code == 200
    chosen = Calendar.objects.exclude(connection=None).values_list(
        "name", "provider_sync", "writes", "primary"
    )
    assert set(chosen) == {(main, True, False, False), ("second", False, True, True)}


def test_a_name_that_the_account_does_not_have_connects_nothing_and_is_told(anna, kind, there, settings):
    settings.SITE_URL = "http://testserver"
    said = manage("connect", "--resource", "Anna", f"--{kind}", "--write", "Nonsense")
    answer = by_link(said, kind, there)
    assert answer.status_code == 400
    assert "There is no calendar “Nonsense”" in answer.content.decode()
    assert not Connection.objects.exists()


def test_what_the_operator_has_not_registered_is_said_by_the_command(anna):
    with pytest.raises(CommandError, match="not registered"):
        manage("connect", "--resource", "Anna", "--google")
