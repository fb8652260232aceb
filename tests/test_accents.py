"""Staff pick any colour; the pages stay legible in both schemes."""

import itertools
import re
from pathlib import Path

import pytest
from django.conf import settings

from bookings.accents import (
    CONTRAST,
    DARK,
    DEFAULT_ACCENT,
    LIGHT,
    accents,
    contrast,
    normal,
    stylesheet,
)
from bookings.oklch import from_oklch, mixed, to_oklch

EVERY_CORNER = [f"#{r}{g}{b}" for r, g, b in itertools.product(("00", "33", "80", "cc", "ff"), repeat=3)]
DRAWN = [f"#{number * 7_919_003 % 0x1000000:06x}" for number in range(300)]
NAMED = {"wine": "#6b2346", "moss": "#4d5d2a", "brick": "#97281c", "violet": "#5a3d8a", "graphite": "#3a3d40"}
TOKENS = (Path(settings.BASE_DIR) / "static/look/tokens.css").read_text()


def token(name, scheme):
    light, dark = re.search(rf"--{name}: var\(--light, (#\w+)\) var\(--dark, (#\w+)\)", TOKENS).groups()
    return light if scheme == "light" else dark


@pytest.mark.parametrize("colour", [*EVERY_CORNER, *DRAWN, *NAMED.values()])
def test_any_colour_is_legible_wherever_it_stands_and_under_its_own_text(colour):
    pair = accents(colour)
    for one, paper in ((pair.light, LIGHT), (pair.dark, DARK)):
        for ground in (paper.desk, paper.card, paper.card_2, paper.wait_wash, one.wash, one.wash_2):
            assert contrast(one.accent, ground) >= CONTRAST, f"{one.accent} on {ground}"
        assert contrast(one.on_accent, one.accent) >= CONTRAST
        assert contrast(one.on_accent, one.accent_strong) >= CONTRAST, "under the pointer"
        assert contrast(one.on_cover, one.cover) >= CONTRAST
        assert contrast(one.on_cover_soft, one.cover) >= CONTRAST
        for text, wash in itertools.product((paper.ink, paper.wait), (one.wash, one.wash_2)):
            assert contrast(text, wash) >= CONTRAST, f"{text} on {wash}"


@pytest.mark.parametrize("colour", NAMED.values(), ids=NAMED)
def test_on_both_washes_text_has_more_contrast_than_is_asked(colour):
    pair = accents(colour)
    for one in (pair.light, pair.dark):
        assert min(contrast(one.accent, one.wash), contrast(one.accent, one.wash_2)) >= 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tokens_are_what_the_accent_they_name_gives(scheme):
    """So that a site without an accent and one that picked ours look the same."""
    accent = getattr(accents(DEFAULT_ACCENT), scheme)
    for name, value in vars(accent).items():
        assert token(name.replace("_", "-"), scheme) == value, name


@pytest.mark.parametrize(("paper", "scheme"), [(LIGHT, "light"), (DARK, "dark")])
def test_contrasts_are_reckoned_against_the_paper_of_the_tokens(paper, scheme):
    for name, value in vars(paper).items():
        assert token(name.replace("_", "-"), scheme) == value, name


def test_the_hue_that_was_picked_is_kept_in_both_schemes():
    pair = accents("#b02a6f")
    hue = to_oklch("#b02a6f")[2]
    for one in (pair.light, pair.dark):
        for colour in (one.accent, one.wash_2):
            assert to_oklch(colour)[2] == pytest.approx(hue, abs=0.12), colour


def test_a_colour_that_is_dark_enough_is_taken_as_it_is_on_paper():
    assert accents("#6b2346").light.accent == "#6b2346"


def test_the_known_contrasts_of_black_and_white_come_out():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)


@pytest.mark.parametrize("colour", EVERY_CORNER)
def test_a_colour_comes_back_from_lightness_chroma_and_hue(colour):
    assert from_oklch(*to_oklch(colour)) == colour


def test_the_known_lightness_of_black_white_and_red_come_out():
    assert to_oklch("#ffffff")[0] == pytest.approx(1, abs=0.001)
    assert to_oklch("#000000")[0] == pytest.approx(0, abs=0.001)
    assert to_oklch("#ff0000") == pytest.approx((0.628, 0.2577, 0.5102), abs=0.001)


def test_the_whole_of_a_colour_and_nothing_of_another_is_the_colour():
    assert mixed("#123456", "#fedcba", share=1) == "#123456"
    assert mixed("#123456", "#fedcba", share=0) == "#fedcba"


@pytest.mark.parametrize(
    "colour", ["", "teal", "#12", "#12345g", "#0f4a59; } body { display: none", "url(x)"]
)
def test_what_is_no_hex_colour_is_refused(colour):
    with pytest.raises(ValueError, match="#0f4a59"):
        normal(colour)


def test_short_and_bare_spellings_are_understood():
    assert normal("#ABC") == "#aabbcc"
    assert normal("0F4A59") == "#0f4a59"


def test_the_stylesheet_replaces_each_token_of_the_accent_in_both_schemes_and_nothing_else():
    sheet = stylesheet("#6b2346")
    names = re.findall(r"--([\w-]+): var\(--light, #\w{6}\) var\(--dark, #\w{6}\);", sheet)
    assert names == [
        "accent", "on-accent", "accent-strong", "wash", "wash-2", "cover", "on-cover", "on-cover-soft",
    ]  # fmt: skip
    assert sheet.count("--light") == sheet.count(";") == len(names)
