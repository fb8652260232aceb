"""``manage.py doctor``: looks at what the site stands on and says in words what is wrong."""

import smtplib
import zoneinfo
from collections.abc import Callable, Iterator
from email.utils import parseaddr
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from bookings import bites, sql
from bookings.availability.why_not_offered import reasons_of
from bookings.effects.mail import said, waiting_mails
from bookings.mailing import Mailing, mailing
from bookings.models import (
    HistoryEntry,
    Location,
    Occupancy,
    Option,
    OutboxMessage,
    Project,
    ProjectResource,
    Resource,
    Site,
)
from bookings.setup.missing import Lack, mail_in_words, missing

Finding = tuple[bool, str]
TOLD_BY_OTHERS = {Lack.MAIL, Lack.RESOURCES}
FAR_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")


class Command(BaseCommand):
    help = "Checks database, guarantee, time zones and mail. --mail ADDRESS sends one and tells what the server said."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mail", metavar="ADDRESS", help="send a mail there")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(sent_mail(options["mail"])) if options["mail"] else list(everything())
        for good, words in findings:
            self.stdout.write(f"{'ok   ' if good else 'WRONG'} {words}")
        wrong = sum(not good for good, _words in findings)
        if wrong:
            raise CommandError(f"{wrong} of {len(findings)} checks found something wrong.")


def everything() -> Iterator[Finding]:
    """Each check in turn; without a database only what needs none."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield False, f"The database cannot be reached: {str(error).strip()}"
        yield from zone_data()
        return
    checks: list[Callable[[], Iterator[Finding]]] = [database, letters, migrations, styles, zone_data]
    for check in checks:
        yield from check()
    if migrated():
        for check in (
            promises,
            zones_in_use,
            projects,
            lengths_of_resources,
            outbox,
            mail_settings,
            lacks,
            bitten,
        ):
            yield from check()


def database() -> Iterator[Finding]:
    version = ".".join(str(part) for part in connection.get_database_version())
    yield True, f"Database: {connection.display_name} {version}, Django {django.__version__}"


def letters() -> Iterator[Finding]:
    """A search finds É by é only where the database knows the two as one letter; SQLite is taught it by us."""
    if not sql.is_postgresql():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT upper('é') = 'É'")
        (known,) = cursor.fetchone()
    wrong = "Searches tell É from é: make the database with LC_CTYPE 'C.UTF-8', or another that ends in UTF-8"
    yield known, "Searches know capital letters in every alphabet" if known else wrong


def styles() -> Iterator[Finding]:
    """Pages fail without the manifest of what was collected; where their storage keeps none, nothing has to be."""
    read = getattr(staticfiles_storage, "read_manifest", None)
    good = settings.DEBUG or read is None or read() is not None
    wrong = (
        "Styles and scripts are not collected, and pages fail: ./run does it, or ./run manage collectstatic"
    )
    yield good, "Styles and scripts are collected" if good else wrong


def unapplied() -> list[Any]:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrated() -> bool:
    return not unapplied()


def migrations() -> Iterator[Finding]:
    count = len(unapplied())
    yield (
        not count,
        f"{count} migrations wait: ./run manage migrate" if count else "All migrations are applied",
    )


def promises() -> Iterator[Finding]:
    """The constraints that live outside Django's own knowledge are really in the database."""
    found = "\n".join(_definitions())
    for model in (Occupancy, HistoryEntry):
        for constraint in model._meta.constraints:
            kept = constraint.name in found
            yield kept, f"Constraint {constraint.name} is {'in place' if kept else 'MISSING'}"


def _definitions() -> list[str]:
    """The names of all constraints and triggers in the database, and on SQLite the tables' own text."""
    if sql.is_postgresql():
        statement = "SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger"
    else:
        statement = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def zone_data() -> Iterator[Finding]:
    known = zoneinfo.available_timezones()
    missing = [zone for zone in FAR_ZONES if zone not in known]
    yield (
        not missing,
        f"Time zone data lacks {', '.join(missing)}" if missing else f"{len(known)} time zones are known",
    )


