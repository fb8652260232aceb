"""The two kinds of rows on the page of a draft.  A row has a key: the id of what is there, or ``n…`` for a new one."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.admin.fields.choices import offer_choices
from bookings.admin.fields.plain import DurationField, DurationInput
from bookings.graphs.words import when_in_words
from bookings.models import Action, State

NEW_STATE = "new"


class _Row(forms.ModelForm):
    """``key`` names the row in the request; what is new and says nothing is left out."""

    gone = forms.BooleanField(label=_("Take away"), required=False)
    says_something: tuple[str, ...] = ("label", "name")

    def __init__(self, key: str, **kwargs: Any) -> None:
        self.key = key
        super().__init__(use_required_attribute=False, **kwargs)
        self.fields["name"].required = False

    @property
    def is_new(self) -> bool:
        return self.instance.pk is None

    @property
    def is_left_out(self) -> bool:
        """New and empty, or to be taken away: neither is asked anything."""
        if not self.is_bound:
            return False
        typed = [self.data.get(self.add_prefix(name), "") for name in self.says_something]
        return bool(self.data.get(self.add_prefix("gone"))) or (
            self.is_new and not any(map(str.strip, typed))
        )


class StateRow(_Row):
    class Meta:
        model = State
        fields = ["label", "name", "occupies", "settled", "mail_to_customer", "mail_to_owner", "webhook"]

    @property
    def seldom(self) -> list[Any]:
        """What stands behind the line ``in_words``."""
        names = ("settled", "mail_to_customer", "mail_to_owner", "webhook", "name")
        return [self[name] for name in names]

    @property
    def in_words(self) -> str:
        """Whom it tells, in a line."""
        told = {
            gettext("customer"): self["mail_to_customer"].value(),
            gettext("owner"): self["mail_to_owner"].value(),
        }
        who = [name for name, mail in told.items() if mail]
        said = gettext("mails: %(who)s") % {"who": ", ".join(who)} if who else gettext("mails nobody")
        return said if self["settled"].value() else f"{said} · {gettext('something is awaited')}"


class ActionRow(_Row):
    """``target`` is the key of a state, or ``NEW_STATE`` with ``new_state`` saying what that is called."""

    target = forms.ChoiceField(label=_("leads to"), required=False)
    new_state = forms.CharField(label=_("Name of the new state"), required=False, max_length=120)
    automatic_after = DurationField(
        label=_("automatic after"),
        required=False,
        help_text=_("Played by the clock this long after the moment beside it; empty: never."),
        widget=DurationInput(attrs={"size": 12, "placeholder": "1 hour"}),
    )
    says_something = ("label", "name", "target", "new_state")

    class Meta:
        model = Action
        fields = [
            "label",
            "name",
            "by_customer",
            "by_owner",
            "by_staff",
            "input",
            "automatic_after",
            "automatic_from",
            "continues",
            "on_seats",
        ]

    def offer(self, states: list[tuple[str, str]]) -> None:
        offer_choices(self, "target", [("", _("choose…")), *states, (NEW_STATE, _("a new state…"))])

    @property
    def who(self) -> list[Any]:
        """The boxes that say who may play it."""
        return [self[name] for name in _WHO]

    @property
    def seldom(self) -> list[Any]:
        """What most actions leave as it is."""
        return [self[name] for name in _SELDOM]

    @property
    def has_seldom_errors(self) -> bool:
        return bool(self.errors) and any(self[name].errors for name in (*_WHO, *_SELDOM))

    @property
    def in_words(self) -> str:
        """Who may play it, and when the clock does, in a line."""
        people = {
            "by_customer": gettext("customer"),
            "by_owner": gettext("owner"),
            "by_staff": gettext("staff"),
        }
        names = [people[name] for name in _WHO if self[name].value()]
        clock = when_in_words(self._after(), self["automatic_from"].value())
        who = gettext("by %(who)s") % {"who": ", ".join(names)} if names else ""
        return " · ".join(filter(None, (who, clock))) or gettext("by nobody yet")

    def _after(self) -> timedelta | None:
        """How long the clock waits, as it is typed; None also where that, or from when, cannot be read."""
        with suppress(forms.ValidationError):
            self.fields["automatic_from"].clean(self["automatic_from"].value())
            after: timedelta | None = self.fields["automatic_after"].clean(self["automatic_after"].value())
            return after
        return None


_WHO = ("by_customer", "by_owner", "by_staff")
_SELDOM = ("automatic_after", "automatic_from", "input", "continues", "on_seats", "name")


def word_for(label: str, taken: set[str], otherwise: str) -> str:
    """What programs call a thing that people call ``label``: small letters, digits and ``_``, unlike ``taken``."""
    plain = slugify(label).replace("-", "_")[:50].strip("_")
    if not plain or not plain[0].isalpha():
        plain = f"{otherwise}_{plain}".strip("_")
    word, number = plain, 1
    while word in taken:
        number += 1
        word = f"{plain}_{number}"
    return word
