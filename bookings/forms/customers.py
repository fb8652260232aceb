"""The customer's form: what a person is asked on the page, and what stands under ``customer`` in the API."""

import json
from collections.abc import Mapping
from copy import copy
from enum import Enum
from typing import Any

import phonenumbers
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bookings import texting, typed_text
from bookings.forms.questions import (
    Question,
    answers_to_store,
    asked_of_customers,
    begin,
    question_field,
    show_as_fixed,
    title,
)
from bookings.models import Customer

OWN_ANSWER = _("The question itself refuses this answer.")
NATIVE = (
    "name", "first_name", "last_name", "email", "phone", "wants_texts", "voip", "timezone", "language",
)  # fmt: skip
ALWAYS = ("name", "timezone", "language")
REACHED_BY = ("name", "email", "phone")
LARGEST_ANSWERS = 64_000


class Contact(Enum):
    """How a customer must be reachable; the doors differ in it."""

    EMAIL = "an e-mail address, unless the project's questions say that it need not be"
    EITHER = "an e-mail address or a telephone number"
    NONE = "not at all"


class _WithTheirWidgets(dict[str, forms.Field]):
    """Fields that share what they hold when they are copied, for a form that is never shown."""

    def __deepcopy__(self, _memo: object) -> dict[str, forms.Field]:
        return {key: copy(field) for key, field in self.items()}


class CustomerForm(forms.ModelForm):
    """``questions`` are a project's ``customer_fields``.

    ``open_ended`` is the API's way: every column may be sent, and any further key is an answer, kept as it came.
    Without it (a page) only what is asked is a field.
    """

    class Meta:
        model = Customer
        fields = NATIVE
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
            "timezone": forms.HiddenInput(),
            "language": forms.HiddenInput(),
        }

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        questions: Mapping[str, Question] | None = None,
        contact: Contact = Contact.EITHER,
        open_ended: bool = False,
        **kwargs: Any,
    ) -> None:
        asked = {key: one for key, one in (questions or {}).items() if isinstance(one, Mapping)}
        self.contact, self.open_ended = contact, open_ended
        self.questions = asked if open_ended else asked_of_customers(asked)
        kept = self._sent(data) if open_ended else self._asked()
        # Django copies each of them, which takes longer than to check what was sent.
        chosen = {key: one for key, one in self.base_fields.items() if key in kept or key not in NATIVE}
        self.base_fields = _WithTheirWidgets(chosen) if open_ended else chosen  # type: ignore[misc]
        super().__init__(data, **kwargs)
        if not open_ended:
            for key in self._names():
                self.fields[key].required = True
        for key, question in self.questions.items():
            self._ask(key, question)
        self._require_contact()
        if not open_ended:
            self._fix()

    def _sent(self, data: Mapping[str, Any] | None) -> set[str]:
        """The columns that something is said of, and those of which something may be said."""
        return {*REACHED_BY, *self.questions, *(NATIVE if data is None else data)}

    def _asked(self) -> set[str]:
        kept = self._names() | set(self.questions) | set(ALWAYS)
        if "phone" in kept and texting.is_set_up():
            kept.add("wants_texts")
        return kept - {"name"} if "name" not in self._names() else kept

    def _names(self) -> set[str]:
        split = self.questions.get("name", {}).get("split_name") is True
        return {"first_name", "last_name"} if split else {"name"}

    def _ask(self, key: str, question: Question) -> None:
        if key in NATIVE:
            field = self.fields.get(key)
            if field is not None:
                field.label = title(question) or field.label
                field.required = field.required or question.get("required") is True
                begin(field, question)
        elif (field := question_field(question)) is not None:
            self.fields[key] = field
            self.fields[key].label = field.label or key

    def _fix(self) -> None:
        """Questions that are only to be read keep what they begin with, whatever is sent.

        One that begins with nothing is asked like any other: nobody could answer it else.
        """
        for key, question in self.questions.items():
            field = self.fields.get(key)
            if field is None or question.get("readonly") is not True:
                continue
            value = _in_full(field, self.get_initial_for_field(field, key))
            if value in (None, "", []):
                continue
            show_as_fixed(field)
            if self.is_bound:
                self.data = _with(self.data, self.add_prefix(key), value)

    def _require_contact(self) -> None:
        if self.open_ended:
            self.fields["name"].required = not self._has_parts_of_a_name()
        if self.contact is Contact.EMAIL and "email" in self.fields:
            self.fields["email"].required = self.questions.get("email", {}).get("required", True) is not False

    def _has_parts_of_a_name(self) -> bool:
        return any(self.data.get(key) for key in ("first_name", "last_name"))

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.contact is Contact.EITHER and not (self._got("email") or self._got("phone")):
            at = "email" if "email" in self.fields else None
            if not self.has_error(at or "__all__"):
                self.add_error(at, _("Give an e-mail address or a telephone number."))
        if self._got("wants_texts") and not self._got("phone") and not self.has_error("phone"):
            at = "phone" if "phone" in self.fields else None
            self.add_error(at, _("Give the number to which text messages go."))
        if not self._got("name"):
            parts = [self._got("first_name"), self._got("last_name")]
            self.instance.name = " ".join(part for part in parts if part)[:200]
        self.instance.phone_e164 = international(self._got("phone") or "")
        self.instance.answers = self._answers()
        if self.instance.answers and len(json.dumps(self.instance.answers)) > LARGEST_ANSWERS:
            self.add_error(None, _("The answers are too long together."))
        return self.cleaned_data

    def _got(self, key: str) -> Any:
        return self.cleaned_data.get(key)

    def _answers(self) -> dict[str, Any]:
        asked = {key: self._got(key) for key in self.fields if key not in NATIVE}
        given = {key: value for key, value in asked.items() if value not in (None, "", [])}
        if not self.open_ended:
            return given
        for key in given:
            if isinstance(self.data.get(key), dict):  # a box that was left empty is False and was not sent
                self.add_error(key, _("Send a text."))
        return {key: self.data[key] for key in self.data if key not in NATIVE and self.data[key] is not None}

    def _post_clean(self) -> None:
        name = self.instance.name
        super()._post_clean()  # type: ignore[misc]
        self.instance.name = self.instance.name or name

    def customer(self) -> Customer:
        """The unsaved customer of a valid form."""
        customer: Customer = self.instance
        return customer

    def answers_to_store(self) -> str:
        """Every answer as "Title: answer", a line each, for a description that staff and programs read."""
        return answers_to_store(self.questions, self.instance.answers)


