"""A stored layer of settings as a form: beside each known key stands *inherits*; unknown keys are kept.

A layer is a JSON object that holds only the keys that were set.  ``LayerField`` shows one as a form inside the form of
its project, and its value is the layer again.  What a key inherits is said beside it, with where that comes from.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, NamedTuple, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.stored_json import StoredJsonField, StoredJsonWidget, switch_off

INHERITS: Any = object()


class Source(NamedTuple):
    """A layer below, and the sentence that says so of a ``%(value)s`` in it."""

    sentence: Any
    layer: Mapping[str, Any]


BUILT_IN = gettext_lazy("%(value)s, the built-in default")
FROM_THE_PROJECT = gettext_lazy("%(value)s, from the project")


class InheritsWidget(forms.MultiWidget):
    """A box *inherits* and, beside it, the control of the value itself."""

    inherited = ""

    def __init__(self, own: forms.Widget) -> None:
        super().__init__({"inherits": forms.CheckboxInput(), "own": own})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        parts = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        render = (renderer or get_default_renderer()).render
        box, own = (mark_safe(render(part["template_name"], {"widget": part})) for part in parts)  # noqa: S308
        ticked = format_html('<label class="inherits-box">{} {}</label>', box, inherits_words(self.inherited))
        return format_html('<span class="inherits">{} {}</span>', ticked, own)

    def decompress(self, value: Any) -> list[Any]:
        return [True, None] if value is INHERITS else [False, value]


def inherits_words(inherited: str) -> str:
    """Like "inherits: 30 minutes, the built-in default"."""
    return _("inherits: %(value)s") % {"value": inherited} if inherited else _("inherits")


class Inheritable(forms.Field):
    """Wraps a field; the value is ``INHERITS`` or what the wrapped field makes of it.

    What a person did last is meant.  The box stands ticked beforehand, so that a value typed beside it is wanted; where
    a value stood before, ticking the box takes it away.  Only who did both is asked.
    """

    stored: Any = INHERITS

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
        if own in self.inner.empty_values:
            return INHERITS
        if self.stored is INHERITS:
            return self.inner.clean(own)
        if self.inner.has_changed(self.stored_for_widget(self.stored), own):
            raise ValidationError(_("Untick “inherits” to use this value, or empty it."))
        return INHERITS

    def inherit(self, inherited: str) -> None:
        self.widget.inherited = inherited

    def in_words(self, value: Any) -> str:
        """A value of a layer below, as a reader would type it."""
        shown = self.inner.prepare_value(value)
        return ", ".join(str(shown).splitlines()) if shown not in (None, "", []) else _("nothing")

    def has_changed(self, initial: Any, data: Any) -> bool:
        inherits, own = data
        if bool(inherits) != (initial is INHERITS):
            return True
        return own not in self.inner.empty_values if inherits else self.inner.has_changed(initial, own)


class ChoiceOrInherits(forms.TypedChoiceField):
    """A choice whose first entry is *inherits*."""

    inherited = ""
    stored: Any = INHERITS

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        read: Callable[[], Any] = cache(choices) if callable(choices) else lambda: choices

        def entries() -> list[tuple[Any, Any]]:
            """A page asks several times."""
            return [("", inherits_words(self.inherited)), *read()]

        super().__init__(choices=entries, required=False, empty_value=INHERITS, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "" if value is INHERITS else str(value)

    def stored_for_widget(self, value: Any) -> Any:
        return self.prepare_value(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def inherit(self, inherited: str) -> None:
        self.inherited = inherited

    def in_words(self, value: Any) -> str:
        labels: dict[Any, Any] = dict(cast(Any, self.choices))
        return str(labels.get(str(value), value))


def yes_or_no(**kwargs: Any) -> ChoiceOrInherits:
    """A boolean of a layer: inherits, yes or no."""
    choices = [("True", gettext_lazy("yes")), ("False", gettext_lazy("no"))]
    return ChoiceOrInherits(choices, coerce=lambda text: text == "True", **kwargs)


class LayerForm(forms.Form):
    """The known keys of one layer; a field's name is its key's path, its parts joined by dots.

    ``built_in`` is the layer of the code's own defaults, ``elsewhere`` says in words what decides where no layer does.
    """

    keys: ClassVar[Mapping[str, Any]]
    built_in: ClassVar[Mapping[str, Any]] = {}
    elsewhere: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self, *args: Any, stored: Mapping[str, Any], below: Sequence[Source] = (), **kwargs: Any
    ) -> None:
        self.stored = stored
        self.sources = [Source(BUILT_IN, self.built_in), *below]
        super().__init__(*args, **kwargs)
        for path, make in self.known().items():
            self.fields[path] = field = make()
            field.stored = value_at(stored, path)
            self.initial[path] = field.stored_for_widget(field.stored)
            field.inherit(self._inherited(path, field))

    def _inherited(self, path: str, field: Any) -> str:
        """The value that counts where this layer says nothing, and where it comes from; empty where nobody knows."""
        for source in reversed(self.sources):
            value = value_at(source.layer, path)
            if value is not INHERITS:
                return str(source.sentence) % {"value": field.in_words(value)}
        return str(self.elsewhere.get(path, ""))

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

    class Media:
        js = ("staff/inherits.js",)

    def __init__(self, form: type[LayerForm]) -> None:
        super().__init__()
        self.form = form
        self.stored: Mapping[str, Any] = {}
        self.below: Sequence[Source] = ()

    def _made(self, name: str, data: Any = None) -> LayerForm:
        return self.form(data, prefix=name, stored=self.stored, below=self.below)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        shown = value if isinstance(value, LayerForm) else self._made(name)
        switch_off(shown.fields if attrs is None else {})
        return super().get_context(name, None, attrs) | {"form": shown}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> LayerForm:
        return self._made(name, data)


class LayerField(StoredJsonField):
    """A layer as a value."""

    widget: LayerWidget

    def __init__(self, form: type[LayerForm], **kwargs: Any) -> None:
        super().__init__(required=False, widget=LayerWidget(form), **kwargs)

    def begin_from(self, stored: Any) -> None:
        self.widget.stored = stored

    def inherit_from(self, *below: Source) -> None:
        """Take note of the layers below, the most general first; the built-in one lies below them all."""
        self.widget.below = below

    def clean(self, value: LayerForm) -> dict[str, Any]:
        if not value.is_valid():
            raise ValidationError(_("Some of these settings are not right; each says why."))
        return value.layer()
