"""Through which zone the pages of one visit show a time."""

import re
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from bookings.models import Project
from bookings.times import clock, short_day
from tests.views.conftest import holds

pytestmark = pytest.mark.django_db


def hidden_zones(page):
    return set(re.findall(r'<input type="hidden" name="zone" value="([^"]+)"', page))


def test_elsewhere_than_in_person_later_pages_show_the_zone_in_which_the_time_was_picked(
    visitor, project, tomorrow
):
    Project.objects.update(place=Project.Place.ONLINE)
    url = f"/book/{project.slug}/"
    assert hidden_zones(visitor.see(url).content.decode()) == {"Europe/Berlin"}
    assert hidden_zones(visitor.see(url, zone="Asia/Tokyo").content.decode()) == {"Asia/Tokyo"}


def test_in_person_the_places_zone_needs_no_choice(visitor, project, tomorrow):
    assert not hidden_zones(visitor.see(f"/book/{project.slug}/").content.decode())


def test_the_browsers_zone_is_told_beside_the_places_and_looked_through_by_nobody(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow, own="Asia/Tokyo")
    page = unescape(visitor.see(form).content.decode())
    assert "21:00–22:00 in Tokyo, your time." in page
    until = clock(holds().get().expires_at, "Asia/Tokyo")
    assert f"Held for you until <strong>{until}</strong>" in page
    assert re.search(r'<input type="hidden" name="timezone" value="Asia/Tokyo"', page)
    booked = visitor.see(visitor.send(form, timezone="Asia/Tokyo")["Location"]).content.decode()
    assert "in Tokyo, your time." in booked
    assert "Times in Berlin time" in visitor.see("/book/lightning/", own="Asia/Tokyo").content.decode()


def test_a_browsers_zone_that_does_not_exist_counts_for_nothing(visitor, project, tomorrow):
    form = visitor.hold(project, tomorrow, own="Mars/Olympus")
    assert "your time." not in visitor.see(form).content.decode()
    assert visitor.send(form).status_code == 302


def test_another_zone_shows_the_day_on_which_the_same_moment_is_there(visitor, project, tomorrow):
    late = tomorrow.replace(hour=20)
    page = visitor.see("/book/lightning/", zone="Asia/Tokyo", at=late.isoformat()).content.decode()
    shown = re.search('<h2 id="day"[^>]*>([^<]+)<', page)[1]
    assert shown == short_day(late, "Asia/Tokyo") != short_day(late, "Europe/Berlin")


def test_the_zone_switch_carries_the_first_free_moment_of_the_day(visitor, project, tomorrow):
    day = tomorrow.date() + timedelta(days=1)  # tomorrow's midnight may have passed in Berlin
    page = visitor.see("/book/lightning/", day=day.isoformat()).content.decode()
    first = datetime.combine(day, time(), ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert f'name="at" value="{first.isoformat()}"' in page


def last_sunday(month):
    """Of that month of next year: in Berlin the clocks change on March's and October's."""
    last = date(timezone.now().year + 1, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@pytest.mark.parametrize(
    ("month", "said"),
    [(10, "The clocks go back on this day."), (3, "The clocks go forward on this day."), (5, None)],
)
def test_a_day_on_which_the_clocks_change_says_so(visitor, project, month, said):
    day = last_sunday(month).isoformat()
    page = visitor.see("/book/lightning/", day=day, zone="Europe/Berlin").content.decode()
    assert (said in page) if said else ("The clocks" not in page)


def test_of_two_equal_times_each_says_which_it_is(visitor, project):
    day = last_sunday(10)
    page = visitor.see("/book/lightning/", day=day.isoformat(), zone="Europe/Berlin").content.decode()
    buttons = re.findall('<button class="time".*?</button>', page, re.DOTALL)
    spoken = [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in buttons]
    words = f"Sunday {day.day} October, Berlin time"
    assert [one for one in spoken if one.startswith("02:00")] == [
        f"02:00 to 02:00 (UTC+1), {words}, first time that night",
        f"02:00 to 03:00, {words}, second time that night",
    ]


def test_the_zone_that_is_shown_is_the_one_that_is_chosen(visitor, project):
    Project.objects.update(place=Project.Place.ONLINE)
    for zone in ("Asia/Tokyo", "Europe/Berlin", "America/Bogota"):
        page = visitor.see(f"/book/{project.slug}/", zone=zone).content.decode()
        (select,) = re.findall(r'<select class="control" id="id_zone".*?</select>', page, re.DOTALL)
        assert re.findall(r'<option value="([^"]+)" selected>', select) == [zone]
        assert select.count(f'value="{zone}"') == 1
        assert (
            clock(timezone.now(), zone) in select
            or clock(timezone.now() - timedelta(minutes=1), zone) in select
        )
