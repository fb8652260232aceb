"""The list of projects says when each is next free."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Option, Project, Site, WeeklyHours
from bookings.times import brief_day_and_clock
from tests.situations import a_booking, a_project, a_resource, a_seat, a_session, own_terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(doc):
    """A second project, so that there is a list."""
    return a_project(doc, name="Time travel")


def entry(visitor, project, url="/"):
    """What the list says of a project."""
    page = re.sub(r"\s+", " ", visitor.see(url).content.decode())
    return re.sub(r"<[^>]+>", "", page.partition(f"/book/{project.slug}/")[2].partition("</li>")[0])


def test_each_project_says_when_it_is_next_free(visitor, project, other, doc):
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    a_booking(doc, start, timedelta(hours=6))
    free = brief_day_and_clock(start + timedelta(hours=6), "Europe/Berlin")
    assert f"Next free: {free}" in entry(visitor, project)
    assert f"Next free: {free}" in entry(visitor, other)
    assert f"Next free: {free}" in entry(visitor, other, "/with/emmett/")


def test_a_project_that_has_nothing_free_in_the_next_days_leads_to_its_times(visitor, project, other):
    WeeklyHours.objects.create(project=project, weekday=0, opens="09:00", closes="09:30")
    assert "See times" in entry(visitor, project)
    assert "Next free" in entry(visitor, other)


def test_what_is_not_in_person_names_the_clocks(visitor, project, other):
    Project.objects.filter(pk=project.pk).update(place=Project.Place.ONLINE)
    assert "(Berlin time)" in entry(visitor, project)
    assert "(Berlin time)" not in entry(visitor, other)


def test_what_is_not_in_person_is_told_and_held_on_the_visitors_own_clocks(visitor, project, other, doc):
    Project.objects.filter(pk=project.pk).update(place=Project.Place.ONLINE)
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    a_booking(doc, start, timedelta(hours=6))
    free = start + timedelta(hours=6)
    url = "/?own=Asia/Tokyo"
    assert f"Next free: {brief_day_and_clock(free, 'Asia/Tokyo')} (Tokyo time)" in entry(
        visitor, project, url
    )
    assert f"Next free: {brief_day_and_clock(free, 'Europe/Berlin')} " in entry(visitor, other, url)
    page = visitor.see(url).content.decode()
    form = re.search(rf'<form[^>]*action="/book/{project.slug}/hold/".*?</form>', page, re.DOTALL)[0]
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    held = visitor.client.post(f"/book/{project.slug}/hold/", sent, follow=True).content.decode()
    assert "Tokyo time" in held
    assert "(Berlin time)" in entry(visitor, project, "/?own=Mars/Olympus")


def test_the_list_asks_for_the_visitors_clocks_only_where_they_matter(visitor, project, other):
    assert "data-clocks" not in visitor.see("/").content.decode()
    Project.objects.filter(pk=project.pk).update(place=Project.Place.PHONE)
    assert 'data-clocks="Europe/Berlin"' in visitor.see("/").content.decode()
    for answered in ("Asia/Tokyo", "Mars/Olympus"):
        assert "data-clocks" not in visitor.see("/", own=answered).content.decode()


def test_sessions_count_while_they_have_a_seat(visitor, project, other, doc, tomorrow):
    seats = a_project(doc, graph="group_customer", name="Back class", slug="back")
    assert "See times" in entry(visitor, seats)
    first = a_session(doc, tomorrow, seats=1, project=seats)
    a_session(doc, tomorrow + timedelta(days=2), seats=1, project=seats)
    assert brief_day_and_clock(tomorrow, "Europe/Berlin") in entry(visitor, seats)
    a_seat(first)
    assert brief_day_and_clock(tomorrow + timedelta(days=2), "Europe/Berlin") in entry(visitor, seats)


def test_sessions_of_who_does_not_do_what_the_page_begins_with_are_not_next(
    visitor, project, other, doc, tomorrow
):
    clara = a_resource(name="Clara Clayton", timezone="Europe/Berlin")
    seats = a_project(doc, clara, graph="group_customer", name="Back class", slug="back")
    a_session(doc, tomorrow, seats=1, project=seats)
    a_session(clara, tomorrow + timedelta(days=2), seats=1, project=seats)
    assert brief_day_and_clock(tomorrow, "Europe/Berlin") in entry(visitor, seats)
    own_terms(seats, doc, offered=False)
    assert brief_day_and_clock(tomorrow + timedelta(days=2), "Europe/Berlin") in entry(visitor, seats)


def test_a_project_whose_settings_cannot_be_read_is_listed_all_the_same(visitor, project, other):
    Project.objects.filter(pk=project.pk).update(availability={"timeslot_increments": "nonsense"})
    assert "See times" in entry(visitor, project)


def test_length_and_price_are_those_of_whom_the_list_is_for(visitor, project, other, doc):
    clara = a_resource(name="Clara Clayton", slug="clara")
    for each in (project, other):
        each.links.create(resource=clara, position=1)
        own_terms(each, clara, length=timedelta(minutes=90), price="30.00")
    assert re.search("from €18 +1 hour to 1 hour 30 minutes", entry(visitor, project))
    assert re.search("€30 +1 hour 30 minutes", entry(visitor, project, "/with/clara/"))
    assert re.search("€18 +1 hour ", entry(visitor, project, "/with/emmett/"))


def test_a_project_without_options_says_its_length(visitor, project, other):
    Option.objects.filter(project=project).delete()
    Project.objects.filter(pk=project.pk).update(availability={"length": "20 minutes"})
    assert "20 minutes" in entry(visitor, project)


def test_the_foot_says_the_postal_address_in_a_line(visitor, project, other):
    site = Site.current()
    site.address = "Courthouse Square\nHill Valley"
    site.save()
    assert "Courthouse Square, Hill Valley" in visitor.see("/").content.decode()


def test_a_project_without_a_resource_is_not_listed_as_if_it_had_times(visitor, project, other):
    other.links.all().delete()
    said = entry(visitor, other)
    assert "Cannot be booked yet" in said
    assert "See times" not in said
    assert "1 hour" not in said
    assert "Cannot be booked yet" not in entry(visitor, project)


def test_the_page_of_a_project_without_a_resource_says_so_and_whom_to_call(visitor, project):
    Site.objects.update_or_create(pk=1, defaults={"phone": "030 5550142"})
    project.links.all().delete()
    page = visitor.see(f"/book/{project.slug}/").content.decode()
    assert "Nothing can be booked here yet." in page
    assert re.search(r'Please call us: <bdi dir="ltr">030 5550142</bdi>', page)
    assert "No times are free" not in page
    assert "data-month" not in page


def test_the_page_of_a_project_whose_resources_are_all_retired_says_so_too(visitor, project, doc):
    doc.deleted_at = timezone.now()
    doc.save()
    assert "Nothing can be booked here yet." in visitor.see(f"/book/{project.slug}/").content.decode()


def test_the_operator_says_how_many_projects_are_listed_and_for_how_many_the_next_time_is_sought(
    visitor, project, other, doc, settings
):
    settings.LISTED_NEXT_TIMES = 0
    assert "See times" in entry(visitor, project)
    a_project(doc)
    assert visitor.see("/").content.decode().count('class="offer__title"') == 3
    settings.LISTED_PROJECTS = 2
    assert visitor.see("/").content.decode().count('class="offer__title"') == 2
