"""Pictures and faces, drawn marks and letters, or neither: each page looks finished whatever staff have chosen."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bookings.models import Project, Resource, Site
from bookings.pictures import PictureField
from bookings.views.faces import letters
from tests.situations import a_project, a_resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(doc):
    return a_project(doc, name="Time travel")


def picture():
    drawn = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(drawn, "JPEG")
    return PictureField().clean(SimpleUploadedFile("one.jpg", drawn.getvalue()))


def give_picture(row, field="image"):
    setattr(row, field, picture())
    row.save()


def home(visitor):
    return re.sub(r"\s+", " ", visitor.see("/").content.decode())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Katharina Brandt", "KB"),
        ("Anna Maria von der Heide", "AH"),
        ("aiko", "A"),
        ("مارتي ماكفلاي", "مم"),
        ("(Bay) 3", "3"),
        ("—", ""),
    ],
)
def test_letters_are_those_of_the_first_and_the_last_word(name, said):
    assert letters(name) == said


def test_pictures_are_shown_where_each_service_has_one(visitor, project, other):
    give_picture(project)
    Project.objects.update(mark="")
    assert 'class="picture"' not in home(visitor), "one of two"
    give_picture(other)
    assert home(visitor).count('class="picture"') == 2


def test_marks_stand_for_all_where_a_picture_is_missing_and_nothing_where_a_mark_is(visitor, project, other):
    give_picture(project)
    Project.objects.filter(pk=other.pk).update(mark="leaf")
    page = home(visitor)
    assert 'class="mark"' not in page
    assert 'class="picture"' not in page
    Project.objects.update(mark="leaf")
    page = home(visitor)
    assert page.count('class="mark"') == 2
    assert 'class="picture"' not in page


@pytest.mark.parametrize("mark", [value for value in Project.Mark.values if value])
def test_every_mark_is_drawn(visitor, project, other, mark):
    Project.objects.update(mark=mark)
    assert re.search(r'<span class="mark"><svg [^>]*><(path|circle)', home(visitor))


def test_people_are_those_who_have_a_picture(visitor, project, other, doc):
    room = a_resource(name="Large studio", slug="studio")
    project.links.create(resource=room, position=1)
    give_picture(doc)
    page = home(visitor)
    assert "Who you meet" in page
    assert 'href="/with/emmett/"' in page
    assert "Large studio" not in page


def test_letters_stand_for_all_beside_marks_and_for_nobody_beside_nothing(visitor, project, other):
    assert 'class="face' not in home(visitor)
    assert "Book with<" not in home(visitor)
    Project.objects.update(mark="talk")
    page = home(visitor)
    assert "Book with<" in page
    assert re.search(r'<span class="face face--s" aria-hidden="true"> ?EB ?</span>', page)


def test_where_one_chooses_with_whom_each_has_a_face_or_letters(visitor, project, doc):
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    give_picture(doc)
    page = re.sub(r"\s+", " ", visitor.see("/book/lightning/").content.decode())
    assert page.count('<img class="face"') == 2, "beside the name and beside anyone"
    assert page.count('aria-hidden="true">CC</span>') == 2


def test_the_letterhead_says_what_the_site_says_of_itself(visitor, project, other):
    assert "cover__lead" not in home(visitor)
    site = Site.current()
    site.summary, site.address, site.phone = "Good <evenings>.", "Ufer 8\n13357 Berlin", "+49 (0)30 55"
    give_picture(site, "picture")
    page = home(visitor)
    assert "Good &lt;evenings&gt;." in page
    assert "Ufer 8, 13357 Berlin" in page
    assert 'href="tel:+4903055"' in page
    assert "cover--drawn" in page
    assert "openstreetmap.org/search?query=Ufer%208%2C%2013357%20Berlin" in page


def test_a_list_of_many_people_costs_no_query_for_each(
    visitor, project, other, django_assert_max_num_queries
):
    Project.objects.update(mark="talk")
    for number in range(12):
        resource = a_resource(name=f"Person {number}", slug=f"person-{number}")
        project.links.create(resource=resource, position=number + 1)
    assert Resource.objects.count() > 12
    with django_assert_max_num_queries(10):
        page = home(visitor)
    assert page.count('class="person"') == 8
