"""The zone of what is new: that of its place, else the site's."""

import pytest

from bookings.models import Location, Resource, Site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_site_in_berlin():
    Site.objects.update_or_create(pk=1, defaults={"timezone": "Europe/Berlin"})


def test_a_new_resource_lives_by_the_clocks_of_its_location_else_of_the_site():
    assert Resource.objects.create(name="Doc", slug="doc").timezone == "Europe/Berlin"
    tokyo = Location.objects.create(name="Tokyo", timezone="Asia/Tokyo")
    assert Resource.objects.create(name="Kei", slug="kei", location=tokyo).timezone == "Asia/Tokyo"
    own = Resource.objects.create(name="Ada", slug="ada", location=tokyo, timezone="Asia/Seoul")
    assert own.timezone == "Asia/Seoul"


def test_a_new_location_lives_by_the_clocks_of_the_site():
    assert Location.objects.create(name="Courthouse").timezone == "Europe/Berlin"


def test_a_zone_stays_when_that_of_the_site_changes():
    doc = Resource.objects.create(name="Doc", slug="doc")
    Site.objects.update(timezone="Asia/Tokyo")
    doc.save()
    doc.refresh_from_db()
    assert doc.timezone == "Europe/Berlin"
