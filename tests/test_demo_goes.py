"""The demo goes as a whole, and nothing goes that is not its own."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from PIL import Image

from bookings.demo.make import make_demo
from bookings.demo.pictures import DRAWN, HOUSE, drawn, is_drawn_here
from bookings.demo.remove import Removal
from bookings.lifecycle import Actor, reschedule
from bookings.models import (
    ApiKey,
    Booking,
    Customer,
    DemoRow,
    HistoryEntry,
    Location,
    Occupancy,
    OutboxMessage,
    Project,
    ProjectResource,
    Reservation,
    Resource,
    Site,
    WeeklyHours,
)
from bookings.picture_files import written
from tests.situations import HOUR, a_booking, a_hold, a_project, a_resource, a_seat, a_server_key, at

pytestmark = pytest.mark.django_db
LEFT = (
    ApiKey,
    Booking,
    Customer,
    DemoRow,
    Location,
    Occupancy,
    Project,
    Reservation,
    Resource,
    User,
    WeeklyHours,
)


@pytest.fixture
def demo():
    return make_demo(test=False)


def remove(*flags):
    told = StringIO()
    call_command("demo", "remove", "--yes", *flags, stdout=told)
    return told.getvalue()


def resource(slug):
    return Resource.objects.get(slug=slug)


def project(slug):
    return Project.objects.get(slug=slug)


def test_everything_that_it_made_goes_and_what_visitors_booked_there(demo):
    katharina = resource("katharina")
    moved = a_booking(katharina, at(9), project=project("first-talk"))
    reschedule(moved, by=Actor("staff"), start=at(11), end=at(12))
    a_booking(katharina, at(14))
    a_hold(katharina, at(15))
    a_seat(Booking.objects.sessions().filter(project=project("figure-drawing")).first())
    told = remove()
    assert "which go with them: 3." in told
    assert {model.__name__: model._default_manager.count() for model in LEFT} == dict.fromkeys(
        (model.__name__ for model in LEFT), 0
    )
    assert not OutboxMessage.objects.exists()
    assert not Resource.history.exists()
    assert HistoryEntry.objects.filter(booking_id=moved.pk).exists()
    assert (Site.current().name, Site.current().email) == ("Bookings", "")


def test_it_is_asked_first_and_there_must_be_one(demo, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: "n")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("demo", "remove", stdout=StringIO())
    assert Resource.objects.count() == 6
    monkeypatch.setattr("builtins.input", lambda prompt: "y")
    call_command("demo", "remove", stdout=StringIO())
    with pytest.raises(CommandError, match="There is no demo"):
        remove()


def test_rows_are_known_again_whatever_they_are_called_by_now(demo):
    Resource.objects.update(name="Anna", meta={})
    Project.objects.filter(slug="first-talk").update(name="Mine", slug="mine", meta={})
    User.objects.filter(username="desk").update(username="reception")
    ApiKey.objects.update(name="Website")
    remove()
    assert not any(model.objects.exists() for model in (Resource, Project, User, ApiKey))


def test_it_can_come_back(demo):
    remove()
    call_command("demo", "load", stdout=StringIO())
    assert Project.objects.count() == len(demo["projects"])
    assert User.objects.count() == len(demo["staff"])


def test_what_staff_made_stays_and_so_does_what_they_took_into_use(demo):
    own, boss = a_resource(name="Own"), User.objects.create_user("boss", "boss@example.org")
    own_project = a_project(resource("amara"), name="Own project")
    ProjectResource.objects.create(project=project("first-talk"), resource=own)
    key, _value = a_server_key(project("portrait"))
    User.objects.filter(username="manager").update(email="real@example.org")
    kept_booking = a_booking(own, at(9), project=project("first-talk"))
    on_amara = a_booking(resource("amara"), at(9), project=own_project)
    told = remove()
    for sentence in (
        "Amara Okafor stays, since it is used by Own project.",
        "First talk stays, since it is used by Own.",
        "Portrait sitting stays, since it is used by a server key.",
        "manager stays: it was taken into use.",
    ):
        assert sentence in told
    assert {one.slug for one in Resource.objects.exclude(pk=own.pk)} == {"amara"}
    assert {one.name for one in Project.objects.all()} == {"Own project", "First talk", "Portrait sitting"}
    assert set(User.objects.values_list("username", flat=True)) == {boss.username, "manager"}
    assert set(Booking.objects.all()) == {kept_booking, on_amara}
    assert [one.name for one in Location.objects.all()] == ["The Print Room"]
    assert ApiKey.objects.get() == key
    assert not DemoRow.objects.exists()


def test_a_booking_that_moved_from_the_demo_to_ones_own_keeps_what_it_hangs_on(demo):
    own = a_resource(name="Own")
    booking = a_booking(resource("aiko"), at(9))
    moved = reschedule(booking, by=Actor("staff"), start=at(9), end=at(9) + HOUR, resource=own)
    remove()
    assert set(Booking.objects.all()) == {booking, moved}
    assert [one.slug for one in Resource.objects.exclude(pk=own.pk)] == ["aiko"]


def test_sessions_of_its_logins_end(demo):
    client = Client()
    client.force_login(User.objects.get(username="desk"))
    page = reverse("admin:bookings_booking_changelist")
    assert client.get(page).status_code == 200
    remove()
    assert client.get(page).status_code == 302


def test_a_row_of_ones_own_is_never_taken_for_the_demos():
    own = a_resource(name="Own", slug="studio", meta={"demo": True})
    call_command("demo", "--force", stdout=StringIO())
    assert Resource.objects.filter(slug="demo-studio").exists()
    assert not own.projects.exists()
    remove()
    assert list(Resource.objects.all()) == [own]


def test_what_goes_is_read_in_few_queries(demo, django_assert_max_num_queries):
    for hour in range(6):
        a_booking(resource("katharina"), at(hour))
    removal = Removal()
    with django_assert_max_num_queries(30):
        assert removal.visitors_bookings.count() == 6
        assert removal.kept == []
        assert removal.leaves_nobody


def test_the_picture_of_the_house_is_known_again_also_as_an_older_release_wrote_it():
    with Image.open(DRAWN / f"{HOUSE}.webp") as picture:
        older = written(picture, "WEBP")
        another = written(picture.rotate(180), "WEBP")
    assert is_drawn_here(drawn(HOUSE), HOUSE)
    assert is_drawn_here(older, HOUSE)
    assert not is_drawn_here(another, HOUSE)