def with_fixed_answers(given: Mapping[str, Any], questions: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, in which the questions that are only to be read have the answer that the project gives them.

    Where the question itself would refuse that answer, it has none.
    """
    told = dict(given)
    for key, question in questions.items():
        if _is_fixed(question):
            told.pop(key, None)
            answer = _in_full(question_field(question), question["prefilled"])
            if _takes(question, answer):
                told[key] = answer
    return told


def _in_full(field: forms.Field | None, answer: Any) -> Any:
    """One of several choices as the list that it is stored as."""
    several = isinstance(field, forms.MultipleChoiceField)
    return [answer] if several and answer and isinstance(answer, str) else answer


def refuses_its_own_answer(key: str, question: object) -> bool:
    """Whether a page could never be sent, since nobody can change the answer that it begins with, and it takes none."""
    if not isinstance(question, Mapping) or not _begins_with_an_answer(question):
        return False
    if question.get("readonly") is not True and question.get("hidden") is not True:
        return False
    answer = question["prefilled"]
    form = CustomerForm(_with(QueryDict(), key, answer), questions={key: question})
    return isinstance(answer, dict) or form.has_error(key)


def _begins_with_an_answer(question: Mapping[str, Any]) -> bool:
    return question.get("format") != "label" and question.get("prefilled") not in (None, "", [])


def _takes(question: Mapping[str, Any], answer: Any) -> bool:
    field = question_field(question)
    if field is None or isinstance(answer, dict):
        return False
    try:
        return bool(field.clean(answer)) or answer is False
    except forms.ValidationError:
        return False


def _is_fixed(question: object) -> bool:
    """Whether it is only to be read; one without an answer is asked like any other."""
    if not isinstance(question, Mapping) or question.get("readonly") is not True:
        return False
    return _begins_with_an_answer(question)


def _with(data: Any, key: str, value: Any) -> Any:
    """A copy of what was sent, with another answer."""
    changed = data.copy()
    if isinstance(value, list) and isinstance(changed, QueryDict):
        changed.setlist(key, value)
    else:
        changed[key] = value
    return changed


def international(phone: str) -> str:
    """A number in E.164 where it was typed with its country, else an empty text."""
    typed = typed_text.phone(phone).lstrip("( ")
    if not typed.startswith(("+", "00")):
        return ""
    try:
        number = phonenumbers.parse(f"+{typed[2:]}" if typed.startswith("00") else typed, None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
