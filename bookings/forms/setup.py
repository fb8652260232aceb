"""The first questions: what a business has to say before it can be booked; one form for terminal and browser."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import countries
from bookings.forms.setup_answers import Answers
from bookings.forms.setup_fields import (
    LINES,
    CountryField,
    HoursField,
    LanguageField,
    LengthField,
    MeetingField,
    PeopleField,
    PriceField,
    WeekStartField,
    amount,
)
from bookings.models import DemoRow, Meeting, Resource, Site
from bookings.typed_fields import EmailInput, NameInput, PhoneInput, UrlInput, WordInput
from bookings.typed_text import name as called
from bookings.validators import (
    LONGEST_LINK,
    validate_backup_key,
    validate_currency,
    validate_link,
    validate_zone,
)


class SetupForm(forms.Form):
    """``first_questions`` are asked, the rest has its default.

    ``user`` is whoever is logged in, who needs no login; where ``known_login_needs_none``, a login that exists may keep
    its password.

    A country that is chosen anew brings its zone and its currency along, but for what is given.
    """

    name = NameInput(
        label=gettext_lazy("Name of the business"),
        max_length=120,
        error_messages={"required": gettext_lazy("What is the business called?")},
    )
    language = LanguageField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Of mails, and of pages where a visitor's browser names none."),
        error_messages={"invalid_choice": gettext_lazy("This language is not available.")},
    )
    country = CountryField(
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("Time zone, currency, the start of the week and formats follow from it."),
        error_messages={
            "invalid_choice": gettext_lazy("This is no country. Write its name, or two letters like DE.")
        },
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=LINES),
        help_text=gettext_lazy(
            "Where customers come to; street and town, separated by a comma or a new line."
        ),
    )
    phone = PhoneInput(label=gettext_lazy("Telephone"), required=False, max_length=60)
    email = EmailInput(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("Gets the mails about bookings."),
        error_messages={"invalid": gettext_lazy("This is no e-mail address.")},
    )
    login = forms.CharField(
        label=gettext_lazy("Your login name"),
        max_length=150,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    hours = HoursField(
        label=gettext_lazy("Opening hours"),
        max_length=2000,
        help_text=gettext_lazy("Like “Mon-Fri 9-12, 13-18; Sat 10-14”; several lines are fine."),
    )
    people = PeopleField(
        label=gettext_lazy("People or rooms that are booked"),
        help_text=gettext_lazy("One or several, like “Anna, Ben, Cem”."),
    )
    service = NameInput(
        label=gettext_lazy("First service"),
        max_length=200,
        help_text=gettext_lazy("Like “Haircut”; more may follow."),
    )
    length = LengthField(
        label=gettext_lazy("How long it takes"),
        max_length=60,
        help_text=gettext_lazy("Like “45 minutes” or “1 hour”."),
    )
    price = PriceField(
        label=gettext_lazy("Price"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("Empty: no price is shown."),
    )
    timezone = WordInput(
        label=gettext_lazy("Time zone"),
        required=False,
        validators=[validate_zone],
        help_text=gettext_lazy("Empty: that of the country."),
    )
    currency = WordInput(
        label=gettext_lazy("Currency"),
        required=False,
        validators=[validate_currency],
        help_text=gettext_lazy("Empty: that of the country."),
    )
    week_start = WeekStartField(
        label=gettext_lazy("The week begins on"),
        required=False,
        choices=Site.WeekStart.choices,
        error_messages={"invalid_choice": gettext_lazy("A week begins on Monday, Saturday or Sunday.")},
    )
    imprint_url = UrlInput(label=gettext_lazy("Address of the imprint"), required=False)
    privacy_url = UrlInput(label=gettext_lazy("Address of the privacy notice"), required=False)
    meeting = MeetingField(
        label=gettext_lazy("Video meeting"),
        help_text=gettext_lazy("Customers get its link once there is one, and no word before."),
        error_messages={"invalid_choice": gettext_lazy("Use none, calendar, jitsi or fixed.")},
    )
    meeting_url = WordInput(
        label=gettext_lazy("Link of the video meetings"),
        required=False,
        max_length=LONGEST_LINK,
        validators=[validate_link],
        help_text=gettext_lazy("For those at the resource’s own link: that of everybody named above."),
    )
    backup_key = forms.CharField(
        label=gettext_lazy("Public key of backups"),
        required=False,
        max_length=80,
        validators=[validate_backup_key],
        help_text=gettext_lazy(
            "Like age1…; backups are encrypted for it and hold the secrets, too. The desk's page of backups makes one."
        ),
    )

    defaults = (
        "timezone",
        "currency",
        "week_start",
        "imprint_url",
        "privacy_url",
        "meeting",
        "meeting_url",
        "backup_key",
    )

    def __init__(
        self, *args: Any, user: User | None = None, known_login_needs_none: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "—"), *countries.named()]  # type: ignore[attr-defined]
        self.known_login_needs_none = known_login_needs_none
        if user is not None:
            del self.fields["login"], self.fields["password"]
        elif known_login_needs_none:
            self.fields["password"].required = False

    @property
    def first_questions(self) -> list[str]:
        """The names of what is asked first."""
        return [name for name in self.fields if name not in self.defaults]

    def clean_address(self) -> str:
        """One part a line."""
        text: str = self.cleaned_data["address"]
        parts = text.splitlines() if "\n" in text else text.split(",")
        return "\n".join(filter(None, map(called, parts)))

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self._complete_by_country(values)
        self._check_price(values)
        self._check_meeting(values)
        if "login" in self.fields:
            self._check_password(values)
        return values

    def _complete_by_country(self, values: dict[str, Any]) -> None:
        country = values.get("country", "")
        if not country:
            return
        values["timezone"] = values.get("timezone") or countries.zones()[country][0]
        values["currency"] = values.get("currency") or countries.currency(country) or Site().currency
        if "language" in values:
            values["language"] = countries.language_there(values["language"], country)

    def _check_price(self, values: dict[str, Any]) -> None:
        text, currency = values.get("price"), values.get("currency")
        values["price"] = None
        if not (text and currency):
            return
        try:
            values["price"] = amount(text, currency)
        except ValidationError as error:
            self.add_error("price", error.messages)

    def _check_meeting(self, values: dict[str, Any]) -> None:
        """A link alone says that the meetings are there."""
        link = values.get("meeting_url", "")
        if link and values.get("meeting") == "":
            values["meeting"] = Meeting.FIXED.value
        meeting = values.get("meeting")
        if meeting == Meeting.JITSI and not settings.JITSI_URL:
            self.add_error("meeting", _("Set JITSI_URL in .env first: below it each booking gets a room."))
        if link and meeting != Meeting.FIXED:
            self.add_error("meeting_url", _("This is for video meetings at the resource’s own link alone."))
        if meeting == Meeting.FIXED and not link and "meeting_url" not in self.errors:
            self._require_link_of_the_new(values.get("people") or ())

    def _require_link_of_the_new(self, people: Collection[str]) -> None:
        linked = Resource.objects.live().filter(is_test=False).exclude(meeting_url="")
        known = {name.casefold() for name in linked.values_list("name", flat=True)}
        if any(name.casefold() not in known for name in people):
            self.add_error("meeting_url", _("Write a whole address that begins with https://."))

    def _check_password(self, values: dict[str, Any]) -> None:
        login, password = values.get("login", ""), values.get("password", "")
        if not password:
            self._require_password_of_the_new(login)
            return
        user = User(username=login, email=values.get("email", ""))
        try:
            validate_password(password, user)
        except ValidationError as error:
            self.add_error("password", error)

    def _require_password_of_the_new(self, login: str) -> None:
        is_known = User.objects.filter(username=login).exclude(pk__in=DemoRow.objects.ids("user")).exists()
        if self.known_login_needs_none and login and not is_known and "password" not in self.errors:
            self.add_error("password", self.fields["password"].error_messages["required"])

    def answers(self) -> Answers:
        """What was answered; only of a valid form."""
        return Answers(**self.cleaned_data)
