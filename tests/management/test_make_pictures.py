"""`manage.py make_pictures`: what an older release stored without copies is sent small, too."""

from io import BytesIO, StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from PIL import Image

from bookings.models import Resource
from bookings.picture_files import copy_name, narrower, shown
from bookings.pictures import PictureField
from tests.situations import a_project, a_resource

pytestmark = pytest.mark.django_db


def drawn() -> bytes:
    file = BytesIO()
    Image.new("RGB", (600, 400), "teal").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def old():
    """A resource with a picture as the first release stored it: its name says no size, and it is alone."""
    resource = a_resource()
    name = resource.image.storage.save("resources/0f3e.jpg", ContentFile(drawn()))
    Resource.objects.filter(pk=resource.pk).update(image=name)
    resource.refresh_from_db()
    return resource


def make_pictures() -> str:
    said = StringIO()
    call_command("make_pictures", stdout=said)
    return said.getvalue()


def test_a_picture_of_an_older_release_gets_its_copies_once(old):
    before = old.image.name
    assert shown(old.image)["srcset"] == ""
    assert make_pictures() == "1 pictures got copies\n"
    old.refresh_from_db()
    name, storage = old.image.name, old.image.storage
    assert (shown(old.image)["width"], shown(old.image)["height"]) == (600, 400)
    assert narrower(name) == [80, 160, 240, 480]
    assert all(storage.exists(copy_name(name, width)) for width in narrower(name))
    assert storage.exists(before)  # the history of the row may put it back
    assert make_pictures() == "0 pictures got copies\n"


def test_a_copy_that_is_gone_is_made_again_and_the_picture_stays(db):
    project = a_project(a_resource())
    project.logo = PictureField().clean(SimpleUploadedFile("logo.jpg", drawn()))
    project.save()
    name, storage = project.logo.name, project.logo.storage
    storage.delete(copy_name(name, 160))
    assert make_pictures() == "1 pictures got copies\n"
    project.refresh_from_db()
    assert project.logo.name == name
    assert storage.exists(copy_name(name, 160))


def test_what_cannot_be_read_is_named_and_the_others_are_made(old):
    lost = a_resource(name="Clara Clayton", slug="clara", image="resources/lost.jpg")
    with pytest.raises(CommandError, match=r"upload them again: resources/lost\.jpg"):
        make_pictures()
    old.refresh_from_db()
    lost.refresh_from_db()
    assert shown(old.image)["srcset"]
    assert lost.image.name == "resources/lost.jpg"
