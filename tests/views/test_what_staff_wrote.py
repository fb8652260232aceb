"""Words, places and pictures of staff on the customer's pages: in their language, on a map, beside a name."""

import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bookings.models import Location, Option, Project, Site
from bookings.pictures import PictureField
from tests.situations import a_project, a_resource
from tests.views.test_booking_flow import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def german(project):
    """Staff write German."""
    Site.objects.update_or_create(pk=1, defaults={"language": "de"})
    questions = {
        "name": {},
        "email": {},
        "size": {"title": "Größe"},
        "note": {"format": "label", "title": "Hinweis"},
    }
    Project.objects.update(
        name="Blitz fangen",
        summary="Um 22:04 Uhr.",
        description="Mit *Mantel*.",
        heading="Blitze",
        consent="Ich will.",
        customer_fields=questions,
    )
    Option.objects.update(label="Kurz")
    return project


def test_what_staff_wrote_carries_their_language_where_the_page_has_another(visitor, german, doc, tomorrow):
    a_project(doc, name="Zeitreise")
    times = text(visitor.see("/book/lightning/?lang=en"))
    for words in ('<bdi lang="de">Blitz fangen</bdi>', '<bdi lang="de">Um 22:04 Uhr.</bdi>'):
        assert words in times
    assert re.search(r'<div class="small prose" dir="auto" lang="de"><p>Mit <em>Mantel</em>', times)
    assert '<h2 id="group-1"><bdi lang="de">Blitze' in text(visitor.see("/?lang=en"))
    form = text(visitor.see(visitor.hold(german, tomorrow)))
    assert '<bdi lang="de">Größe</bdi>' in form
    assert '<bdi lang="de">Ich will.</bdi>' in form
    assert '<p class="soft" dir="auto" lang="de">Hinweis' in form
    assert "<bdi>Name</bdi>" in form, "our own words are the page's"


def test_in_their_own_language_nothing_is_marked(visitor, german, tomorrow):
    assert '<bdi lang="de">' not in text(visitor.see("/book/lightning/?lang=de"))
    Site.objects.update(language="en")
    assert "<bdi lang=" not in text(visitor.see("/book/lightning/?lang=en-us"))


def test_a_place_opens_a_map_in_a_tab_of_its_own(visitor, project, tomorrow):
    Location.objects.update(name='Court"house & <b>Sons</b>', address="Straße 8\n13357 Bérlin")
    for page in (visitor.see("/book/lightning/"), visitor.see(visitor.hold(project, tomorrow))):
        tag, href = re.search(r'(<a href="([^"]*openstreetmap[^"]*)"[^>]*>)', text(page)).groups()
        url = urlsplit(unescape(href))
        assert f"{url.scheme}://{url.netloc}{url.path}" == "https://www.openstreetmap.org/search"
        assert parse_qs(url.query) == {"query": ['Court"house & <b>Sons</b>, Straße 8, 13357 Bérlin']}
        assert 'target="_blank" rel="noopener noreferrer"' in tag
        assert "<b>Sons" not in text(page)


def test_where_a_map_tells_the_address_the_short_line_has_the_places_name_alone(visitor, project):
    Location.objects.update(name="Courthouse", address="Hill Valley")
    for layer, said in (({}, "Courthouse"), ({"where": "Clock tower"}, "In person: Clock tower")):
        Project.objects.update(booking={"graph": "instant"} | layer)
        page = text(visitor.see("/book/lightning/"))
        assert re.findall(r'<span class="part"><bdi>([^<]*)</bdi></span>', page) == [said]


@pytest.mark.parametrize("place", [Project.Place.ONLINE, Project.Place.PHONE])
def test_where_nobody_goes_there_is_no_map(visitor, project, place):
    Project.objects.update(place=place, booking={"graph": "instant", "where": "A video call"})
    page = text(visitor.see("/book/lightning/"))
    assert "A video call" in page
    assert "openstreetmap" not in page


def test_a_face_stands_beside_the_name_where_one_chooses_and_on_the_form(visitor, project, doc, tomorrow):
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    drawn = io.BytesIO()
    Image.new("RGB", (300, 300), "teal").save(drawn, "JPEG")
    doc.image = PictureField().clean(SimpleUploadedFile("me.jpg", drawn.getvalue()))
    doc.save()
    face = r'<img class="face[^"]*"[^>]*srcset="/media/resources/[^>]*>(?:(?!<bdi>).)*<bdi>'
    page = text(visitor.see("/book/lightning/"))
    assert re.search(face + "Emmett Brown", page)
    assert not re.search(face + "Clara Clayton", page)
    assert re.search(face + "Emmett Brown", text(visitor.see(visitor.hold(project, tomorrow))))
