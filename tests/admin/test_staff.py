"""Who runs the site, and in which role."""

import re

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


def test_the_roles_are_boxes_to_tick_and_ticked_where_they_are_held(admin):
    logged_in("manager")
    user = User.objects.get(username="manager")
    said = text_of(admin.get(reverse("admin:auth_user_change", args=[user.pk])))
    boxes = re.findall(r'<input type="checkbox" name="groups"[^>]*>', said)
    assert len(boxes) == Group.objects.count() == 3
    (ticked,) = (box for box in boxes if " checked" in box)
    assert f'value="{user.groups.get().pk}"' in ticked


def test_when_somebody_joined_is_shown_and_not_typed(admin):
    user = User.objects.get(username="admin")
    url = reverse("admin:auth_user_change", args=[user.pk])
    assert "Date joined" in text_of(admin.get(url))
    sent = values_of(admin.get(url)) | {"date_joined_0": "2001-01-01", "date_joined_1": "00:00:00"}
    assert admin.post(url, sent).status_code == 302
    assert User.objects.get(pk=user.pk).date_joined == user.date_joined


@pytest.mark.parametrize(
    ("path", "status"),
    [("nothing/", 404), ("auth/user/", 403), ("bookings/site/backups/", 403), ("site/1/", 404)],
)
def test_a_page_of_the_desk_that_is_not_to_be_had_leads_staff_back_to_the_desk(desk, path, status):
    index = reverse("admin:index")
    answer = desk.get(f"{index}{path}")
    assert answer.status_code == status
    assert f'class="btn" href="{index}">To the staff\'s desk<' in text_of(answer)
    assert ("What your role does not cover" in text_of(answer)) is (status == 403)
    assert "one of our mails" not in text_of(answer) or status == 404


def test_whoever_is_no_staff_is_led_to_the_first_page_and_told_of_no_desk(desk, client):
    elsewhere = desk.get("/nothing/")
    assert elsewhere.status_code == 404
    User.objects.filter(username="desk").update(is_staff=False)
    for answer in (elsewhere, client.get("/nothing/"), desk.get("/nothing/")):
        assert 'class="btn" href="/">To the start page<' in text_of(answer)
        assert "desk" not in text_of(answer)


def test_the_last_superuser_is_neither_switched_off_nor_made_less_nor_deleted(admin):
    own = User.objects.get(username="admin")
    url = reverse("admin:auth_user_change", args=[own.pk])
    form = values_of(admin.get(url))
    for name in ("is_active", "is_staff", "is_superuser"):
        sent = {key: value for key, value in form.items() if key != name}
        assert "This is the last superuser" in text_of(admin.post(url, sent)), name
    remove = reverse("admin:auth_user_delete", args=[own.pk])
    bulk = {"action": "delete_selected", "_selected_action": [own.pk], "post": "yes"}
    users = reverse("admin:auth_user_changelist")
    assert admin.post(remove, {"post": "yes"}).status_code == 403
    assert admin.post(users, bulk).status_code == 403
    User.objects.create_superuser("off", password="x", is_active=False)
    assert admin.post(remove, {"post": "yes"}).status_code == 403, "who cannot log in does not count"
    logged_in("desk")
    other = User.objects.create_superuser("doc", password="x")
    bulk["_selected_action"] = [own.pk, other.pk]
    assert admin.post(users, bulk).status_code == 403
    assert admin.post(users, bulk | {"_selected_action": [other.pk]}).status_code == 302
    User.objects.create_superuser("doc", password="x")
    sent = {key: value for key, value in form.items() if key != "is_superuser"}
    assert admin.post(url, sent).status_code == 302
    own.refresh_from_db()
    assert not own.is_superuser
