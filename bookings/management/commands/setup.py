"""``manage.py setup`` (``./run setup``): the questions that lead to a site that can be booked."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from bookings import countries
from bookings.backups import keys
from bookings.backups.errors import BackupError
from bookings.demo.remove import Removal
from bookings.demo.words import kept_in_words, removal_in_words
from bookings.forms.setup import SetupForm
from bookings.forms.setup_answers import Answers
from bookings.setup.current import current_answers
from bookings.setup.link import new_link
from bookings.setup.missing import missing
from bookings.setup.set_up import Outcome, set_up

OPTIONS = {
    "name": "what the business is called",
    "language": "en, de, ar or the language's name",
    "country": "its name, or two letters like DE",
    "address": "street and town, separated by a comma",
    "phone": "telephone",
    "email": "gets the mails about bookings",
    "login": "login name of the first member of staff",
    "password": "their password; asked for without being shown where it is left out",
    "hours": "like “Mon-Fri 9-12, 13-18”; may be given several times, a line each",
    "people": "people or rooms that are booked, like “Anna, Ben”",
    "service": "what can be booked first",
    "length": "how long it takes, like “45 minutes”",
    "price": "like 35; empty: no price is shown",
    "zone": "time zone, if not the country's usual one",
    "currency": "if not the country's",
    "week-start": "the day with which a week begins, if not as usual in the country",
    "imprint": "address of the imprint",
    "privacy": "address of the privacy notice",
    "meeting": "where bookings take place online: none, calendar (Google Meet or Teams), jitsi or fixed",
    "meeting-url": "link of video meetings that are fixed",
    "backup-key": "public key like age1…, for which backups are encrypted, so that they hold the secrets, too",
}
FIELDS = {
    "zone": "timezone",
    "week-start": "week_start",
    "imprint": "imprint_url",
    "privacy": "privacy_url",
    "meeting-url": "meeting_url",
    "backup-key": "backup_key",
}
"""Fields that are called otherwise than their option."""


class Command(BaseCommand):
    help = "Asks what a business has to say before it can be booked. Run again, it changes what is there."

    def add_arguments(self, parser: CommandParser) -> None:
        for name, words in OPTIONS.items():
            action = "append" if name == "hours" else "store"
            parser.add_argument(f"--{name}", action=action, help=words)
        parser.add_argument("--yes", action="store_true", help="ask nothing; what is missing is named")
        parser.add_argument("--remove-demo", action="store_true", help="take the demo away as well")
        parser.add_argument(
            "--new-backup-key",
            type=Path,
            metavar="FILE",
            help="make that key, and write its private half, which opens backups, to FILE",
        )
        parser.add_argument(
            "--link", action="store_true", help="print a one-time address for the same questions, and end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["link"]:
            self.print_link()
            return
        given, pair = given_in(options), keys.new_pair()
        if options["new_backup_key"]:
            given["backup_key"] = pair.public
        known = without_what_follows(given, current_answers())
        with translation.override(language_of(known | given)):
            answers, remove_demo = self.answers(
                given, known, ask=not options["yes"], remove_demo=options["remove_demo"]
            )
        if options["new_backup_key"]:
            self.keep(pair, options["new_backup_key"])
        with translation.override(answers.language):
            self.tell(set_up(answers, remove_demo=remove_demo))

    def keep(self, pair: keys.KeyPair, path: Path) -> None:
        """Write the private half, before anything is encrypted for the public one."""
        try:
            keys.write(pair, path)
        except (BackupError, OSError) as problem:
            raise CommandError(f"{_('Nothing was changed.')}\n{problem}") from problem
        self.stdout.write(
            _("The private key of backups is in %(path)s. Keep a copy elsewhere.") % {"path": path}
        )

    def answers(
        self, given: dict[str, Any], known: dict[str, Any], *, ask: bool, remove_demo: bool
    ) -> tuple[Answers, bool]:
        """What was given and answered, all of it good, and whether the demo goes."""
        if ask:
            try:
                remove_demo = remove_demo or self.asks_to_remove()
                given = self.asked(given, known)
            except EOFError:
                raise CommandError(_("The answers ended too soon. Nothing was changed.")) from None
        form = form_of(known | given)
        if not form.is_valid():
            raise CommandError(f"{_('Nothing was changed.')}\n{faults(form)}")
        return form.answers(), remove_demo

    def print_link(self) -> None:
        link = new_link()
        if link is None:
            raise CommandError(
                "Somebody can log in already. A forgotten password: ./run manage staff_link NAME"
            )
        self.stdout.write(link)

    def asks_to_remove(self) -> bool:
        removal = Removal()
        if not removal.is_possible:
            return False
        for sentence in ["The demo is here.", *removal_in_words(removal), *kept_in_words(removal)]:
            self.stdout.write(sentence)
        while True:
            answer = ask("Remove it? [Y/n] ").strip().lower()
            if answer in {"", "y", "yes", "j", "ja", "نعم", "n", "no", "nein", "لا"}:
                return answer not in {"n", "no", "nein", "لا"}

    def asked(self, given: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
        """What was given, and what was answered to the questions that are left, in the language that is chosen."""
        questions = form_of({}).first_questions
        before = translation.get_language()
        total = len(questions) - 1  # login and password are one question
        try:
            for name in questions:
                if name not in given:
                    number = questions.index(name) + 1 - (questions.index(name) > questions.index("login"))
                    given[name] = self.answer(name, f"{number}/{total}", given, known)
                if name == "language" and (chosen := form_of(given).fields[name].clean(given[name])):
                    translation.activate(chosen)
        finally:
            translation.activate(before or settings.LANGUAGE_CODE)
        return without_what_follows(given, given)

    def answer(self, name: str, number: str, given: dict[str, Any], known: dict[str, Any]) -> Any:
        """An answer that the form takes; each that it does not take is said in a sentence and asked again."""
        while True:
            form = form_of(known | given)
            field = form[name]
            said = f"\n{number}  {field.label}"
            hint = _("It is not shown while you type.") if name == "password" else field.help_text
            if hint:
                said += f"\n      {hint}"
            self.stdout.write(said)
            default = shown(form, name, known)
            prompt = f"      [{default}] > " if default else "      > "
            typed = ask_secret(prompt) if name == "password" else ask(prompt)
            value = typed if typed.strip() or not default else default
            wrong = form_of(known | given | {name: value}).errors.get(name)
            if not wrong:
                return value
            for sentence in wrong:
                self.stdout.write(f"      {sentence}")

    def tell(self, outcome: Outcome) -> None:
        """The address of the page, and what is still missing."""
        page = f"{settings.SITE_URL}{reverse('pages:choose', args=[outcome.project.slug])}"
        self.stdout.write("\n" + _("It can be booked: %(page)s") % {"page": page})
        self.stdout.write(_("The desk: %(desk)s") % {"desk": f"{settings.SITE_URL}{reverse('admin:index')}"})
        if outcome.left_alone:
            names = ", ".join(outcome.left_alone)
            self.stdout.write(_("Not named, and left as they are: %(names)s") % {"names": names})
        lacks = [*missing(), *([outcome.lacks_link] if outcome.lacks_link else [])]
        if lacks:
            self.stdout.write("\n" + _("Still missing:"))
        for one in lacks:
            self.stdout.write(f"  - {one.sentence}\n    {one.cure}")
        self.stdout.write("\n" + _("If it does not run yet: ./run"))


def given_in(options: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, by name of the field."""
    values = {name: options[name.replace("-", "_")] for name in OPTIONS}
    given = {FIELDS.get(name, name): value for name, value in values.items() if value is not None}
    if "hours" in given:
        given["hours"] = "\n".join(given["hours"])
    return given


