"""The colours of an accent, on paper and in the dark scheme, from the one colour that staff pick.

Pure: no Django. Colours are `#rrggbb` strings; luminance and contrast are those of WCAG 2. The pale and deep tones keep
the accent's hue in OKLCH at a lightness of ours (see `oklch`), so that text on them is legible whatever was picked.
"""

import colorsys
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from bookings.oklch import from_oklch, linear, mixed, to_oklch

CONTRAST = 4.5
DEFAULT_ACCENT = "#0f4a59"
_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
LIGHT_ENOUGH, CALM = 0.8, 0.1
_STEPS = 200


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What an accent stands on and beside in one scheme, each `#rrggbb`, as `tokens.css` has it."""

    desk: str
    card: str
    card_2: str
    ink: str
    ink_soft: str
    rule: str
    edge: str
    wait: str
    wait_wash: str


LIGHT = Paper(
    desk="#ece6d9",
    card="#fdfbf7",
    card_2="#f5f0e6",
    ink="#221f1a",
    ink_soft="#5d5648",
    rule="#ded6c6",
    edge="#7f7768",
    wait="#704600",
    wait_wash="#faecc9",
)
DARK = Paper(
    desk="#151312",
    card="#201d1a",
    card_2="#292521",
    ink="#f0eadd",
    ink_soft="#b9b0a0",
    rule="#3d3730",
    edge="#8f8676",
    wait="#ecc576",
    wait_wash="#382d17",
)


@dataclass(frozen=True, kw_only=True)
class Accent:
    """The tokens of one scheme that follow an accent, each `#rrggbb`; `tokens.css` says what each is for."""

    accent: str
    on_accent: str
    accent_strong: str
    wash: str
    wash_2: str
    cover: str
    on_cover: str
    on_cover_soft: str

    def is_legible_on(self, paper: Paper) -> bool:
        """Whether each pair of colours that meet on a page has 4.5:1 or better."""
        grounds = (paper.desk, paper.card, paper.card_2, paper.wait_wash, self.wash, self.wash_2)
        pairs = [(self.accent, ground) for ground in grounds]
        pairs += [(self.on_accent, self.accent), (self.on_accent, self.accent_strong)]
        pairs += [(self.on_cover, self.cover), (self.on_cover_soft, self.cover)]
        pairs += [(text, wash) for text in (paper.ink, paper.wait) for wash in (self.wash, self.wash_2)]
        return all(contrast(text, ground) >= CONTRAST for text, ground in pairs)


@dataclass(frozen=True, kw_only=True)
class Accents:
    """The accents of the light and of the dark scheme; they share the hue that was picked."""

    light: Accent
    dark: Accent


def accents(colour: str) -> Accents:
    """The two accents for `colour` (`#rgb` or `#rrggbb`, with or without `#`); raises ValueError otherwise.

    Both keep the hue. On paper the colour is taken as it is picked, or darker where that is not legible; in the dark
    it is light and calm.
    """
    picked = normal(colour)
    hue, lightness, saturation = _hls(picked)
    light = [_colour(hue, one, saturation) for one in _down_from(min(lightness, 0.5))]
    _lightness, chroma, angle = to_oklch(picked)
    dark = [from_oklch(one, min(chroma, CALM), angle) for one in _up_from(LIGHT_ENOUGH)]
    return Accents(light=_first(light, _on_paper, LIGHT), dark=_first(dark, _in_the_dark, DARK))


def stylesheet(colour: str) -> str:
    """The small stylesheet that replaces the accent of the tokens; raises ValueError for a bad colour."""
    pair = accents(colour)
    lines = []
    for field in fields(Accent):
        light, dark = getattr(pair.light, field.name), getattr(pair.dark, field.name)
        lines.append(f"  --{field.name.replace('_', '-')}: var(--light, {light}) var(--dark, {dark});\n")
    return f":root {{\n{''.join(lines)}}}\n"


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


def _first(colours: Sequence[str], scheme: Callable[[str], Accent], paper: Paper) -> Accent:
    """The first colour that is legible wherever it stands; the last one always is."""
    tried = map(scheme, colours)
    return next((one for one in tried if one.is_legible_on(paper)), scheme(colours[-1]))


def _on_paper(accent: str) -> Accent:
    """A pale tone at two lightnesses for what may be taken; the letterhead is the accent itself."""
    on_accent = _text_on(accent, LIGHT.card, "#ffffff")
    return Accent(
        accent=accent,
        on_accent=on_accent,
        accent_strong=mixed(accent, LIGHT.ink, share=0.82),
        wash=_toned(accent, 0.945, share=0.22, most=0.018),
        wash_2=_toned(accent, 0.895, share=0.42, most=0.034),
        cover=accent,
        on_cover=on_accent,
        on_cover_soft=mixed(on_accent, accent, share=0.84),
    )


def _in_the_dark(accent: str) -> Accent:
    """Deep tones; so is the letterhead, where a whole ground in the accent would glare."""
    return Accent(
        accent=accent,
        on_accent=_text_on(accent, _toned(accent, 0.26, share=0.5, most=0.04), "#000000"),
        accent_strong=mixed(accent, DARK.ink, share=0.82),
        wash=_toned(accent, 0.3, share=0.35, most=0.03),
        wash_2=_toned(accent, 0.385, share=0.55, most=0.05),
        cover=_toned(accent, 0.3, share=0.7, most=0.06),
        on_cover=DARK.ink,
        on_cover_soft=_toned(accent, 0.83, share=0.4, most=0.04),
    )


def _toned(accent: str, lightness: float, *, share: float, most: float) -> str:
    """The accent's hue at another lightness, with a share of its chroma, at most so much."""
    _lightness, chroma, hue = to_oklch(accent)
    return from_oklch(lightness, min(chroma * share, most), hue)


def _down_from(lightness: float) -> list[float]:
    return [lightness * (1 - step / _STEPS) for step in range(_STEPS + 1)]


def _up_from(lightness: float) -> list[float]:
    return [lightness + (1 - lightness) * step / _STEPS for step in range(_STEPS + 1)]


def _text_on(accent: str, preferred: str, extreme: str) -> str:
    return preferred if contrast(accent, preferred) >= CONTRAST else extreme


def _hls(colour: str) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))


def _colour(hue: float, lightness: float, saturation: float) -> str:
    channels = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
