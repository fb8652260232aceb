"""What layers and tables have in common: JSON of a row, edited by a form of its own inside the row's form."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


class StoredJsonWidget(forms.Widget):
    """Shows a form, or a set of them, inside another form."""

    read_only = True  # whoever may only look is shown the same form, switched off

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        return render_to_string(template_name, context)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""


class StoredJsonField(forms.Field, ABC):
    """A field whose value is JSON again; what was sent for it is a bound form, or a set of them."""

    @abstractmethod
    def begin_from(self, stored: Any) -> None:
        """Take note of what is stored before anything is shown or read."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data.has_changed())


class StoredJsonModelForm(forms.ModelForm):
    """A row's form that tells each of its fields of stored JSON what is stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, StoredJsonField):
                field.begin_from(getattr(self.instance, name))


def switch_off(fields: Mapping[str, forms.Field]) -> None:
    """Show fields without letting them be changed, as the admin does for those who may only look."""
    for field in fields.values():
        field.disabled = True