def form_of(values: dict[str, Any]) -> SetupForm:
    """The form, filled in with text or with values as they are stored."""
    blank = SetupForm(known_login_needs_none=True)
    texts = {name: blank.fields[name].prepare_value(value) for name, value in values.items()}
    return SetupForm(texts, known_login_needs_none=True)


def language_of(answers: dict[str, Any]) -> str:
    """The language that was answered, else the one that is spoken now."""
    try:
        chosen = form_of({}).fields["language"].clean(answers.get("language", ""))
    except ValidationError:
        chosen = ""
    return chosen or translation.get_language() or settings.LANGUAGE_CODE


def without_what_follows(given: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Another country brings another zone, currency and week, so that those of before are no answer any more.

    Nor is the link of video meetings where these are made in another way.
    """
    if given.get("meeting") and "meeting_url" not in given:
        values = {name: value for name, value in values.items() if name != "meeting_url"}
    country = countries.code_of(str(given.get("country", ""))) or given.get("country")
    if not country or country == values.get("country"):
        return values
    following = {"timezone", "currency", "week_start"} - given.keys()
    return {name: value for name, value in values.items() if name not in following}


def shown(form: SetupForm, name: str, known: dict[str, Any]) -> str:
    """What the question would be answered with where nothing is typed."""
    text = form.fields[name].prepare_value(known.get(name, "")) or ""
    return ", ".join(str(text).splitlines())


def faults(form: SetupForm) -> str:
    """Everything that is wrong, under the option that would set it right."""
    options = {field: f"--{name}: " for name, field in FIELDS.items()}
    return "\n".join(
        f"  {options.get(name, f'--{name}: ') if name in form.fields else ''}{' '.join(map(str, sentences))}"
        for name, sentences in form.errors.items()
    )


def ask(prompt: str) -> str:
    return input(prompt)


def ask_secret(prompt: str) -> str:
    """Without showing it, where somebody could look on."""
    return getpass(prompt) if sys.stdin.isatty() else input(prompt)
