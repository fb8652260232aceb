"""Who runs the site, and in which role."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from tests.admin.conftest import logged_in, text_of, values_of

pytestmark = pytest.mark.django_db


def test_the_roles_stand_in_the_readers_words_and_own_groups_as_they_are_called(client):
    client.force_login(User.objects.create_superuser("doc", password="x"))
    for name in ("desk", "manager", "designer", "Friends of the house"):
        Group.objects.get_or_create(name=name)
    user = reverse("admin:auth_user_change", args=[User.objects.get().pk])
    for page in (user, reverse("admin:auth_group_changelist")):
        said = client.get(page, headers={"Accept-Language": "de"}).content.decode()
        assert "Empfang: führt die Buchungen" in said
        assert "Gestaltung: zeichnet die Abläufe" in said
        assert "Friends of the house" in said


def test_a_change_of_staff_and_of_a_role_is_told_with_before_and_after(admin):
    logged_in("desk")
    user, manager = User.objects.get(username="desk"), Group.objects.get(name="manager")
    url = reverse("admin:auth_user_change", args=[user.pk])
    sent = values_of(admin.get(url)) | {"groups": [str(manager.pk)], "first_name": "Jo", "is_staff": "on"}
    assert admin.post(url, sent).status_code == 302
    said = text_of(admin.get(reverse("admin:auth_user_history", args=[user.pk])))
    assert "Roles: Desk: runs the bookings, now: Manager: sets up hours and projects, too" in said.replace(
        "Groups:", "Roles:"
    )
    assert "First name: —, now: Jo" in said
    url = reverse("admin:auth_group_change", args=[manager.pk])
    assert admin.post(url, {"name": "Heads", "permissions": []}).status_code == 302
    said = text_of(admin.get(reverse("admin:auth_group_history", args=[manager.pk])))
    assert "Name: manager, now: Heads" in said
    assert "Can change site" in said
