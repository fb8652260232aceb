"""``manage.py doctor``: looks at what the site stands on and says in words what is wrong."""

import json
import re
import zoneinfo
from collections.abc import Callable, Iterator
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from bookings import bites, sql
from bookings.availability.why_not_offered import reasons_of
from bookings.backups import state
from bookings.constraints import TriggerConstraint, parts_that_raise_the_version
from bookings.effects.mail import waiting_mails
from bookings.housekeeping import preview
from bookings.mailing import Mailing, mailing
from bookings.management import surroundings
from bookings.management.connected import calendars, meetings
from bookings.management.sender_records import sender_records
from bookings.management.sent_mail import sent_mail
from bookings.management.surroundings import Finding
from bookings.management.work_left import work_left
from bookings.migration_state import unapplied
from bookings.models import (
    HistoryEntry,
    Location,
    Occupancy,
    Option,
    OutboxMessage,
    Person,
    Project,
    ProjectResource,
    Resource,
    Site,
)
from bookings.models.people import NAMES_BY_PARTS, knows_parts_of_names
from bookings.online_indexes import trigram_index
from bookings.setup.missing import Lack, mail_in_words, missing

TOLD_BY_OTHERS = {Lack.MAIL, Lack.RESOURCES, Lack.BACKUPS}
FAR_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")


class Command(BaseCommand):
    help = (
        "Checks database, guarantee, time zones and mail. --mail ADDRESS sends one, tells what the server said, "
        "and looks up SPF, DKIM and DMARC."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mail", metavar="ADDRESS", help="send a mail there")
        parser.add_argument("--json", action="store_true", help="one JSON object, for a monitor")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(of_mail(options["mail"]) if options["mail"] else everything())
        wrong = sum(not good for good, _words in findings)
        if options["json"]:
            told = [{"ok": good, "words": words} for good, words in findings]
            self.stdout.write(json.dumps({"ok": not wrong, "wrong": wrong, "findings": told}))
        else:
            for good, words in findings:
                self.stdout.write(f"{'ok   ' if good else 'WRONG'} {words}")
        if wrong:
            raise CommandError(f"{wrong} of {len(findings)} checks found something wrong.")


def of_mail(address: str) -> Iterator[Finding]:
    """What the mail server says to a mail, and the name servers of who sends it."""
    yield from sent_mail(address)
    yield from sender_records()


def everything() -> Iterator[Finding]:
    """Each check in turn; without a database only what needs none."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield False, f"The database cannot be reached: {str(error).strip()}"
        yield from zone_data()
        return
    checks: list[Callable[[], Iterator[Finding]]] = [database, letters, migrations, styles, zone_data]
    for check in [*checks, *surroundings.CHECKS]:
        yield from check()
    if not unapplied(connection):
        for check in (
            promises,
            names,
            zones_in_use,
            projects,
            lengths_of_resources,
            outbox,
            work_left,
            mail_settings,
            lacks,
            bitten,
            backups,
            calendars,
            meetings,
            retention,
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


def names() -> Iterator[Finding]:
    """People are found by any part of their names where PostgreSQL has the extension for it, else by beginnings."""
    if not sql.is_postgresql() or knows_parts_of_names():
        yield True, "People are found by name along an index"
        return
    made = trigram_index(NAMES_BY_PARTS, Person._meta.db_table, "name_key")
    missing_one = (
        "People are found by how their names begin, not by parts of them: the extension pg_trgm is missing."
    )
    yield True, f"{missing_one} As the database's owner: CREATE EXTENSION pg_trgm; {made};"


def styles() -> Iterator[Finding]:
    """Pages fail without the manifest of what was collected; where their storage keeps none, nothing has to be."""
    read = getattr(staticfiles_storage, "read_manifest", None)
    good = settings.DEBUG or read is None or read() is not None
    wrong = (
        "Styles and scripts are not collected, and pages fail: ./run does it, or ./run manage collectstatic"
    )
    yield good, "Styles and scripts are collected" if good else wrong


def migrations() -> Iterator[Finding]:
    count = len(unapplied(connection))
    yield (
        not count,
        f"{count} migrations wait: ./run manage migrate" if count else "All migrations are applied",
    )


def promises() -> Iterator[Finding]:
    """The constraints that live outside Django's own knowledge are really in the database."""
    found = set(_names_in_the_database())
    editor = connection.SchemaEditorClass(connection)
    for model in (Occupancy, HistoryEntry):
        for constraint in model._meta.constraints:
            parts = [constraint.name]
            if isinstance(constraint, TriggerConstraint):
                parts = constraint.parts(model, editor)
            kept = found.issuperset(parts)
            yield kept, f"Constraint {constraint.name} is {'in place' if kept else 'MISSING'}"
    missing = sorted(set(parts_that_raise_the_version(editor)) - found)
    told = f"MISSING, so that changes may stay unseen: {', '.join(missing)}" if missing else "in place"
    yield not missing, f"Triggers that raise the version of what is set up are {told}"


def _names_in_the_database() -> Iterator[str]:
    """All constraints, triggers and functions by name; on SQLite each name that a table's own text spells."""
    if sql.is_postgresql():
        statement = (
            "SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger"
            " UNION SELECT proname FROM pg_proc"
        )
    else:
        statement = "SELECT name FROM sqlite_master UNION SELECT sql FROM sqlite_master WHERE type = 'table'"
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for (text,) in cursor.fetchall():
            yield from {text, *re.findall(r'"(\w+)"', text or "")}


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
    active = list(Project.objects.live().order_by("name"))
    reasons = reasons_of(active)
    for project in active:
        for why in reasons[project.pk]:
            yield False, f"Project {project.slug}: nobody can book it. {why}"


def lengths_of_resources() -> Iterator[Finding]:
    """What a resource once said for all options of a project, and now says for none."""
    links = ProjectResource.objects.exclude(length=None, price=None).select_related("project", "resource")
    for link in links.filter(project__in=Option.objects.values("project")).filter(
        project__in=Project.objects.live()
    ):
        said = f"Project {link.project.slug}: {link.resource.name} has a length or price of its own for all options"
        yield (
            False,
            f"{said}. It does not count: write it under “Who does what”, and empty it at the resource",
        )


def outbox() -> Iterator[Finding]:
    given_up = OutboxMessage.objects.live().filter(outcome=OutboxMessage.Outcome.FAILED).count()
    if given_up:
        yield False, f"{given_up} messages were given up; the admin shows why and sends them again"
    yield True, f"{OutboxMessage.objects.live().waiting().count()} messages wait to be sent"


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


def backups() -> Iterator[Finding]:
    """Of a remark the operator is told, of what is wrong the cure is asked."""
    for one in state.for_the_doctor():
        yield not one.is_wrong, f"{one.sentence} {one.cure}".rstrip()


def retention() -> Iterator[Finding]:
    """A remark: which law asks for which period is the operator's to know."""
    due = sum(count for _rule, count in preview())
    months = settings.KEEP_PEOPLE_MONTHS
    people = f"after {months} months" if months else "never (KEEP_PEOPLE_MONTHS)"
    yield True, f"People are erased {people}; by all rules {due} rows are to go now: ./run manage retention"
