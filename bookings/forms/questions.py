"""A project's questions (``customer_fields`` of the API) as form fields.

A question is ``{title, format, required, readonly, prefilled, enum, split_name, hidden}`` under the key of its answer.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, Site
from bookings.typed_fields import EmailInput, PhoneInput

Question = Mapping[str, Any]
CHOICE_UNKNOWN = {"invalid_choice": _("This is none of the choices."), "invalid_list": _("Send a list.")}
USUAL_QUESTIONS: dict[str, Question] = {
    "name": {"format": "string", "required": True},
    "email": {"format": "email", "required": True},
    "phone": {"format": "tel"},
}
"""What is asked where a project keeps no questions of its own, and what a new one starts with at the desk."""
NOBODY_REACHABLE = _("Ask for an e-mail address or a telephone number, else nobody who books can be reached.")
LONGEST_LINE = 2000
LONGEST_TEXT = 10_000


def leave_reachable(questions: Mapping[str, Any]) -> bool:
    """Whether who answers can be reached: by an address or number that is asked in sight, or set beforehand."""
    return any(_reaches(questions.get(key)) for key in ("email", "phone"))


def _reaches(question: object) -> bool:
    if not isinstance(question, Mapping):
        return False
    return question.get("hidden") is not True or bool(str(question.get("prefilled") or "").strip())


def asked_of_customers(own: Mapping[str, Any]) -> dict[str, Any]:
    """A project's questions as they are asked: the usual ones where it has none, and always a way to be reached.

    Projects are refused such a set by now; older rows ask for an e-mail address besides, so that they can be booked.
    """
    questions = {key: one for key, one in own.items() if isinstance(one, Mapping)}
    if not questions:
        return dict(USUAL_QUESTIONS)
    if leave_reachable(questions):
        return questions
    return questions | {"email": {**questions.get("email", {}), **USUAL_QUESTIONS["email"], "hidden": False}}


def question_field(question: Question) -> forms.Field | None:
    """The field for a question, or None for a mere label."""
    build = _FIELDS.get(str(question.get("format", "string")), _line)
    if build is None:
        return None
    field = build(question)
    field.label = title(question) or None
    field.required = question.get("required") is True
    begin(field, question)
    return field


def begin(field: forms.Field, question: Question) -> None:
    """With what the field begins, and whether people see it."""
    if question.get("prefilled") is not None:
        field.initial = question["prefilled"]
    if question.get("hidden") is True:
        field.widget = forms.HiddenInput()


def show_as_fixed(field: forms.Field) -> None:
    """Only to be read; choices and boxes know no such thing and are switched off."""
    attribute = "disabled" if isinstance(field, forms.ChoiceField | forms.BooleanField) else "readonly"
    field.widget.attrs[attribute] = True


def title(question: Question) -> str:
    """What the question is called, or an empty text."""
    told = question.get("title")
    return told if isinstance(told, str) else ""


def answer_in_words(answer: Any) -> str:
    """An answer in a line of text."""
    if isinstance(answer, bool):
        return str(_("yes") if answer else _("no"))
    if isinstance(answer, list):
        return ", ".join(answer_in_words(item) for item in answer)
    return " ".join(str(answer).split())


def answers_in_lines(questions: Mapping[str, Question], answers: Mapping[str, Any]) -> str:
    """Every answer as "Title: answer", a line each, in the order of the questions."""
    order = [key for key in questions if key in answers]
    order += [key for key in answers if key not in questions]
    titles = {key: title(questions.get(key, {})) or key for key in order}
    return "\n".join(f"{_asked(titles[key])} {answer_in_words(answers[key])}" for key in order)


def answers_to_store(questions: Mapping[str, Question], answers: Mapping[str, Any]) -> str:
    """The same in the site's language, whatever the customer reads the page in."""
    with override(Site.current().language if _holds_a_flag(list(answers.values())) else get_language()):
        return answers_in_lines(questions, answers)


def _holds_a_flag(answer: Any) -> bool:
    return any(map(_holds_a_flag, answer)) if isinstance(answer, list) else isinstance(answer, bool)


def answers_of(booking: Booking) -> str:
    """What its customer answered, or an empty text.

    The description has it, as the desk may have corrected it; but a seat's is its session's.
    """
    customer = getattr(booking, "customer", None)
    if customer is None or not customer.answers:
        return ""
    if booking.session_id is None:
        return booking.description
    fields = booking.project.customer_fields if booking.project else {}
    questions = {key: one for key, one in fields.items() if isinstance(one, dict)}
    return answers_in_lines(questions, customer.answers)


def _asked(title: str) -> str:
    """A question keeps its mark, anything else gets a colon."""
    return title if title.endswith(("?", "؟", ":")) else f"{title}:"


def _choices(question: Question) -> list[tuple[str, str]]:
    options = question.get("enum")
    return [(str(option), str(option)) for option in options] if isinstance(options, list) else []


def _line(question: Question) -> forms.Field:
    return forms.CharField(max_length=LONGEST_LINE)


def _select(question: Question) -> forms.Field:
    choices = [("", _("Choose…")), *_choices(question)]
    return forms.ChoiceField(choices=choices, error_messages=CHOICE_UNKNOWN)


def _checkbox(question: Question) -> forms.Field:
    if not _choices(question):
        return forms.BooleanField()
    return forms.MultipleChoiceField(
        choices=_choices(question), widget=forms.CheckboxSelectMultiple, error_messages=CHOICE_UNKNOWN
    )


_FIELDS = {
    "email": lambda question: EmailInput(),
    "tel": lambda question: PhoneInput(max_length=60, widget=forms.TextInput(attrs={"type": "tel"})),
    "textarea": lambda question: forms.CharField(
        max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    ),
    "select": _select,
    "checkbox": _checkbox,
    "label": None,
}
