"""The pages that explain the API to people: files of ours under ``docs/``, and where each is served."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from bookings.api.reference.markdown import as_html

DOCS: Path = settings.BASE_DIR / "docs"


@dataclass(frozen=True)
class Document:
    name: str
    """What its address ends with."""
    file: Path

    @property
    def url(self) -> str:
        return reverse(f"v2:docs-{self.name}")

    @cached_property
    def title(self) -> str:
        return self._text.partition("\n")[0].removeprefix("# ")

    @property
    def label(self) -> str:
        """The title as far as it names the page: what stands before a comma or a colon."""
        return re.split("[:,]", self.title)[0]

    @cached_property
    def html(self) -> SafeString:
        return as_html(self._text, self._url_of)

    @cached_property
    def _text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    def _url_of(self, linked: str) -> str:
        target = (self.file.parent / linked).resolve()
        return next((page.url for page in PAGES.values() if page.file.resolve() == target), "")


def _api_page(name: str) -> Document:
    return Document(name, DOCS / "api" / f"{name}.md")


PAGES: dict[str, Document] = {
    "examples": _api_page("examples"),
    "errors": _api_page("errors"),
    "idempotency": _api_page("idempotency"),
    "limits": _api_page("limits"),
    "lists": _api_page("lists"),
    "webhooks": _api_page("webhooks"),
    "sandbox": _api_page("sandbox"),
    "versions": _api_page("versions"),
    "changelog": _api_page("changelog"),
    "embedding": _api_page("embedding"),
    "from-calendly": _api_page("from-calendly"),
    "timekit": Document("timekit", DOCS / "timekit.md"),
}
"""By name, in the order in which they are listed."""
