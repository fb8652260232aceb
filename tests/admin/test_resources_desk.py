"""A resource's and a location's page at the desk: the zone that counts, the picture, what may be left empty."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from bookings.lifecycle import add_event
from bookings.models import Event, Location, Occupancy, Resource, Site
from tests.admin.conftest import text_of, values_of
from tests.situations import a_location, a_project, a_resource, at

pytestmark = pytest.mark.django_db
ADD_RESOURCE = reverse("admin:bookings_resource_add")
ADD_LOCATION = reverse("admin:bookings_location_add")


@pytest.fixture(autouse=True)
def site_in_berlin():
    Site.objects.update_or_create(pk=1, defaults={"timezone": "Europe/Berlin"})


def url(row: Any) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def test_a_new_resource_is_in_the_zone_of_its_location_or_of_the_site_and_says_which(manager):
    shown = manager.get(ADD_RESOURCE)
    assert values_of(shown)["timezone"] == ""
    assert "as its location has it, without one as the site: Europe/Berlin" in text_of(shown)
    place = a_location(timezone="Asia/Tokyo")
    for name, location in (("Here", ""), ("There", str(place.pk))):
        typed = values_of(shown) | {"name": name, "location": location}
        assert manager.post(ADD_RESOURCE, typed).status_code == 302
    zones = dict(Resource.objects.values_list("name", "timezone"))
    assert zones == {"Here": "Europe/Berlin", "There": "Asia/Tokyo"}


def test_a_new_location_is_in_the_zone_of_the_site_and_says_which(manager):
    shown = manager.get(ADD_LOCATION)
    assert values_of(shown)["timezone"] == ""
    assert "as the site has it: Europe/Berlin" in text_of(shown)
    assert manager.post(ADD_LOCATION, values_of(shown) | {"name": "Berlin"}).status_code == 302
    assert Location.objects.get().timezone == "Europe/Berlin"


def test_a_zone_that_was_chosen_stays_and_one_that_is_emptied_is_its_locations(manager):
    resource = a_resource(timezone="Asia/Tokyo", location=a_location(name="Far", timezone="Asia/Kathmandu"))
    page = manager.get(url(resource))
    assert values_of(page)["timezone"] == "Asia/Tokyo"
    assert "as Far has it: Asia/Kathmandu" in text_of(page)
    assert manager.post(url(resource), values_of(page)).status_code == 302
    resource.refresh_from_db()
    assert resource.timezone == "Asia/Tokyo"
    assert manager.post(url(resource), values_of(page) | {"timezone": ""}).status_code == 302
    resource.refresh_from_db()
    assert resource.timezone == "Asia/Kathmandu"


def test_two_resources_of_one_name_get_two_addresses(manager):
    for _each in range(2):
        assert (
            manager.post(ADD_RESOURCE, values_of(manager.get(ADD_RESOURCE)) | {"name": "Room"}).status_code
            == 302
        )
    assert len(set(Resource.objects.values_list("slug", flat=True))) == 2


def test_a_picture_that_is_kept_is_shown_where_it_is_replaced(manager):
    drawn = BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, "PNG")
    resource = a_resource()
    assert "picture-kept" not in text_of(manager.get(url(resource)))
    resource.image.save("x.png", ContentFile(drawn.getvalue()))
    assert f'<img class="picture-kept" src="{resource.image.url}"' in text_of(manager.get(url(resource)))


def test_events_make_busy_as_soon_as_their_calendar_is_said_to_count_and_no_longer_than_that(manager):
    resource = a_resource()
    calendar = resource.calendars.get()
    add_event(Event(calendar=calendar, start=at(9), end=at(10)))
    typed = values_of(manager.get(url(resource)))
    assert typed.pop("calendars-0-provider_sync")
    assert manager.post(url(resource), typed).status_code == 302
    assert not Occupancy.objects.exists()
    assert manager.post(url(resource), typed | {"calendars-0-provider_sync": "on"}).status_code == 302
    assert Occupancy.objects.get().start == at(9)


def test_a_calendar_is_removed_with_its_events_and_their_time(manager):
    resource = a_resource()
    add_event(Event(calendar=resource.calendars.get(), start=at(9), end=at(10)))
    typed = values_of(manager.get(url(resource)))
    assert manager.post(url(resource), typed | {"calendars-0-DELETE": "on"}).status_code == 302
    assert not Event.objects.exists()
    assert not Occupancy.objects.exists()


@pytest.mark.parametrize("sent", [None, "", "x", "-1", "0", "99"])
@pytest.mark.parametrize("page", ["resource", "project"])
def test_a_table_whose_rows_are_miscounted_is_refused_in_words(admin, page, sent):
    resource = a_resource()
    resource.give_calendar()
    row, table = (resource, "calendars") if page == "resource" else (a_project(resource), "links")
    values = values_of(admin.get(url(row)))
    assert values[f"{table}-INITIAL_FORMS"] == "1"
    values |= {f"{table}-INITIAL_FORMS": sent or ""}
    if sent is None:
        del values[f"{table}-INITIAL_FORMS"]
    answer = admin.post(url(row), values)
    assert answer.status_code == 200
    assert "This table was not sent as a whole. Load the page anew." in text_of(answer)
    assert getattr(row, table).count() == 1
