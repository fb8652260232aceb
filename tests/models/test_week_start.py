"""With which day a week begins: as the site says, else as its country has it, else as the language has it."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from bookings import countries
from bookings.models import Site


@pytest.mark.parametrize(
    ("country", "first"),
    [("DE", 0), ("GB", 0), ("US", 6), ("JP", 6), ("SA", 6), ("EG", 5), ("KW", 5), ("MV", 4), ("AQ", 0)],
)
def test_each_country_has_its_first_weekday(country, first):
    assert countries.first_weekday(country) == first


def test_no_country_is_without_one():
    assert {countries.first_weekday(one) for one in countries.zones()} == {0, 4, 5, 6}


@pytest.mark.parametrize(
    ("said", "country", "language", "first"),
    [
        ("sunday", "EG", "de", 6),
        ("monday", "US", "ar", 0),
        ("saturday", "", "en", 5),
        ("", "EG", "de", 5),
        ("", "US", "ar", 6),
        ("", "", "de", 0),
        ("", "", "en-us", 6),
        ("", "", "ar", 6),
    ],
)
def test_what_the_site_says_wins_over_its_country_and_that_over_the_language(said, country, language, first):
    with translation.override(language):
        weekdays = Site(week_start=said, country=country).weekdays
    assert weekdays[0] == first
    assert sorted(weekdays) == list(range(7))


def test_a_week_begins_on_no_other_day():
    with pytest.raises(ValidationError) as refused:
        Site(week_start="tuesday").clean_fields()
    assert list(refused.value.message_dict) == ["week_start"]
