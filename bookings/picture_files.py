"""Stored pictures: a name says how wide and high it is, and beside it stand narrower copies, made once.

So a page names the copy that it needs, and how much room it takes, without opening a file.
"""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.db.models.fields.files import ImageFieldFile
from PIL import Image

WIDTHS = (80, 160, 240, 480, 960)
USUAL = 240
ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_SIZE = re.compile(r"-(\d{1,4})x(\d{1,4})\.[a-z]+$")


def written(picture: Image.Image, kind: str) -> ContentFile[bytes]:
    """The picture as a file whose name says its size: ``<random>-1600x900.jpg``."""
    file = io.BytesIO()
    picture.save(file, kind)
    return named(file.getvalue(), picture.size, kind)


def named(content: bytes, size: tuple[int, int], kind: str) -> ContentFile[bytes]:
    """What is written already, under such a name."""
    width, height = size
    return ContentFile(content, name=f"{uuid.uuid4().hex}-{width}x{height}.{ENDINGS[kind]}")


class PictureFile(ImageFieldFile):
    """A stored picture with its narrower copies, which are written and deleted with it."""

    def save(self, name: str, content: Any, save: bool = True) -> None:
        super().save(name, content, save)
        self._write_copies(content, narrower(self.name or ""))

    def write_missing_copies(self) -> bool:
        """Write those of its copies that are not there; return whether there were any.  Raises ``OSError``."""
        missing = [
            width
            for width in narrower(self.name or "")
            if not self.storage.exists(copy_name(self.name or "", width))
        ]
        if missing:
            with self.storage.open(self.name or "") as content:
                self._write_copies(content, missing)
        return bool(missing)

    def _write_copies(self, content: Any, widths: list[int]) -> None:
        if not widths:
            return
        whole = _read(content)
        for width in widths:
            self.storage.save(copy_name(self.name or "", width), _narrowed(whole, width))

    def delete(self, save: bool = True) -> None:
        for width in narrower(self.name or ""):
            self.storage.delete(copy_name(self.name or "", width))
        super().delete(save)


def size_of(name: str) -> tuple[int, int] | None:
    """Width and height that the name of a stored picture says; None for one of an older release."""
    found = _SIZE.search(name)
    return (int(found[1]), int(found[2])) if found else None


def narrower(name: str) -> list[int]:
    """The widths in which a stored picture is to be had besides its own."""
    size = size_of(name)
    return [width for width in WIDTHS if width < size[0]] if size else []


def copy_name(name: str, width: int) -> str:
    """The name of a picture's copy of that width."""
    return f"{name.rpartition('.')[0]}-{width}.webp"


def shown(picture: ImageFieldFile) -> dict[str, Any] | None:
    """What an ``img`` says of a stored picture: src, srcset, width and height; None where there is none.

    One of an older release, whose name says no size, is its only copy.
    """
    if not picture:
        return None
    name, size, url = picture.name or "", size_of(picture.name or ""), picture.storage.url
    if size is None:
        return {"src": picture.url, "srcset": "", "width": "", "height": ""}
    copies = [f"{url(copy_name(name, width))} {width}w" for width in narrower(name)]
    usual = max((width for width in narrower(name) if width <= USUAL), default=None)
    return {
        "src": url(copy_name(name, usual)) if usual else picture.url,
        "srcset": ", ".join([*copies, f"{picture.url} {size[0]}w"]) if copies else "",
        "width": size[0],
        "height": size[1],
    }


def _read(content: Any) -> Image.Image:
    """The whole picture in the mode in which it is made narrower."""
    content.seek(0)
    with Image.open(content, formats=list(ENDINGS)) as picture:
        return picture.convert("RGBA" if picture.mode in {"RGBA", "LA", "P"} else "RGB")


def _narrowed(whole: Image.Image, width: int) -> ContentFile[bytes]:
    height = max(1, round(whole.height * width / whole.width))
    file = io.BytesIO()
    whole.resize((width, height), Image.Resampling.LANCZOS).save(file, "WEBP", quality=80)
    return ContentFile(file.getvalue())
