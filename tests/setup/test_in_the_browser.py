"""The first questions in a browser: an address that works once, the desk of an empty site, what is still missing."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from bookings.demo.make import make_demo
from bookings.models import DemoRow, Project, Resource, Site
from bookings.setup.link import is_open, new_link
from tests.admin.conftest import logged_in, text_of, values_of
from tests.setup.answers import ANSWERS
from tests.situations import a_project, a_resource

pytestmark = pytest.mark.django_db
TYPED = ANSWERS | {"hours": "Mon-Fri 9-18\nSat 10-14", "country": "DE", "language": "en"}
INDEX = reverse("admin:index")


def path_of(link):
    return link.removeprefix("http://testserver")


def test_the_address_leads_to_the_desk_and_works_once(client):
    link = path_of(new_link())
    values = values_of(client.get(link)) | TYPED
    answer = client.post(link, values)
    assert answer.url == reverse("admin:bookings_site_missing")
    shown = text_of(client.get(answer.url))
    assert "The site is set up." in shown
    assert "EMAIL_URL" in shown
    assert "No imprint is linked." in shown
    assert User.objects.get().username == "anna"
    assert Project.objects.get().name == "Haircut"
    other = Client()
    assert other.get(link).status_code == 404
    assert other.post(link, values | {"login": "mallory"}).status_code == 404
    assert User.objects.count() == 1


def test_the_address_is_stored_nowhere_and_a_new_one_ends_the_old(client):
    old, new = path_of(new_link()), path_of(new_link())
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    token = new.split("/")[2]
    assert token not in str(Site.objects.values().get())
    assert client.get("/setup/wrong/").status_code == 404


def test_where_somebody_can_log_in_there_is_no_address_and_one_that_was_made_is_closed(client):
    link = path_of(new_link())
    User.objects.create_superuser("boss", password="x")
    assert new_link() is None
    assert client.get(link).status_code == 404
    assert client.post(link, TYPED).status_code == 404
    with pytest.raises(CommandError, match="Somebody can log in already"):
        call_command("setup", "--link")
    assert "nothing to set up here" in text_of(client.get("/setup/"))


def test_without_the_address_the_page_says_how_to_get_one(client):
    shown = text_of(client.get("/setup/"))
    assert "./run setup --link" in shown
    assert "<form" not in shown.partition("content-main")[2]


def test_wrong_answers_are_all_said_at_once_and_what_was_typed_stays(client):
    link = path_of(new_link())
    wrong = {"email": "anna", "hours": "9-18", "price": "much", "password": "123", "timezone": "Mars/Olympus"}
    shown = text_of(client.post(link, TYPED | wrong))
    assert shown.count('class="errorlist"') == len(wrong)
    assert "Salon Anna" in shown
    assert 'value="123"' not in shown
    assert not User.objects.exists()
    assert is_open(link.split("/")[2])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_have_the_address_one_becomes_the_superuser(client):
    link = path_of(new_link())

    def answer(name):
        try:
            return Client().post(link, TYPED | {"login": name}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        statuses = sorted(both.map(answer, ["anna", "mallory"]))
    assert statuses == [302, 404]
    assert User.objects.filter(is_superuser=True).count() == 1


def test_a_superuser_on_an_empty_site_is_led_to_the_questions_and_gives_no_login():
    admin = logged_in("admin")
    page = admin.get(INDEX)
    assert page.url == reverse("admin:bookings_site_setup")
    shown = admin.get(page.url)
    assert "password" not in values_of(shown)
    kept = {name: value for name, value in TYPED.items() if name not in ("login", "password")}
    assert admin.post(page.url, values_of(shown) | kept).url == reverse("admin:bookings_site_missing")
    assert Resource.objects.count() == 2
    assert admin.get(INDEX).status_code == 200


def test_a_meeting_is_chosen_among_more_which_may_wait_and_the_desk_says_what_it_lacks():
    admin = logged_in("admin")
    url = reverse("admin:bookings_site_setup")
    kept = {name: value for name, value in TYPED.items() if name not in ("login", "password")}
    values = values_of(admin.get(url)) | kept
    assert values["meeting"] == "none"
    shown = text_of(admin.post(url, values | {"meeting": "fixed"}))
    assert "<details open>" in shown
    assert "Write a whole address that begins with https://." in shown
    shown = text_of(admin.post(url, values | {"meeting": "calendar"}, follow=True))
    assert "Video meetings with Anna, Ben get no link yet. Connect a Google" in shown
    assert values_of(admin.get(url))["meeting"] == "calendar"


@pytest.mark.parametrize("role", ["desk", "manager", "designer"])
@pytest.mark.parametrize("name", ["setup", "remove_demo"])
def test_nobody_but_a_superuser_sets_up_or_removes(role, name):
    client = logged_in(role)
    assert client.get(INDEX).status_code == 200
    for answer in (client.get, client.post):
        assert answer(reverse(f"admin:bookings_site_{name}")).status_code == 403
    visitor = Client()
    assert visitor.get(reverse(f"admin:bookings_site_{name}")).status_code == 302


def test_the_desk_names_whose_mails_lead_to_nobody_and_what_nobody_can_book():
    admin = logged_in("admin")
    mute, heard = a_resource(name="Mute Marty"), a_resource(name="Heard Helen", email="h@example.org")
    a_project(mute, heard, name="Lightning")
    empty = a_project(name="Empty evening")
    shown = text_of(admin.get(INDEX))
    assert "bookings of Mute Marty." in shown
    assert "Nobody can book Empty evening" in shown
    assert "bookings of Heard" not in shown
    assert "can book Lightning" not in shown
    Site.objects.update_or_create(pk=1, defaults={"email": "all@example.org"})
    empty.delete()
    shown = text_of(admin.get(INDEX))
    assert "bookings of Mute Marty" not in shown
    assert "Nobody can book" not in shown


def test_an_address_of_the_project_is_enough_where_all_its_projects_have_one():
    admin = logged_in("admin")
    resource = a_resource(name="Marty")
    a_project(resource, email="project@example.org")
    assert "bookings of Marty" not in text_of(admin.get(INDEX))
    a_project(resource)
    assert "bookings of Marty" in text_of(admin.get(INDEX))


def test_a_retired_resource_leaves_a_project_that_nobody_can_book():
    admin = logged_in("admin")
    resource = a_resource()
    a_project(resource, name="Lightning")
    Resource.objects.update(deleted_at="2026-01-01T00:00Z")
    assert "Nobody can book Lightning" in text_of(admin.get(INDEX))


def test_the_demo_goes_by_one_button_and_whoever_pressed_it_is_led_to_the_questions(client):
    make_demo(test=False)
    client.force_login(User.objects.get(username="admin"))
    assert reverse("admin:bookings_site_remove_demo") in text_of(client.get(INDEX))
    asked = text_of(client.get(reverse("admin:bookings_site_remove_demo")))
    for words in (
        "Resources that go: 6.",
        "admin, desk",
        "This cannot be undone.",
        "Nobody can log in afterwards",
    ):
        assert words in asked
    assert DemoRow.objects.exists()
    answer = client.post(reverse("admin:bookings_site_remove_demo"))
    assert re.fullmatch(r"http://testserver/setup/[\w-]+/", answer.url)
    assert client.get(path_of(answer.url)).status_code == 200
    assert client.get(INDEX).status_code == 302
    assert not Resource.objects.exists()


def test_a_superuser_of_ones_own_stays_logged_in_when_the_demo_goes():
    make_demo(test=False)
    User.objects.filter(username="admin").update(username="demo-admin")
    admin = logged_in("admin")
    answer = admin.post(reverse("admin:bookings_site_remove_demo"))
    assert answer.url == INDEX
    assert admin.get(INDEX).url == reverse("admin:bookings_site_setup")
