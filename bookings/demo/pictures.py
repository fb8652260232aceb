"""The demo's pictures, drawn here: flat shapes on paper, a scene for what is offered and a bust for a person."""

from __future__ import annotations

import zlib

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from bookings.picture_files import written

PAPER, INK = "#fbf9f4", "#24211b"
TONES = ("#0f4a59", "#8a4b2a", "#5c6b3a", "#7b3b52", "#b58a3c", "#4a5a7a")
SKIN = ("#e3b98f", "#b07a4f", "#7d5233", "#f0cfae")


def scene(name: str) -> ContentFile[bytes]:
    """A still life of its own for each name: a table, a window and two things on the table."""
    number = zlib.crc32(name.encode())
    picture = Image.new("RGB", (960, 720), PAPER)
    draw = ImageDraw.Draw(picture)
    wall, table, first, second = (TONES[(number >> shift) % len(TONES)] for shift in (0, 5, 10, 15))
    draw.rectangle((0, 0, 960, 470), fill=_pale(wall))
    draw.rectangle((90, 60, 390, 340), fill=PAPER, outline=INK, width=4)
    draw.line((240, 60, 240, 340), fill=INK, width=4)
    draw.rectangle((0, 470, 960, 720), fill=table)
    left = 480 + number % 120
    draw.ellipse((left, 300, left + 260, 560), fill=first, outline=INK, width=4)
    draw.polygon([(240, 560), (330, 240), (420, 560)], fill=second, outline=INK, width=4)
    return written(picture, "JPEG")


def bust(name: str) -> ContentFile[bytes]:
    """Head and shoulders of nobody in particular."""
    number = zlib.crc32(name.encode())
    picture = Image.new("RGB", (480, 480), _pale(TONES[number % len(TONES)]))
    draw = ImageDraw.Draw(picture)
    coat, hair = TONES[(number >> 6) % len(TONES)], TONES[(number >> 11) % len(TONES)]
    draw.ellipse((60, 310, 420, 700), fill=coat, outline=INK, width=4)
    draw.ellipse((130, 70, 350, 300), fill=hair)
    draw.ellipse((155, 115, 325, 340), fill=SKIN[(number >> 16) % len(SKIN)], outline=INK, width=4)
    return written(picture, "JPEG")


def _pale(colour: str) -> str:
    """The colour as a wash on paper."""
    mixed = [
        round(0.25 * int(colour[at : at + 2], 16) + 0.75 * int(PAPER[at : at + 2], 16)) for at in (1, 3, 5)
    ]
    return "#{:02x}{:02x}{:02x}".format(*mixed)
