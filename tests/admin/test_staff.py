"""Who runs the site, and in which role."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

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
