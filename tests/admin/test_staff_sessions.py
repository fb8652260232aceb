"""The open logins of staff are listed and ended, one's own and, by managers, those of members."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import StaffSession
from bookings.staff_sessions import open_sessions
from tests.admin.conftest import logged_in, text_of

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
OWN = "admin:auth_user_own_sessions"


def another_login(name: str) -> Client:
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.77")
    user = User.objects.get(username=name)
    user.set_password("a long enough password")
    user.save()
    client.post(reverse("admin:login"), {"username": name, "password": "a long enough password"})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse(OWN)).status_code == 200


def test_a_login_is_listed_with_its_browser_and_half_of_its_address():
    logged_in("desk")
    phone = another_login("desk")
    said = text_of(phone.get(reverse(OWN)))
    assert "Firefox, Windows" in said
    assert "203.0.…" in said
    assert "113.77" not in said
    assert "this one" in said
    assert Session.objects.first().pk not in said, "its key would open the desk"


def test_one_login_is_ended_and_no_other_and_all_others_at_once():
    logged_in("desk")
    clients = [another_login("desk") for _number in range(3)]
    user = User.objects.get(username="desk")
    for client in clients[:2]:  # each new password ended those before
        client.force_login(user)
        assert is_in(client)
    page = text_of(clients[2].get(reverse(OWN)))
    assert page.count('name="end"') == 3
    names = [part.split('"')[0] for part in page.split('name="end" value="')[1:]]
    clients[2].post(reverse(OWN), {"end": names[0]})
    assert sorted(map(is_in, clients)) == [False, True, True]
    clients[2].post(reverse(OWN), {"end": "others"})
    assert [is_in(one) for one in clients] == [False, False, True]
    assert "ended already" in text_of(clients[2].post(reverse(OWN), {"end": names[0]}, follow=True))
    assert len(open_sessions(user, timezone.now())) == 1


def test_a_new_password_ends_the_other_logins():
    desk = logged_in("desk")
    laptop = another_login("desk")
    assert not is_in(desk)
    user = User.objects.get(username="desk")
    desk.force_login(user)
    assert len(open_sessions(user, timezone.now())) == 2
    new = "quite another password"
    old = "a long enough password"
    sent = {"old_password": old, "new_password1": new, "new_password2": new}
    assert laptop.post(reverse("admin:password_change"), sent).status_code == 302
    assert (is_in(laptop), is_in(desk)) == (True, False)
    assert len(open_sessions(User.objects.get(pk=user.pk), timezone.now())) == 1


def test_a_manager_ends_the_logins_of_a_member_and_of_no_superuser_and_desk_of_nobody(manager, admin):
    desk = logged_in("desk")
    pages = {
        name: reverse("admin:auth_user_sessions", args=[User.objects.get(username=name).pk])
        for name in ("desk", "admin", "manager")
    }
    assert manager.post(pages["desk"], {"end": "others"}).status_code == 302
    assert not is_in(desk)
    assert manager.post(pages["admin"], {"end": "others"}).status_code == 404
    assert is_in(admin)
    desk.force_login(User.objects.get(username="desk"))
    assert desk.post(pages["manager"], {"end": "others"}).status_code == 404
    assert is_in(manager)
    said = text_of(admin.get(reverse("admin:auth_user_history", args=[User.objects.get(username="desk").pk])))
    assert "1 login was ended." in said


def test_that_a_login_is_used_is_written_every_few_minutes_alone():
    desk = logged_in("desk")
    StaffSession.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    before = StaffSession.objects.get().seen_at
    desk.get(reverse("admin:index"))
    assert StaffSession.objects.get().seen_at == before, "the login is a moment old"
    session = desk.session
    session["staff_session"][1] = (timezone.now() - timedelta(minutes=6)).isoformat()
    session.save()
    desk.get(reverse("admin:index"))
    assert StaffSession.objects.get().seen_at > before
    StaffSession.objects.all().delete()
    desk.get(reverse("admin:index"))
    assert not StaffSession.objects.exists(), "nothing is asked of the database in between"