def zones_in_use() -> Iterator[Finding]:
    known = zoneinfo.available_timezones()
    for model in (Site, Location, Resource):
        unknown = sorted(set(model.objects.values_list("timezone", flat=True)) - known)
        if unknown:
            yield False, f"{model._meta.verbose_name_plural}: unknown time zone {', '.join(unknown)}"


def projects() -> Iterator[Finding]:
    """Projects that no customer can book, with the reasons that their pages at the desk give."""
    active = list(Project.objects.active().order_by("name"))
    reasons = reasons_of(active)
    for project in active:
        for why in reasons[project.pk]:
            yield False, f"Project {project.slug}: nobody can book it. {why}"


def lengths_of_resources() -> Iterator[Finding]:
    """What a resource once said for all options of a project, and now says for none."""
    links = ProjectResource.objects.exclude(length=None, price=None).select_related("project", "resource")
    for link in links.filter(project__in=Option.objects.values("project"), project__deleted_at=None):
        said = f"Project {link.project.slug}: {link.resource.name} has a length or price of its own for all options"
        yield (
            False,
            f"{said}. It does not count: write it under “Who does what”, and empty it at the resource",
        )


def outbox() -> Iterator[Finding]:
    given_up = OutboxMessage.objects.filter(outcome=OutboxMessage.Outcome.FAILED).count()
    if given_up:
        yield False, f"{given_up} messages were given up; the admin shows why and sends them again"
    yield True, f"{OutboxMessage.objects.waiting().count()} messages wait to be sent"


def mail_settings() -> Iterator[Finding]:
    state = mailing()
    wait = f" {waiting_mails()} mails wait: set EMAIL_URL" if state is Mailing.OFF else ""
    trial = " (try it: doctor --mail ADDRESS)" if state is Mailing.SENT else ""
    yield state is not Mailing.OFF, f"{mail_in_words(state)}{wait}{trial}"


def lacks() -> Iterator[Finding]:
    """What else is wrong about the set-up; what is only to be thought of is the desk's to show."""
    for one in missing():
        if one.is_wrong and one.what not in TOLD_BY_OTHERS:
            yield False, f"{one.sentence} {one.cure}"


def bitten() -> Iterator[Finding]:
    """A limit that refuses somebody keeps its promise; whether it is the right one is the operator's to judge."""
    for limit, count in bites.lately():
        yield (
            True,
            f"{limit.setting} ({limit.value} {limit.meaning}) refused {count} times within the last day",
        )


def sent_mail(address: str) -> Iterator[Finding]:
    """Send one mail and repeat what the server answered to each step."""
    try:
        validate_email(address)
    except ValidationError:
        yield False, "This is no e-mail address"
        return
    mail = EmailMessage(
        subject=f"A mail from {settings.SITE_URL}",
        body=f"Mail from {settings.SITE_URL} arrives.\n",
        to=[address],
    )
    try:
        yield from _talk(mail, address)
    except smtplib.SMTPResponseException as error:
        yield False, f"The server refused: {said(error.smtp_code, error.smtp_error)}"
    except OSError as error:
        yield False, f"The server cannot be used: {error}"


def _talk(mail: EmailMessage, address: str) -> Iterator[Finding]:
    backend = _backend()
    backend.open()
    server = getattr(backend, "connection", None)
    if not isinstance(server, smtplib.SMTP):
        mail.send()
        yield (
            settings.MAIL_IS_SET_UP,
            f"Handed to {type(backend).__module__}, which is no mail server of yours",
        )
        return
    try:
        _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
        server.ehlo_or_helo_if_needed()
        yield _step("sender", *server.mail(sender))
        code, words = server.rcpt(address)
        yield _step("recipient", code, words)
        if code < 400:
            whole = b"\r\n".join(mail.message().as_bytes().splitlines())
            yield _step("mail", *server.data(whole))
    finally:
        backend.close()


def _backend() -> Any:
    if django.VERSION >= (6, 1):
        return getattr(django_mail, "mailers")["default"]  # noqa: B009  # Django 5.2 has none
    return django_mail.get_connection()


def _step(name: str, code: int, words: bytes) -> Finding:
    return code < 400, f"The server says to the {name}: {said(code, words)}"
