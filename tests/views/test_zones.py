"""Through which zone the pages of one visit show a time."""

import re

import pytest

from bookings.models import Project

pytestmark = pytest.mark.django_db


def hidden_zones(page):
    return set(re.findall(r'<input type="hidden" name="zone" value="([^"]+)"', page))


def test_elsewhere_than_in_person_later_pages_show_the_zone_in_which_the_time_was_picked(
    visitor, project, tomorrow
):
    Project.objects.update(place=Project.Place.ONLINE)
    address = f"/book/{project.slug}/"
    assert hidden_zones(visitor.see(address).content.decode()) == {"Europe/Berlin"}
    assert hidden_zones(visitor.see(address, zone="Asia/Tokyo").content.decode()) == {"Asia/Tokyo"}


def test_in_person_the_places_zone_needs_no_choice(visitor, project, tomorrow):
    assert not hidden_zones(visitor.see(f"/book/{project.slug}/").content.decode())
