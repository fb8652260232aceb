"""The command ``key``: made once, shown once, listed without its secret, ended for ever."""

import pytest
from django.core.management import CommandError, call_command

from bookings.models import ApiKey
from tests.api.conftest import outsider
from tests.situations import a_project, a_resource

pytestmark = pytest.mark.django_db


def key(*arguments, capsys):
    call_command("key", *arguments)
    return capsys.readouterr().out.strip()


def test_a_server_key_opens_the_api_and_is_stored_nowhere(capsys):
    value = key("add", "--kind", "server", "--name", "Shop", capsys=capsys)
    assert value.startswith("live_api_key_")
    assert outsider(value).get("/app").status_code == 200
    assert ApiKey.objects.get().value == ""


def test_a_widget_key_can_be_read_again(capsys):
    value = key("add", "--kind", "widget", "--name", "Page", "--origin", "https://a.example", capsys=capsys)
    assert (ApiKey.objects.get().value, ApiKey.objects.get().origins) == (value, ["https://a.example"])


def test_an_existing_key_is_taken_over(capsys):
    old = "live_widget_key_from_another_system"
    assert key("add", "--kind", "widget", "--name", "Page", "--value", old, capsys=capsys) == old
    assert outsider(old).get("/bookings/groups").status_code == 200


def test_a_key_is_limited_to_projects_by_slug_or_id(capsys):
    one, other = a_project(a_resource()), a_project(a_resource())
    limits = ["--project", one.slug, "--project", str(other.pk)]
    key("add", "--kind", "server", "--name", "Shop", *limits, capsys=capsys)
    assert set(ApiKey.objects.get().projects.all()) == {one, other}


def test_the_list_shows_everything_but_the_secret(capsys):
    value = key("add", "--kind", "server", "--name", "Shop", capsys=capsys)
    listed = key("list", capsys=capsys)
    assert "Shop" in listed
    assert value[-4:] in listed
    assert value not in listed


def test_a_revoked_key_opens_nothing(capsys):
    value = key("add", "--kind", "server", "--name", "Shop", capsys=capsys)
    key("revoke", str(ApiKey.objects.get().pk), capsys=capsys)
    assert outsider(value).get("/app").status_code == 401
    with pytest.raises(CommandError):
        call_command("key", "revoke", str(ApiKey.objects.get().pk))


@pytest.mark.parametrize(
    "value", ["short", "x" * 121, "with a tab\tinside it all", "ünïcödé-is-no-header-value"]
)
def test_a_value_that_is_no_key_is_refused(value):
    with pytest.raises(CommandError):
        call_command("key", "add", "--kind", "server", "--name", "A", "--value", value)


def test_a_live_site_takes_test_keys_for_its_sandbox_alone(capsys):
    value = key("add", "--kind", "server", "--name", "A", "--test", capsys=capsys)
    assert value.startswith("test_api_key_")
    assert (ApiKey.objects.get().is_test, outsider(value).read("/app")["test_mode"]) == (True, True)
    taken_over = ["--value", "test_api_key_0123456789"]
    assert key("add", "--kind", "server", "--name", "B", *taken_over, capsys=capsys) == taken_over[1]
    assert ApiKey.objects.filter(is_test=True).count() == 2
    for wrong in (["--value", "live_api_key_0123456789"], ["--project", a_project(a_resource()).slug]):
        with pytest.raises(CommandError):
            key("add", "--kind", "server", "--name", "C", "--test", *wrong, capsys=capsys)
    own = a_project(a_resource(is_test=True), is_test=True)
    key("add", "--kind", "server", "--name", "D", "--test", "--project", own.slug, capsys=capsys)
    with pytest.raises(CommandError):
        key("add", "--kind", "server", "--name", "E", "--project", own.slug, capsys=capsys)


def test_a_trial_site_takes_no_live_key(settings, capsys):
    settings.TEST_MODE = True
    with pytest.raises(CommandError):
        call_command("key", "add", "--kind", "server", "--name", "A", "--value", "live_api_key_0123456789")
    assert key("add", "--kind", "server", "--name", "A", capsys=capsys).startswith("test_api_key_")


def test_a_key_is_taken_over_once(capsys):
    arguments = ["add", "--kind", "server", "--name", "A", "--value", "live_api_key_0123456789"]
    key(*arguments, capsys=capsys)
    with pytest.raises(CommandError):
        call_command("key", *arguments)


@pytest.mark.parametrize(
    "wrong", [["revoke", "no-id"], ["add", "--kind", "server", "--name", "A", "--project", "?"]]
)
def test_what_does_not_exist_is_said(wrong):
    with pytest.raises(CommandError):
        call_command("key", *wrong)


def test_a_server_key_takes_no_origin(capsys):
    with pytest.raises(CommandError, match="--origin binds widget keys only"):
        key("add", "--kind", "server", "--name", "Shop", "--origin", "https://a.example", capsys=capsys)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("origin", ["a.example", "https://a.example/shop", "ftp://a.example", "https://a:b"])
def test_an_origin_that_no_browser_sends_is_refused(origin, capsys):
    with pytest.raises(CommandError, match="without a path"):
        key("add", "--kind", "widget", "--name", "Page", "--origin", origin, capsys=capsys)
    assert not ApiKey.objects.exists()


def test_an_origin_is_kept_as_a_browser_sends_it(capsys):
    key("add", "--kind", "widget", "--name", "Page", "--origin", "https://A.example:8443/", capsys=capsys)
    assert ApiKey.objects.get().origins == ["https://a.example:8443"]
