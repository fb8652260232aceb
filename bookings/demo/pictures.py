"""The demo's pictures: flat shapes and a pen line, a scene for what is offered, a bust for a person, one for the house.

Each lies beside the drawing that it was made from.
"""

from __future__ import annotations

from pathlib import Path

from django.core.files.base import ContentFile, File
from PIL import Image

from bookings.picture_files import named, written

DRAWN = Path(__file__).parent / "drawn"
HOUSE = "boatyard"


def drawn(name: str) -> ContentFile[bytes]:
    """The picture of that name, of a project or of a resource by its slug, or that of the house."""
    file = DRAWN / f"{name}.webp"
    with Image.open(file) as picture:
        return named(file.read_bytes(), picture.size, "WEBP")


def is_drawn_here(stored: File[bytes], name: str) -> bool:
    """Whether a stored picture is still the one of that name, as it lies here or as an older release wrote it again."""
    try:
        with stored.open() as file, Image.open(DRAWN / f"{name}.webp") as picture:
            kept = file.read()
            return bool(kept == drawn(name).read() or kept == written(picture, "WEBP").read())
    except OSError:
        return False


def is_drawn(name: str) -> bool:
    """Whether there is a picture of that name."""
    return (DRAWN / f"{name}.webp").exists()
