"""Pictures from the upload at the desk to the page of a customer."""

import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bookings import limits
from bookings.picture_files import copy_name, narrower, shown
from bookings.pictures import PictureField
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
        SimpleUploadedFile("a.jpg", b"x" * (limits.PICTURE_MEGABYTES.default * 1024 * 1024 + 1)),
        upload("GIF", "a.gif"),
    ],
    ids=["no picture", "too large", "another kind"],
)
def test_what_is_no_picture_of_ours_is_refused(wrong):
    with pytest.raises(ValidationError):
        PictureField().clean(wrong)


def test_the_operator_says_how_large_a_picture_may_be(settings):
    settings.PICTURE_MEGABYTES = 1
    with pytest.raises(ValidationError, match="Use a picture of at most 1 MB"):
        PictureField().clean(SimpleUploadedFile("a.jpg", b"x" * (1024 * 1024 + 1)))


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
    project, another = a_project(a_resource()), a_project(a_resource())
    page = admin_client.get(f"/admin/bookings/project/{project.pk}/change/")
    form = page.context["adminform"].form
    assert isinstance(form.fields["image"], PictureField)
    assert isinstance(form.fields["logo"], PictureField)
    for one in (project, another):  # pictures are shown where each has one
        one.image = PictureField().clean(upload())
        one.save()
    assert project.image.url in client.get("/").content.decode()


def picture(size=(1600, 1200), kind="JPEG"):
    """A stored picture of a resource, of many colours as photographs have them."""
    drawn = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(drawn, kind)
    resource = a_resource(image=PictureField().clean(SimpleUploadedFile("me.jpg", drawn.getvalue())))
    return resource.image


def test_narrower_copies_are_made_when_a_picture_is_stored(client):
    image = picture()
    said = shown(image)
    assert (said["width"], said["height"]) == (1600, 1200)
    copies = dict(reversed(one.split(" ")) for one in said["srcset"].split(", "))
    assert list(copies) == ["80w", "160w", "240w", "480w", "960w", "1600w"]
    for width, url in copies.items():
        answer = client.get(url)
        drawn = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
        assert (f"{drawn.width}w", round(drawn.width * 0.75)) == (width, drawn.height)
    small = b"".join(client.get(copies["160w"]).streaming_content)
    assert len(small) < image.size / 10
    assert said["src"] == copies["240w"]


def test_no_copy_is_wider_than_the_picture():
    assert [one.split(" ")[1] for one in shown(picture((100, 50)))["srcset"].split(", ")] == ["80w", "100w"]
    assert shown(picture((60, 40)))["srcset"] == ""


def test_what_is_clear_in_a_picture_stays_clear_in_its_copies():
    drawn = io.BytesIO()
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(drawn, "PNG")
    image = a_resource(image=PictureField().clean(SimpleUploadedFile("a.png", drawn.getvalue()))).image
    with default_storage.open(copy_name(image.name, 80)) as file:
        assert Image.open(file).convert("RGBA").getpixel((0, 0))[3] == 0


def test_copies_go_with_their_picture():
    image = picture((300, 300))
    names = [image.name, *(copy_name(image.name, width) for width in narrower(image.name))]
    assert len(names) == 4
    assert all(default_storage.exists(name) for name in names)
    image.delete()
    assert not any(default_storage.exists(name) for name in names)


def test_a_picture_of_an_older_release_is_shown_as_it_is(client):
    resource = a_resource(image="resources/old.jpg")
    assert shown(resource.image) == {
        "src": "/media/resources/old.jpg",
        "srcset": "",
        "width": "",
        "height": "",
    }
    assert shown(a_resource().image) is None


def test_the_first_page_names_copies_and_sizes_and_loads_the_lower_ones_late(client):
    for _number in range(5):
        project = a_project(a_resource())
        project.image = PictureField().clean(upload(size=(1000, 500)))
        project.save()
    tags = re.findall(r"<img[^>]*>", client.get("/").content.decode())
    assert len(tags) == 5
    assert all("srcset=" in tag and 'width="1000" height="500"' in tag for tag in tags)
    assert ['loading="lazy"' in tag for tag in tags] == [False, False, False, True, True]
