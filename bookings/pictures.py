"""Pictures that staff upload: read by Pillow, made small enough, written anew under a name of our own.

What is stored holds nothing of the file that came but its pixels: no metadata, no second format inside.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from bookings import limits
from bookings.picture_files import ENDINGS, written

MAX_SIDE = 2000


class PictureField(forms.ImageField):
    """An upload of at most so many megabytes, JPEG, PNG or WebP, which becomes a new file of the same kind."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        most = limits.PICTURE_MEGABYTES.value
        if isinstance(data, UploadedFile) and data.size and data.size > most * 1024 * 1024:
            raise ValidationError(_("Use a picture of at most %(most)s MB.") % {"most": most})
        cleaned = super().clean(data, initial)
        return redrawn(cleaned) if isinstance(cleaned, UploadedFile) else cleaned


def redrawn(upload: File[bytes]) -> ContentFile[bytes]:
    """The picture's pixels in a new file, upright, no side longer than 2000 pixels.  Raises ``ValidationError``."""
    upload.seek(0)
    try:
        with Image.open(upload, formats=list(ENDINGS)) as picture:
            kind = str(picture.format)
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            plain = upright.convert("RGB") if kind == "JPEG" else upright.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(_("Use a JPEG, PNG or WebP picture.")) from error
    return written(plain, kind)
