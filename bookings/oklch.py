"""Colours by lightness, chroma and hue as the eye tells them apart (OKLCH of CSS Color 4), to and from `#rrggbb`."""

import math

Triple = tuple[float, float, float]

_TO_CONES: tuple[Triple, Triple, Triple] = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB: tuple[Triple, Triple, Triple] = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB: tuple[Triple, Triple, Triple] = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_CONES: tuple[Triple, Triple, Triple] = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


def linear(colour: str) -> Triple:
    """Red, green and blue of `#rrggbb`, from 0 to 1, in proportion to light."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    return red, green, blue


def to_oklch(colour: str) -> Triple:
    """Lightness (0 to 1), chroma (0 is grey) and hue (in radians) of `#rrggbb`."""
    lightness, a, b = _lab(colour)
    return lightness, math.hypot(a, b), math.atan2(b, a)


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """The nearest `#rrggbb`; what a screen cannot show is cut off channel by channel."""
    return _hex((lightness, chroma * math.cos(hue), chroma * math.sin(hue)))


def mixed(one: str, other: str, *, share: float) -> str:
    """``share`` of one colour and the rest of the other, as `color-mix(in oklab, …)` mixes them."""
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(_lab(one), _lab(other), strict=True))
    return _hex((red, green, blue))


def _lab(colour: str) -> Triple:
    long, medium, short = _times(_TO_CONES, linear(colour))
    return _times(_TO_LAB, (math.cbrt(long), math.cbrt(medium), math.cbrt(short)))


def _hex(lab: Triple) -> str:
    long, medium, short = _times(_FROM_LAB, lab)
    return "#" + "".join(f"{_byte(one):02x}" for one in _times(_FROM_CONES, (long**3, medium**3, short**3)))


def _byte(light: float) -> int:
    channel = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(min(max(channel, 0), 1) * 255)


def _times(matrix: tuple[Triple, Triple, Triple], by: Triple) -> Triple:
    first, second, third = (sum(a * b for a, b in zip(row, by, strict=True)) for row in matrix)
    return first, second, third
