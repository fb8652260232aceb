"""Staff read and write durations in their own language; what is stored is what the API knows."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from bookings.admin.fields.plain import DurationField, DurationTextField
from bookings.times import duration_in_words
from bookings.typed_durations import as_stored, read

LANGUAGES = ["en", "en-us", "de", "ar"]
LONGER = [180, 24 * 60, 36 * 60, 2 * 24 * 60 + 61, 11 * 24 * 60, 100 * 60, 365 * 24 * 60]
DURATIONS = [timedelta(minutes=minutes) for minutes in [*range(130), *LONGER]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_can_be_typed(language):
    with override(language):
        for text in (duration_in_words, as_stored):
            assert [read(text(duration)) for duration in DURATIONS] == DURATIONS


@pytest.mark.parametrize(
    ("language", "text", "minutes"),
    [
        ("de", "1 Stunde", 60),
        ("de", "1,5 Stunden", 90),
        ("de", "1 stunde, 30 MINUTEN", 90),
        ("de", "30Minuten", 30),
        ("de", "2 Tage", 2880),
        ("de", "2 hours", 120),
        ("de", "PT90M", 90),
        ("ar", "ساعتان", 120),
        ("ar", "٣٠ دقيقة", 30),
    ],
)
def test_people_write_as_they_speak(language, text, minutes):
    with override(language):
        assert read(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["30", "eine Weile", "3 Monde", "1 Stunde -"])
def test_what_cannot_be_read_is_said_with_examples_in_the_own_language(text):
    with override("de"), pytest.raises(ValidationError, match="20 Minuten"):
        read(text)


def test_a_length_is_shown_and_read_in_the_language_of_the_desk():
    field = DurationField()
    with override("de"):
        assert field.prepare_value(timedelta(minutes=90)) == "1 Stunde 30 Minuten"
        assert field.clean("1 Stunde 30 Minuten") == timedelta(minutes=90)
        assert not field.has_changed(timedelta(minutes=90), "1 Stunde 30 Minuten")
        assert field.widget.attrs["placeholder"] == "1 Stunde 30 Minuten"


def test_a_setting_keeps_the_text_that_the_api_knows():
    field = DurationTextField(required=False)
    with override("de"):
        assert field.prepare_value("90 minutes") == "1 Stunde 30 Minuten"
        assert field.clean("2 Stunden") == "2 hours"
        assert field.prepare_value("when it suits") == "when it suits"
    with override("en"):
        assert field.prepare_value("90 minutes") == "90 minutes"
        assert field.clean("90 minutes") == "90 minutes"
