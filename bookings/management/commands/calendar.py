"""``calendar``: connect resources with calendars elsewhere, list, read and disconnect them, and rotate their key."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bookings.calendars import connecting, consent, oauth
from bookings.calendars.connecting import Wishes
from bookings.calendars.errors import CalendarError
from bookings.calendars.kinds import provider_of
from bookings.calendars.reading import read
from bookings.calendars.secrets import resealed
from bookings.models import Connection, Resource


class Command(BaseCommand):
    help = "Connect resources with calendars elsewhere, list, read and disconnect them, and rotate their key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True, parser_class=type(parser))
        connect = does.add_parser("connect", help="connect a resource with an account or an address")
        connect.add_argument("--resource", required=True, help="its id or name")
        where = connect.add_mutually_exclusive_group(required=True)
        where.add_argument("--caldav", metavar="URL", help="a CalDAV server, or a calendar on one")
        where.add_argument("--ics", metavar="URL", help="a read-only address that ends in .ics")
        where.add_argument("--google", action="store_true", help="print the link for the account's owner")
        where.add_argument("--microsoft", action="store_true", help="the same for Microsoft 365")
        connect.add_argument("--user", default="", help="the account's name; its password is asked for")
        connect.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )
        connect.add_argument(
            "--read", action="append", default=[], metavar="NAME", help="a calendar to read; none: all"
        )
        connect.add_argument(
            "--write", action="append", default=[], metavar="NAME", help="a calendar that takes bookings"
        )
        connect.add_argument(
            "--primary", default="", metavar="NAME", help="takes those that name none; also written"
        )
        listed = does.add_parser("list", help="show every connection")
        listed.add_argument("--resource", default="", help="only its own")
        sync = does.add_parser("sync", help="read now")
        leave = does.add_parser("disconnect", help="read and write no more, and free what was read")
        leave.add_argument(
            "--events", choices=["keep", "remove"], default="keep", help="what becomes of coming ones of ours"
        )
        for one in (sync, leave):
            one.add_argument("--resource", default="", help="all of its connections")
            one.add_argument("id", nargs="?", default="", help="as the list shows it")
        does.add_parser("rotate", help="encrypt passwords anew by today's SECRET_KEY")

    def handle(self, *, does: str, **options: Any) -> None:
        verbs = {
            "connect": self.connect,
            "list": self.show,
            "sync": self.sync,
            "disconnect": self.disconnect,
            "rotate": self.rotate,
        }
        verbs[does](options)

    def connect(self, options: dict[str, Any]) -> None:
        if options["google"] or options["microsoft"]:
            self._print_link(_resource(options["resource"]), options)
            return
        connection = self._drafted(_resource(options["resource"]), options)
        try:
            listed = provider_of(connection).calendars()
            connecting.connect(connection, listed)
            choice = connecting.by_names(
                connection, read=options["read"], write=options["write"], primary=options["primary"]
            )
            connecting.choose(connection, choice)
        except CalendarError as error:
            raise CommandError(_(error.text)) from None
        except connecting.WrongChoice as error:
            connection.delete()
            raise CommandError(str(error)) from None
        self.stdout.write(str(connection.pk))
        self._tell(connection)

    def _print_link(self, resource: Resource, options: dict[str, Any]) -> None:
        """Only the account's owner can agree, in a browser; what was named here holds for what is found then."""
        kind = "google" if options["google"] else "microsoft"
        if not oauth.is_set_up(kind):
            raise CommandError(_(oauth.NOT_SET_UP))
        named = {name: tuple(options[name]) for name in ("read", "write")}
        self.stdout.write(consent.link_for(resource, Wishes(**named, primary=options["primary"])))
        self.stderr.write("The account's owner opens it within seven days, and agrees there.")

    def _drafted(self, resource: Resource, options: dict[str, Any]) -> Connection:
        if options["ics"]:
            if options["write"] or options["primary"]:
                raise CommandError(
                    "An address that ends in .ics can only be read: leave out --write and --primary."
                )
            return connecting.ics_address(resource, url=options["ics"])
        if not options["user"]:
            raise CommandError("--user names the account at the CalDAV server.")
        return connecting.caldav(
            resource,
            url=options["caldav"],
            user=options["user"],
            password=_password(options["password_stdin"]),
        )

    def show(self, options: dict[str, Any]) -> None:
        for connection in _connections(options):
            self.stdout.write(f"{connection.pk}  {connection.resource}  {connection}")
            self._tell(connection)

    def _tell(self, connection: Connection) -> None:
        connection.refresh_from_db()
        read_at = f"{connection.synced_at:%Y-%m-%d %H:%M} UTC" if connection.synced_at else "not yet"
        self.stdout.write(f"    {connection.get_state_display()}; read: {read_at}")
        for words in filter(None, (connection.last_error, connection.remark)):
            self.stdout.write(f"    {_(words)}")
        for calendar in connection.calendars.all():
            uses = [
                *(["read"] if calendar.provider_sync else []),
                *(["written"] if calendar.writes else []),
                *(["primary"] if calendar.primary else []),
            ]
            self.stdout.write(f"    {calendar.name}: {', '.join(uses) or 'not used'} ({calendar.pk})")

    def sync(self, options: dict[str, Any]) -> None:
        failed = 0
        for connection in _connections(options):
            try:
                read(connection)
            except CalendarError as error:
                failed += 1
                self.stderr.write(f"{connection}: {_(error.text)}")
            else:
                self.stdout.write(f"{connection}: read.")
        if failed:
            raise CommandError(f"{failed} could not be read.")

    def disconnect(self, options: dict[str, Any]) -> None:
        if not (options["id"] or options["resource"]):
            raise CommandError("Name a connection by its id, or a resource by --resource.")
        for connection in _connections(options):
            said = connecting.disconnect(connection, keep_events=options["events"] == "keep")
            self.stdout.write(f"{connection}: disconnected. {said}".strip())

    def rotate(self, options: dict[str, Any]) -> None:
        lost = 0
        for connection in Connection.objects.exclude(secret=""):
            try:
                secret = resealed(connection.secret)
            except CalendarError as error:
                lost += 1
                self.stderr.write(f"{connection}: {_(error.text)}")
            else:
                Connection.objects.filter(pk=connection.pk, secret=connection.secret).update(secret=secret)
        if lost:
            raise CommandError(f"{lost} could not be read by any key.")
        self.stdout.write("All are encrypted by today's SECRET_KEY.")


def _password(from_stdin: bool) -> str:
    """Asked for, or read; never an argument, which other users of the machine see."""
    password = sys.stdin.readline().rstrip("\n") if from_stdin else getpass.getpass("Password: ")
    if not password:
        raise CommandError("A password is needed.")
    return password


def _resource(word: str) -> Resource:
    rows = Resource.objects.active()
    try:
        return rows.get(pk=word)
    except (Resource.DoesNotExist, ValidationError):
        pass
    named = list(rows.filter(name__iexact=word)[:2])
    if len(named) > 1:
        raise CommandError(f"Several resources are called {word}; give the id of one.")
    if not named:
        raise CommandError("--resource names no resource; give its id or name.")
    return named[0]


def _connections(options: dict[str, Any]) -> QuerySet[Connection]:
    rows = Connection.objects.select_related("resource")
    if options["resource"]:
        rows = rows.filter(resource=_resource(options["resource"]))
    if options.get("id"):
        try:
            rows = rows.filter(pk=options["id"])
        except ValidationError:
            rows = rows.none()
        if not rows.exists():
            raise CommandError("No connection has this id. `calendar list` shows them.")
    return rows
