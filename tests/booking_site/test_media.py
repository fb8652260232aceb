"""Pictures from the upload at the desk to the page of a customer."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bookings.pictures import MAX_BYTES, PictureField
from tests.situations import a_project, a_resource

pytestmark = pytest.mark.django_db


def upload(kind="JPEG", name="me.jpg", size=(40, 20), **more):
    drawn = io.BytesIO()
    Image.new("RGB", size, "teal").save(drawn, kind, **more)
    return SimpleUploadedFile(name, drawn.getvalue())


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_picture_is_drawn_anew_under_a_name_of_our_own(kind, ending):
    exif = Image.Exif()
    exif[0x010E] = "Taken at home"
    cleaned = PictureField().clean(upload(kind, f"me.{ending}", exif=exif))
    assert "me" not in cleaned.name
    assert cleaned.name.endswith(f".{ending}")
    assert b"Taken at home" not in cleaned.read()


def test_a_large_picture_is_made_smaller():
    cleaned = PictureField().clean(upload(size=(3000, 30)))
    assert Image.open(cleaned).size[0] == 2000


@pytest.mark.parametrize(
    "wrong",
    [
        SimpleUploadedFile("a.png", b"<svg onload=alert(1)>"),
        SimpleUploadedFile("a.jpg", b"x" * (MAX_BYTES + 1)),
        upload("GIF", "a.gif"),
    ],
    ids=["no picture", "too large", "another kind"],
)
def test_what_is_no_picture_of_ours_is_refused(wrong):
    with pytest.raises(ValidationError):
        PictureField().clean(wrong)


def test_a_stored_picture_is_served_with_a_fixed_type(client):
    name = default_storage.save("projects/one.png", PictureField().clean(upload("PNG", "a.png")))
    answer = client.get(f"/media/{name}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["none.png", "../../db.sqlite3", "..%2f..%2fdb.png", "a.html", "projects/"])
def test_nothing_else_is_served(client, name):
    assert client.get(f"/media/{name}").status_code == 404


def test_the_desk_stores_pictures_as_it_draws_them_and_the_first_page_shows_them(admin_client, client):
    project, _another = a_project(a_resource()), a_project(a_resource())
    page = admin_client.get(f"/admin/bookings/project/{project.pk}/change/")
    form = page.context["adminform"].form
    assert isinstance(form.fields["image"], PictureField)
    assert isinstance(form.fields["logo"], PictureField)
    project.image = PictureField().clean(upload())
    project.save()
    assert project.image.url in client.get("/").content.decode()
