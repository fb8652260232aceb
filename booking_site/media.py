"""Uploaded pictures, served from Django's storage with a fixed type: whatever a file holds, it is no page."""

from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
# Names are random and never used twice.
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """The picture of that name in the storage."""
    kind = TYPES.get(PurePosixPath(name).suffix)
    if kind is None:
        raise Http404
    try:
        found = default_storage.open(name)
    except (OSError, ValueError, SuspiciousFileOperation) as error:
        raise Http404 from error
    return FileResponse(found, content_type=kind, headers={"Cache-Control": FOR_EVER})
