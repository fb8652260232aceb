"""The small forms of the customer's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings import texting
from bookings.forms.customers import Contact, CustomerForm, with_fixed_answers
from bookings.forms.page_names import html_name
from bookings.forms.questions import title
from bookings.models import Project
from bookings.typed_fields import EmailInput, PhoneInput

CONSENT = "consent"
CONSENT_BESIDE = "consent.given"
"""What is agreed to, where a question of the project's has the usual key."""


class MessageForm(forms.Form):
    """Words that go along with an action: a reason, an answer."""

    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is sent along."),
    )


class FindForm(forms.Form):
    """The address that bookings were made with."""

    email = EmailInput(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Type the address you booked with."),
            "invalid": _("This is no e-mail address. It should look like katharina@example.org."),
        },
    )
    phone = PhoneInput(
        label=_("or telephone"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if texting.is_set_up():
            self.fields["email"].required = False
        else:
            del self.fields["phone"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not (data.get("email") or data.get("phone") or self.errors):
            self.add_error("email", _("Type the address or the number you booked with."))
        return data


class Note(forms.Widget):
    """Nothing to fill in: the label is the text (the pack's field template knows it by this name)."""

    def value_from_datadict(self, *_args: Any) -> None:
        return None


class Trap(forms.TextInput):
    """An input that people never see (the pack's field template knows it by this name)."""


class DetailsForm(CustomerForm):
    """What a customer fills in on the page: the project's questions, its consent, and a field that people never see."""

    TRAP = "website.url"
    """No key that is made of a question, or typed at the desk, has a dot."""

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        if initial := kwargs.get("initial"):  # what a link or an earlier form said
            kwargs["initial"] = with_fixed_answers(initial, project.customer_fields)
        super().__init__(*args, questions=project.customer_fields, contact=Contact.EITHER, **kwargs)
        self._add_notes()
        self.consent = CONSENT_BESIDE if CONSENT in self.fields else CONSENT
        if project.consent:
            self.fields[self.consent] = forms.BooleanField(
                label=project.consent,
                error_messages={"required": _("Please agree to this, or choose to go back.")},
            )
        self.fields[self.TRAP] = forms.CharField(
            label=_("Leave this empty"),
            required=False,
            widget=Trap(attrs={"autocomplete": "off", "tabindex": "-1"}),
            validators=[_refuse],
        )

    def add_prefix(self, field_name: str) -> str:
        """The name that a field is sent under."""
        return super().add_prefix(html_name(field_name))

    def say_language(self, language: str) -> None:
        """Let what staff wrote carry its language, where that is another than the page's."""
        own = {key for key, question in self.questions.items() if title(question)} | {self.consent}
        for key in own & set(self.fields):
            vars(self.fields[key])["written_in"] = language

    @property
    def takes_focus(self) -> bool:
        """Whether one of its fields has the focus when the page opens."""
        return any("autofocus" in field.widget.attrs for field in self.fields.values())

    @property
    def holds_answers(self) -> bool:
        """Whether somebody typed something, or a URL gave it beforehand; what staff filled in is nobody's answer."""
        asked = [
            self[name] for name, field in self.fields.items() if not isinstance(field.widget, Note | Trap)
        ]
        return any(one.value() and one.value() != one.field.initial for one in asked if not one.is_hidden)

    def focus(self) -> None:
        """Let the page open at the first wrong field, else at the first that can be filled in."""
        shown = [self[name] for name in self.fields]
        wrong = [field for field in shown if self.is_bound and field.errors]
        if self.is_bound and self.errors:  # what no single control is to blame for is said above them all
            candidates = wrong[:1]
        else:
            candidates = [field for field in shown if _is_typed(field.field)]
        for field in candidates[:1]:
            if _is_typed(field.field):
                field.field.widget.attrs["autofocus"] = True

    def _add_notes(self) -> None:
        """Questions that ask nothing, each in its place among the others."""
        notes = {key: one for key, one in self.questions.items() if one.get("format") == "label"}
        for key, note in notes.items():
            self.fields[key] = forms.Field(label=title(note), required=False, widget=Note())
        if notes:
            self.order_fields(
                [key for key in self.fields if key not in self.questions] + list(self.questions)
            )


def _refuse(_filled: str) -> None:
    """Programs fill in whatever there is."""
    raise forms.ValidationError(_("Leave this empty, please."))


def _is_typed(field: forms.Field) -> bool:
    """Whether it is one control that people fill in: of several boxes each would take the focus."""
    widget = field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple | Note | Trap):
        return False
    return not (widget.is_hidden or {"readonly", "disabled"} & set(widget.attrs))


OF_ONES_OWN = {CONSENT, CONSENT_BESIDE, "wants_texts", DetailsForm.TRAP}
"""What only whoever fills in the form can say."""
