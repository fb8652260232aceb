"""Keys are issued and revoked; a server key's value is shown in one answer and nowhere else."""

import re

import pytest
from django.urls import reverse

from bookings.models import ApiKey
from bookings.models.keys import digest_of
from tests.admin.conftest import text_of, values_of
from tests.situations import a_project, a_resource, a_server_key, a_widget_key

pytestmark = pytest.mark.django_db
ADD = reverse("admin:bookings_apikey_add")


def url(key: ApiKey, name: str = "change") -> str:
    return reverse(f"admin:bookings_apikey_{name}", args=[key.pk])


def test_a_server_key_is_shown_once(admin):
    project = a_project(a_resource())
    response = admin.post(ADD, {"kind": "server", "name": "Till", "projects": project.pk, "origins": ""})
    value = re.search(r"live_api_key_[\w-]{43}", text_of(response))[0]
    assert "no-store" in response["Cache-Control"]
    key = ApiKey.objects.get()
    assert (key.digest, key.value, list(key.projects.all())) == (digest_of(value), "", [project])
    assert value not in text_of(admin.get(url(key)))


def test_a_widget_key_can_be_read_again_and_its_origins_changed(admin):
    key, value = a_widget_key()
    shown = admin.get(url(key))
    assert value in text_of(shown)
    assert admin.post(url(key), values_of(shown) | {"origins": "https://example.com"}).status_code == 302
    key.refresh_from_db()
    assert (key.origins, key.value) == (["https://example.com"], value)


def test_a_secret_cannot_be_edited(admin):
    key, value = a_server_key()
    values = values_of(admin.get(url(key)))
    admin.post(url(key), values | {"digest": "0" * 64, "value": "mine", "kind": "widget"})
    key.refresh_from_db()
    assert (key.digest, key.value, key.kind) == (digest_of(value), "", "server")


def test_a_key_is_revoked_by_a_button_and_not_deleted(admin):
    key, _value = a_server_key()
    assert admin.get(url(key, "revoke")).status_code == 405
    assert admin.post(url(key, "revoke")).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert "Revoke this key" not in text_of(admin.get(url(key)))
    assert admin.post(url(key, "delete"), {"post": "yes"}).status_code == 403


def test_managers_see_keys_and_issue_none(manager):
    key, _value = a_server_key()
    assert manager.get(url(key)).status_code == 200
    assert manager.get(ADD).status_code == 403
    assert manager.post(url(key, "revoke")).status_code == 403


def test_a_wrong_origin_issues_no_key(admin):
    response = admin.post(ADD, {"kind": "widget", "name": "Page", "origins": "example.com"})
    assert "origin like https://example.com" in text_of(response)
    assert not ApiKey.objects.exists()


def test_a_server_key_takes_no_origins(admin):
    response = admin.post(ADD, {"kind": "server", "name": "Till", "origins": "https://example.com"})
    assert "Origins bind widget keys only" in text_of(response)
    assert not ApiKey.objects.exists()
    key, _value = a_server_key()
    values = values_of(admin.get(url(key))) | {"origins": "https://example.com"}
    assert "Origins bind widget keys only" in text_of(admin.post(url(key), values))


def test_a_project_that_a_key_is_limited_to_is_not_deleted_before_the_key_is_revoked(admin):
    project = a_project()
    key, _value = a_server_key(project)
    delete = reverse("admin:bookings_project_delete", args=[project.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 403
    assert list(key.projects.all()) == [project]
    admin.post(url(key, "revoke"))
    assert admin.post(delete, {"post": "yes"}).status_code == 302
