"""The table of a project's questions: what customers are asked, and how."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.fields.plain import LinesField
from bookings.admin.fields.table import MapTableField, Table, TableRow
from bookings.forms import CustomerForm
from bookings.forms.customers import OWN_ANSWER, refuses_its_own_answer
from bookings.forms.questions import NOBODY_REACHABLE, leave_reachable
from bookings.typed_fields import LineInput, NameInput, WordInput

FORMATS = [
    ("string", gettext_lazy("one line")),
    ("email", gettext_lazy("e-mail")),
    ("tel", gettext_lazy("telephone")),
    ("textarea", gettext_lazy("several lines")),
    ("select", gettext_lazy("choice of the entries")),
    ("checkbox", gettext_lazy("box to tick")),
    ("label", gettext_lazy("only text")),
]
LONGEST_KEY = 60
key_word = RegexValidator(
    r"^[A-Za-z][A-Za-z0-9_-]{0,59}\Z", gettext_lazy("Use letters, digits, - and _, beginning with a letter.")
)


class CustomerFieldRow(TableRow):
    """A question of the form: how it is asked, and the key that its answer is stored under.

    A key that is left empty is made of the question; one that the site knows calls its question by itself.
    """

    title = NameInput(
        label=gettext_lazy("question"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"size": 24}),
    )
    format = forms.ChoiceField(label=gettext_lazy("kind of answer"), choices=FORMATS, initial="string")
    required = forms.BooleanField(label=gettext_lazy("must be answered"), required=False)
    enum = LinesField(
        label=gettext_lazy("entries"), required=False, widget=forms.Textarea(attrs={"rows": 2, "cols": 14})
    )
    prefilled = LineInput(
        label=gettext_lazy("filled in beforehand"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"size": 12}),
    )
    readonly = forms.BooleanField(label=gettext_lazy("cannot be changed"), required=False)
    hidden = forms.BooleanField(label=gettext_lazy("not shown"), required=False)
    split_name = forms.BooleanField(label=gettext_lazy("first and last name apart"), required=False)
    key = WordInput(
        label=gettext_lazy("key for programs"),
        required=False,
        validators=[key_word],
        widget=forms.TextInput(attrs={"size": 12}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = CustomerForm.base_fields.get(str(self.initial.get("key")))
        if known is not None:
            self.fields["title"].widget.attrs["placeholder"] = str(known.label)

    @classmethod
    def initial_of(cls, entry: tuple[str, Any]) -> dict[str, Any]:
        key, spec = entry
        return {"key": key, "format": "string"} | (spec if isinstance(spec, dict) else {})

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("format") == "select" and not data.get("enum"):
            self.add_error("enum", _("A choice needs entries, one a line."))
        if not (data.get("key") or data.get("title") or self.errors.keys() & {"key", "title"}):
            self.add_error("title", _("Write the question."))
        if self.has_changed() and refuses_its_own_answer(data.get("key") or "", self._before() | data):
            self.add_error("prefilled", OWN_ANSWER)
        return data

    def stored(self) -> tuple[str, dict[str, Any]]:
        data, spec = self.cleaned_data, self._before()
        for name in self.changed_data:
            if name != "key" and name in self.fields:
                spec[name] = data[name]
        spec.setdefault("format", data["format"])
        unset = [name for name, value in spec.items() if name in self.fields and value in ("", [], None)]
        return data["key"], {name: value for name, value in spec.items() if name not in unset}

    def _before(self) -> dict[str, Any]:
        """The question as it is stored."""
        spec = self.entry[1] if self.entry else {}
        return dict(spec) if isinstance(spec, dict) else {}


class QuestionsField(MapTableField):
    """The questions as a table, an entry a pair of key and question; an older set that nobody touched may stay."""

    def clean(self, value: Table) -> dict[str, Any]:
        questions = super().clean(value)
        if questions and questions != dict(value.entries) and not leave_reachable(questions):
            raise ValidationError(NOBODY_REACHABLE)
        return questions

    def keyed(self, pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        taken = {key for key, _question in pairs}
        named = []
        for key, question in pairs:
            named.append((key or _free_key(question, taken), question))
            taken.add(named[-1][0])
        return named


def _free_key(question: Mapping[str, Any], taken: set[str]) -> str:
    """A key made of a question, another one where that is taken: "Shoe size?" becomes "shoe_size"."""
    words = slugify(question.get("title", "")).replace("-", "_")[: LONGEST_KEY - 4].strip("_")
    plain = words if words[:1].isalpha() else f"question_{words}".rstrip("_")
    numbers = (f"{plain}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (plain, *numbers) if key not in taken)
