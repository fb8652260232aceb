"""Staff pick any colour; the pages stay legible in both schemes."""

import colorsys
import itertools

import pytest

from bookings.accents import (
    CARD_DARK,
    CARD_LIGHT,
    CONTRAST,
    WAIT_DARK,
    WAIT_LIGHT,
    accents,
    contrast,
    normal,
    stylesheet,
    wash,
)

EVERY_CORNER = [f"#{r}{g}{b}" for r, g, b in itertools.product(("00", "33", "80", "cc", "ff"), repeat=3)]


def hue(colour):
    return colorsys.rgb_to_hls(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))[0]


@pytest.mark.parametrize("colour", EVERY_CORNER)
def test_any_colour_is_legible_on_card_and_wash_and_under_its_own_text(colour):
    pair = accents(colour)
    for scheme, card, wait in ((pair.light, CARD_LIGHT, WAIT_LIGHT), (pair.dark, CARD_DARK, WAIT_DARK)):
        assert contrast(scheme.accent, wait) >= CONTRAST, "in the banner of a hold that ends"
        assert contrast(scheme.accent, card) >= CONTRAST
        assert contrast(scheme.accent, wash(scheme.accent, card)) >= CONTRAST
        assert contrast(scheme.on_accent, scheme.accent) >= CONTRAST


def test_the_hue_that_was_picked_is_kept_in_both_schemes():
    pair = accents("#b02a6f")
    assert hue(pair.light.accent) == pytest.approx(hue("#b02a6f"), abs=0.01)
    assert hue(pair.dark.accent) == pytest.approx(hue("#b02a6f"), abs=0.01)


def test_a_colour_that_is_dark_enough_is_taken_as_it_is_on_paper():
    assert accents("#6b2346").light.accent == "#6b2346"


def test_the_known_contrasts_of_black_and_white_come_out():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)


@pytest.mark.parametrize(
    "colour", ["", "teal", "#12", "#12345g", "#0f4a59; } body { display: none", "url(x)"]
)
def test_what_is_no_hex_colour_is_refused(colour):
    with pytest.raises(ValueError, match="#0f4a59"):
        normal(colour)


def test_short_and_bare_spellings_are_understood():
    assert normal("#ABC") == "#aabbcc"
    assert normal("0F4A59") == "#0f4a59"


def test_the_stylesheet_names_both_schemes_and_nothing_else():
    sheet = stylesheet("#6b2346")
    assert sheet.startswith(":root { --accent: #6b2346;")
    assert "@media (prefers-color-scheme: dark)" in sheet
    assert sheet.count("--on-accent") == 2
