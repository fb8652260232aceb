"""The demo: what scripts are promised, found again with fresh secrets, and never in a site that is in use."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, time, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from bookings.graphs.validator import problems
from bookings.models import ApiKey, Booking, Graph, GraphVersion, HistoryEntry, Project, Resource
from bookings.models.keys import digest_of
from tests.shared import rows_of_many_tests
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db


def demo(*arguments: str) -> Any:
    told = StringIO()
    call_command("demo", "--json", *arguments, stdout=told)
    return json.loads(told.getvalue())


def test_a_second_run_finds_everything_and_makes_fresh_secrets():
    first, second = demo(), demo()
    assert (first["resources"], first["projects"]) == (second["resources"], second["projects"])
    assert first["server_key"] != second["server_key"]
    passwords = [{person["password"] for person in made["staff"]} for made in (first, second)]
    assert not passwords[0] & passwords[1]
    assert User.objects.count() == len(second["staff"])
    assert Booking.objects.sessions().count() == 6


def test_a_site_in_use_is_refused_and_nothing_is_written():
    a_resource()
    with pytest.raises(CommandError, match="it holds 1 resources"):
        demo()
    assert (Resource.objects.count(), User.objects.count(), ApiKey.objects.count()) == (1, 0, 0)
    assert demo("--force")["resources"]


def test_an_account_of_the_operators_is_never_taken_over():
    own = User.objects.create_user("admin", "boss@example.org", "secret")
    with pytest.raises(CommandError, match="1 staff"):
        demo()
    names = {person["username"] for person in demo("--force")["staff"]}
    assert "demo-admin" in names
    own.refresh_from_db()
    assert own.check_password("secret")
    assert not own.is_superuser


def test_people_get_addresses_logins_and_keys_in_words():
    told = StringIO()
    call_command("demo", stdout=told)
    for words in ("http://testserver/book/first-talk/", "desk", "live_api_key_", "live_widget_key_"):
        assert words in told.getvalue()


def test_every_address_that_people_are_told_has_a_page(client):
    told = StringIO()
    call_command("demo", stdout=told)
    pages = re.findall(r"/book/\S+", told.getvalue())
    assert len(pages) == Project.objects.reachable().count() > 0
    assert {client.get(page).status_code for page in pages} == {200}


@pytest.mark.parametrize(
    ("server", "with_demo", "reaches"), [(True, True, True), (False, True, False), (False, False, False)]
)
def test_pages_doctor_and_desk_say_the_same_about_mail(client, settings, server, with_demo, reaches):
    settings.MAIL_IS_SET_UP = server
    if with_demo:
        demo()
    told = StringIO()
    with suppress(CommandError):
        call_command("doctor", stdout=told)
    client.force_login(User.objects.create_superuser("boss"))
    desk = " ".join(client.get("/admin/bookings/booking/").content.decode().split())
    nobody = "no mail is being sent" if not with_demo else "no mail reaches anybody"
    assert ("no mail reaches anybody" in told.getvalue()) == (not reaches)
    assert (nobody in desk) == (not reaches)
    assert ("var/mail" in told.getvalue()) == ("var/mail" in desk) == (with_demo and not reaches)
    page = client.post("/find/", {"email": "marty@example.com"}, follow=True).content.decode()
    assert ("This site sends no mail" in page) == (not reaches)


# Each test from here on finds the same demo, which is there until the last of them.
@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """What scripts are told of a demo that was just made."""
    with rows_of_many_tests(django_db_blocker):
        yield demo()


def test_scripts_get_just_the_keys_that_they_are_promised(made):
    assert list(made) == ["server_key", "widget_key", "resources", "projects", "staff"]
    assert set(made["resources"][0]) == {"id", "name"}
    assert set(made["projects"][0]) == {"id", "slug", "graph", "resources"}
    assert set(made["staff"][0]) == {"username", "password", "role"}


def test_there_is_a_project_for_every_seeded_graph_with_resources_of_its_own(made):
    graphs = {project["graph"] for project in made["projects"]}
    assert graphs == set(Graph.objects.values_list("name", flat=True))
    known = {resource["id"] for resource in made["resources"]}
    assert all(project["resources"] and set(project["resources"]) <= known for project in made["projects"])


def test_the_instant_project_has_what_and_where(made):
    first = next(project for project in made["projects"] if project["graph"] == "instant")
    layer = Project.objects.get(pk=first["id"]).booking
    assert layer["what"]
    assert layer["where"]


def test_resources_live_in_several_zones_and_are_open_on_weekdays(made):
    assert Resource.objects.values("timezone").distinct().count() >= 3
    for resource in Resource.objects.all():
        week = {row.weekday: (row.opens, row.closes) for row in resource.weeklyhours.all()}
        assert week == dict.fromkeys(range(5), (time(9), time(17)))
        assert resource.calendars.filter(primary=True).exists()


def test_sessions_wait_for_guests(made):
    for graph in ("group_customer", "group_customer_payment"):
        sessions = Booking.objects.sessions().filter(project__booking__graph=graph, start__gt=timezone.now())
        assert sessions.count() == 3
        assert all(session.state.occupies and session.max_seats for session in sessions)
    assert not HistoryEntry.objects.filter(disposable=False).exists()


def test_staff_can_log_in_each_with_a_role(made, rf):
    request = rf.post("/admin/login/")
    for person in made["staff"]:
        user = authenticate(request, username=person["username"], password=person["password"])
        assert user is not None, person["role"]
        assert user.is_superuser == (person["role"] == "admin")
        assert user.has_perm("bookings.decide_booking") == (person["role"] != "designer")
        assert user.has_perm("bookings.change_graphversion") == (person["role"] in {"designer", "admin"})
        assert user.has_perm("bookings.change_resource") == (person["role"] in {"manager", "admin"})


def test_keys_are_one_of_each_kind_and_known_by_their_digest(made):
    kinds = {key.digest: key.kind for key in ApiKey.objects.all()}
    assert kinds == {digest_of(made["server_key"]): "server", digest_of(made["widget_key"]): "widget"}


def test_what_was_changed_since_stays_as_it_is(made):
    Project.objects.filter(pk=made["projects"][0]["id"]).update(name="Renamed", booking={"graph": "request"})
    a_booking(Resource.objects.first(), at(9))
    again = demo()
    assert again["projects"][0]["graph"] == "request"
    assert Project.objects.get(pk=made["projects"][0]["id"]).name == "Renamed"


def test_every_graph_that_the_demo_uses_is_sound(made):
    for version in GraphVersion.objects.published():
        assert problems(version) == []


def test_what_is_sold_online_starts_by_day_where_it_is_and_where_the_visitor_is(made, client):
    """With people in other parts of the world it was sold at one at night."""
    hours = set()
    for zone in ("Europe/Berlin", "Europe/London"):
        for day in (timezone.now().date() + timedelta(days=ahead) for ahead in range(1, 8)):
            page = client.get(f"/book/first-talk/?day={day}&zone={zone}").content.decode()
            starts = map(
                datetime.fromisoformat, re.findall(r'class="time" name="start" value="([^"]+)"', page)
            )
            hours |= {start.astimezone(ZoneInfo(zone)).hour for start in starts}
    assert hours
    assert min(hours) >= 8
    assert max(hours) < 19


def test_everything_that_can_be_booked_says_what_it_costs(made, client):
    for project in Project.objects.reachable():
        page = client.get(f"/book/{project.slug}/", follow=True).content.decode()
        assert re.search(r"<bdi>(?:€\d+|free of charge)</bdi>", page), project.name


def test_the_demo_promises_nothing_that_the_site_does_not_do(made):
    promised = " ".join(
        f"{one.summary} {one.description} {one.after_booking} {one.booking}" for one in Project.objects.all()
    )
    assert not re.search(r"we send|by mail|within a day", promised)
    assert not Project.objects.exclude(pay_url="").exists(), "an address at which nobody pays"


def test_the_demo_has_pictures_that_are_drawn_here_and_sent_small(made, client):
    tags = re.findall(r'<img class="picture"[^>]*>', client.get("/").content.decode())
    assert len(tags) == Project.objects.public().count()
    for tag in tags:
        small = client.get(re.search(r"(/media/\S+) 160w", tag)[1])
        assert len(b"".join(small.streaming_content)) < 8000
    assert 'class="face"' in client.get("/book/first-talk/", follow=True).content.decode()


def test_no_two_languages_are_called_alike(made, client):
    page = client.get("/find/?lang=de").content.decode()
    assert re.findall(r'<a [^>]*hreflang="en[^"]*"[^>]*>([^<]+)', page) == [
        "English",
        "English (US, 2:30 PM)",
    ]
