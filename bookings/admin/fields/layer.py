"""A stored layer of settings as a form: beside each known key stands *inherits*; unknown keys are kept.

A layer is a JSON object that holds only the keys that were set.  ``LayerField`` shows one as a form inside the form of
its project, and its value is the layer again.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.stored_json import StoredJsonField, StoredJsonWidget, switch_off

INHERITS: Any = object()


class InheritsWidget(forms.MultiWidget):
    """A box *inherits* and, beside it, the control of the value itself."""

    def __init__(self, own: forms.Widget) -> None:
        super().__init__({"inherits": forms.CheckboxInput(), "own": own})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        parts = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        render = (renderer or get_default_renderer()).render
        box, own = (mark_safe(render(part["template_name"], {"widget": part})) for part in parts)  # noqa: S308
        ticked = format_html('<label class="inherits-box">{} {}</label>', box, _("inherits"))
        return format_html('<span class="inherits">{} {}</span>', ticked, own)

    def decompress(self, value: Any) -> list[Any]:
        return [True, None] if value is INHERITS else [False, value]


class Inheritable(forms.Field):
    """Wraps a field; the value is ``INHERITS`` or what the wrapped field makes of it."""

    def __init__(self, inner: forms.Field, **kwargs: Any) -> None:
        self.inner = inner
        inner.required = False
        inner.widget.attrs["aria-label"] = kwargs["label"]
        super().__init__(required=False, widget=InheritsWidget(inner.widget), **kwargs)

    def stored_for_widget(self, value: Any) -> Any:
        """A stored value as the control shows it; lists become lines here, since a widget takes lists for parts."""
        return value if value is INHERITS else self.inner.prepare_value(value)

    def clean(self, value: Any) -> Any:
        inherits, own = value
        if not inherits:
            return self.inner.clean(own)
        if own not in self.inner.empty_values:
            raise ValidationError(_("Untick “inherits” to use this value, or empty it."))
        return INHERITS

    def has_changed(self, initial: Any, data: Any) -> bool:
        inherits, own = data
        if bool(inherits) != (initial is INHERITS):
            return True
        return own not in self.inner.empty_values if inherits else self.inner.has_changed(initial, own)


class ChoiceOrInherits(forms.TypedChoiceField):
    """A choice whose first entry is *inherits*."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        def entries() -> list[tuple[Any, Any]]:
            return [("", gettext_lazy("inherits")), *(choices() if callable(choices) else choices)]

        super().__init__(choices=entries, required=False, empty_value=INHERITS, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "" if value is INHERITS else str(value)

    def stored_for_widget(self, value: Any) -> Any:
        return self.prepare_value(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def yes_or_no(**kwargs: Any) -> ChoiceOrInherits:
    """A boolean of a layer: inherits, yes or no."""
    choices = [("True", gettext_lazy("yes")), ("False", gettext_lazy("no"))]
    return ChoiceOrInherits(choices, coerce=lambda text: text == "True", **kwargs)


class LayerForm(forms.Form):
    """The known keys of one layer; a field's name is its key's path, its parts joined by dots."""

    keys: ClassVar[Mapping[str, Any]]

    def __init__(self, *args: Any, stored: Mapping[str, Any], **kwargs: Any) -> None:
        self.stored = stored
        super().__init__(*args, **kwargs)
        for path, make in self.known().items():
            self.fields[path] = field = make()
            self.initial[path] = field.stored_for_widget(value_at(stored, path))

    @classmethod
    def known(cls) -> Mapping[str, Any]:
        return cls.keys

    @property
    def kept(self) -> list[str]:
        """Stored keys that the form does not know and leaves alone."""
        known = {path.partition(".")[0] for path in self.fields}
        return sorted(str(key) for key in self.stored if key not in known)

    def layer(self) -> dict[str, Any]:
        """The stored layer with what was changed; an untouched value stays exactly as it is stored."""
        layer = dict(self.stored)
        for path in self.changed_data:
            layer = with_value(layer, path.split("."), self.cleaned_data[path])
        return layer


def value_at(layer: Mapping[str, Any], path: str) -> Any:
    """The value below ``path``, or ``INHERITS`` where it is not set."""
    value: Any = layer
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return INHERITS
        value = value[part]
    return value


def with_value(layer: Mapping[str, Any], parts: list[str], value: Any) -> dict[str, Any]:
    """A copy of ``layer`` with the value below a path set, or taken away by ``INHERITS``."""
    first, rest = parts[0], parts[1:]
    copy = dict(layer)
    if rest:
        below = copy.get(first)
        value = with_value(below if isinstance(below, Mapping) else {}, rest, value) or INHERITS
    if value is INHERITS:
        copy.pop(first, None)
    else:
        copy[first] = value
    return copy


class LayerWidget(StoredJsonWidget):
    """Shows the form of a layer."""

    template_name = "admin/bookings/layer.html"

    def __init__(self, form: type[LayerForm]) -> None:
        super().__init__()
        self.form = form
        self.stored: Mapping[str, Any] = {}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        shown = value if isinstance(value, LayerForm) else self.form(prefix=name, stored=self.stored)
        switch_off(shown.fields if attrs is None else {})
        return super().get_context(name, None, attrs) | {"form": shown}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> LayerForm:
        return self.form(data, prefix=name, stored=self.stored)


class LayerField(StoredJsonField):
    """A layer as a value."""

    widget: LayerWidget

    def __init__(self, form: type[LayerForm], **kwargs: Any) -> None:
        super().__init__(required=False, widget=LayerWidget(form), **kwargs)

    def begin_from(self, stored: Any) -> None:
        self.widget.stored = stored

    def clean(self, value: LayerForm) -> dict[str, Any]:
        if not value.is_valid():
            raise ValidationError(_("Some of these settings are not right; each says why."))
        return value.layer()
