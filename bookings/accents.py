"""Two accents, one for paper and one for the dark scheme, from the one colour that staff pick.

Pure: no Django. Colours are `#rrggbb` strings; luminance and contrast are those of WCAG 2.
"""

import colorsys
import re
from dataclasses import dataclass

CONTRAST = 4.5
WASH_SHARE = 0.11
CARD_LIGHT = "#fbf9f4"
CARD_DARK = "#221f1b"
WAIT_LIGHT = "#f7e9c8"
WAIT_DARK = "#362b14"
DEFAULT_ACCENT = "#0f4a59"
_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_STEPS = 200


@dataclass(frozen=True, kw_only=True)
class Accent:
    """An accent of one scheme and the colour of text that stands on it, both `#rrggbb`."""

    accent: str
    on_accent: str


@dataclass(frozen=True, kw_only=True)
class Accents:
    """The accents of the light and of the dark scheme; they share the hue that was picked."""

    light: Accent
    dark: Accent


def accents(colour: str) -> Accents:
    """The two accents for `colour` (`#rgb` or `#rrggbb`, with or without `#`); raises ValueError otherwise.

    Both keep hue and, as far as lightness allows, saturation. In each scheme the accent has 4.5:1 or better
    on the card, on the wash that is mixed from it and on what says "not settled", and so has the text that
    stands on the accent.
    """
    hue, lightness, saturation = _hls(normal(colour))
    light = _first(hue, saturation, _down_from(min(lightness, 0.5)), CARD_LIGHT, WAIT_LIGHT)
    dark = _first(hue, saturation, _up_from(max(lightness, 0.5)), CARD_DARK, WAIT_DARK)
    return Accents(
        light=Accent(accent=light, on_accent=_text_on(light, CARD_LIGHT, "#ffffff")),
        dark=Accent(accent=dark, on_accent=_text_on(dark, _colour(hue, 0.12, saturation), "#000000")),
    )


def stylesheet(colour: str) -> str:
    """The small stylesheet that replaces the accent of the tokens; raises ValueError for a bad colour."""
    pair = accents(colour)
    return (
        f":root {{ --accent: {pair.light.accent}; --on-accent: {pair.light.on_accent} }}\n"
        "@media (prefers-color-scheme: dark) { :root { "
        f"--accent: {pair.dark.accent}; --on-accent: {pair.dark.on_accent} }} }}\n"
    )


def normal(colour: str) -> str:
    """`colour` as lower-case `#rrggbb`; raises ValueError when it is no hex colour."""
    match = _HEX.fullmatch(colour.strip())
    if match is None:
        raise ValueError("A colour is written like #0f4a59.")
    digits = match.group(1).lower()
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return f"#{digits}"


def contrast(one: str, other: str) -> float:
    """The contrast of two `#rrggbb` colours, from 1.0 to 21.0, whichever is the lighter."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def wash(accent: str, card: str) -> str:
    """The pale fill that the page mixes from an accent and its card."""
    mixed = (
        a * WASH_SHARE + c * (1 - WASH_SHARE) for a, c in zip(_channels(accent), _channels(card), strict=True)
    )
    return _hex(*mixed)


def _first(hue: float, saturation: float, lightnesses: list[float], card: str, wait: str) -> str:
    """The first lightness whose colour is legible wherever it stands; the last one always is."""
    for lightness in lightnesses:
        colour = _colour(hue, lightness, saturation)
        if all(contrast(colour, ground) >= CONTRAST for ground in (wash(colour, card), card, wait)):
            return colour
    return _colour(hue, lightnesses[-1], saturation)


def _down_from(lightness: float) -> list[float]:
    return [lightness * (1 - step / _STEPS) for step in range(_STEPS + 1)]


def _up_from(lightness: float) -> list[float]:
    return [lightness + (1 - lightness) * step / _STEPS for step in range(_STEPS + 1)]


def _text_on(accent: str, preferred: str, extreme: str) -> str:
    return preferred if contrast(accent, preferred) >= CONTRAST else extreme


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hls(colour: str) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*_channels(colour))


def _colour(hue: float, lightness: float, saturation: float) -> str:
    return _hex(*colorsys.hls_to_rgb(hue, lightness, saturation))


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in (red, green, blue))


def _luminance(colour: str) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
