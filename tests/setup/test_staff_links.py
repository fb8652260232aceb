"""A forgotten password and an invitation: one-time links, handed over or mailed."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import OutboxMessage
from bookings.setup.staff_links import password_link, valid_for
from tests.admin.conftest import logged_in, text_of, values_of
from tests.effects.conftest import work

pytestmark = pytest.mark.django_db
NEW = "a quiet Tuesday 7"
FORGOTTEN = reverse("forgotten_password")


def set_password(client, link, password=NEW):
    """Follow the link as a browser does and set a password; answers the last page."""
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    path = page.redirect_chain[-1][0] if page.redirect_chain else page.request["PATH_INFO"]
    return client.post(path, {"new_password1": password, "new_password2": password})


def link_in(response):
    return re.search(r'<code class="secret">(\S+)</code>', text_of(response))[1]


def staff(name="marty", **fields):
    return User.objects.create_user(name, f"{name}@example.org", "forgotten", is_staff=True, **fields)


def test_whoever_has_the_link_sets_the_password_once_and_is_logged_in(client):
    user, stranger = staff(), Client()
    told = StringIO()
    call_command("staff_link", "marty", stdout=told, stderr=StringIO())
    link = told.getvalue().strip()
    assert set_password(client, link).url == reverse("admin:index")
    assert client.get(reverse("admin:index")).status_code == 200
    user.refresh_from_db()
    assert user.check_password(NEW)
    page = stranger.get(link.removeprefix("http://testserver"), follow=True)
    assert "was used already" in text_of(page)
    assert "new_password1" not in values_of(page)
    set_password(stranger, link, "another good Tuesday 8")
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_a_weak_password_is_refused_in_words(client):
    answer = set_password(client, password_link(staff()), "12345678")
    assert "too common" in text_of(answer)


def test_a_link_ends_after_its_time(client, time_machine):
    link = password_link(staff()).removeprefix("http://testserver")
    time_machine.move_to(timezone.now() + valid_for() + timedelta(minutes=1))
    assert "its time has passed" in text_of(client.get(link, follow=True))


def test_the_command_names_whom_it_knows_where_it_knows_nobody_of_that_name():
    staff()
    User.objects.create_user("customer")
    with pytest.raises(CommandError, match="There is: marty"):
        call_command("staff_link", "customer")


def test_a_superuser_invites_and_the_link_is_shown_once(client):
    admin = logged_in("admin")
    page = reverse("admin:auth_user_invite")
    for whole in ("changelist", "members"):
        assert page in text_of(admin.get(reverse(f"admin:auth_user_{whole}")))
    role = Group.objects.get(name="desk")
    answer = admin.post(page, {"username": "doc", "email": "", "role": "desk"})
    assert "no-store" in answer["Cache-Control"]
    user = User.objects.get(username="doc")
    assert (user.is_staff, user.is_superuser, list(user.groups.all())) == (True, False, [role])
    assert not user.has_usable_password()
    set_password(client, link_in(answer))
    assert client.get(reverse("admin:bookings_booking_changelist")).status_code == 200


def test_a_name_that_is_taken_is_said():
    admin = logged_in("admin")
    assert "already exists" in text_of(admin.post(reverse("admin:auth_user_invite"), {"username": "admin"}))


def test_a_superuser_makes_a_new_link_on_a_users_page(client):
    admin, user = logged_in("admin"), staff()
    link_page = reverse("admin:auth_user_link", args=[user.pk])
    assert link_page in text_of(admin.get(reverse("admin:auth_user_change", args=[user.pk])))
    assert admin.get(link_page).status_code == 405
    set_password(client, link_in(admin.post(link_page)))
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize(("role", "status"), [("desk", 403), ("manager", 404), ("designer", 403)])
def test_nobody_but_a_superuser_makes_a_link_for_one(role, status):
    client, boss = logged_in(role), staff("boss", is_superuser=True)
    assert client.post(reverse("admin:auth_user_link", args=[boss.pk])).status_code == status
    assert logged_in("admin").post(reverse("admin:auth_user_link", args=[boss.pk])).status_code == 200


def test_the_login_page_leads_to_what_to_do_without_mail(client, settings):
    settings.MAIL_IS_SET_UP = False
    assert FORGOTTEN in text_of(client.get(reverse("admin:login")))
    shown = text_of(client.get(FORGOTTEN))
    assert "./run manage staff_link NAME" in shown
    assert "sends no mail" in shown
    client.post(FORGOTTEN, {"name": "marty"})
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("typed", ["marty", "MARTY@example.org"])
def test_a_link_is_mailed_where_mail_is_sent(settings, mailoutbox, typed):
    client = Client(REMOTE_ADDR="10.1.0.3")
    settings.MAIL_IS_SET_UP = True
    user = staff()
    page = client.post(FORGOTTEN, {"name": typed}, follow=True)
    assert "a link is on its way" in text_of(page)
    client.post(FORGOTTEN, {"name": typed})
    work()
    (mail,) = mailoutbox
    assert mail.to == ["marty@example.org"]
    set_password(client, re.search(r"http://testserver/admin/password/\S+", mail.body)[0])
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_an_unknown_name_gets_the_same_answer_and_no_mail(settings, mailoutbox):
    client = Client(REMOTE_ADDR="10.1.0.1")
    settings.MAIL_IS_SET_UP = True
    staff(is_active=False)
    staff("double")
    User.objects.create_user("twin", "double@example.org", is_staff=True)
    answers = [client.post(FORGOTTEN, {"name": name}) for name in ("marty", "nobody", "double@example.org")]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, f"{FORGOTTEN}?sent=1")}
    work()
    assert mailoutbox == []
    assert {row.payload == {} for row in OutboxMessage.objects.all()} == {True}


def test_asking_is_limited(settings):
    client = Client(REMOTE_ADDR="10.1.0.2")
    settings.MAIL_IS_SET_UP = True
    statuses = [client.post(FORGOTTEN, {"name": f"name{number}"}).status_code for number in range(8)]
    assert statuses[0] == 302
    assert statuses[-1] == 429


@pytest.mark.django_db(transaction=True)
def test_of_several_who_use_one_link_at_once_one_sets_the_password():
    user = User.objects.create_user("reception", "r@example.org", "an old one 1", is_staff=True)
    link = password_link(user).removeprefix("http://testserver")

    def choose(password):
        client = Client()
        try:
            form = client.get(link, follow=True).request["PATH_INFO"]
            return client.post(form, {"new_password1": password, "new_password2": password}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as at_once:
        statuses = sorted(at_once.map(choose, [f"a quiet Tuesday {number}" for number in range(4)]))
    assert statuses == [200, 200, 200, 302]
