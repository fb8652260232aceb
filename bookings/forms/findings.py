"""What is wrong with a request, gathered by field, so that everything can be told at once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings.forms.values import WrongParts


class Findings:
    """Sentences by dotted name.  A field that was found wrong before is not found wrong once more."""

    def __init__(self, *before: Mapping[str, Iterable[str]]) -> None:
        self.errors: dict[str, list[str]] = {}
        for found in before:
            for name, sentences in found.items():
                self.errors.setdefault(name, []).extend(str(sentence) for sentence in sentences)

    def concern(self, name: str) -> bool:
        """Whether the field or a part of it was found wrong."""
        return any(found == name or found.startswith(f"{name}.") for found in self.errors)

    def wrong(self, name: str, sentence: object) -> None:
        if not self.concern(name):
            self.errors[name] = [str(sentence)]

    def required(self, name: str) -> None:
        self.wrong(name, _("This field is required."))

    def take(self, name: str, value: Any, check: Callable[..., Any], default: Any, *args: Any) -> Any:
        """The checked value; the default where there is none, or where it is wrong, which is noted."""
        if value is None:
            return default
        try:
            return check(value, *args)
        except WrongParts as wrong:
            for part, sentence in wrong.parts.items():
                self.wrong(f"{name}.{part}", sentence)
        except ValidationError as wrong:
            self.wrong(name, wrong.message)
        return default
