"""``key``: make, list and revoke keys of the JSON API."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.models import ApiKey, Project
from bookings.models.keys import digest_of, opens_here
from bookings.validators import plain_origin

LEAST = 16  # characters; ours have 43 random ones


class Command(BaseCommand):
    help = "Make, list and revoke keys of the JSON API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True, parser_class=type(parser))
        add = does.add_parser("add", help="make a key and show it once")
        add.add_argument("--kind", choices=ApiKey.Kind.values, required=True)
        add.add_argument("--name", required=True, help="who or what uses it")
        add.add_argument("--value", default="", help="take over this existing key")
        add.add_argument(
            "--test",
            action="store_true",
            help="for tests: begins with test_, and sees only what is for tests",
        )
        add.add_argument("--project", action="append", default=[], help="id or slug; none: all projects")
        add.add_argument(
            "--origin",
            action="append",
            default=[],
            help="page that may use a widget key, like https://example.com",
        )
        does.add_parser("list", help="show every key but its secret")
        revoke = does.add_parser("revoke", help="end a key for ever")
        revoke.add_argument("id", help="as the list shows it")

    def handle(self, *, does: str, **options: Any) -> None:
        {"add": self.add, "list": self.show, "revoke": self.revoke}[does](options)

    def add(self, options: dict[str, Any]) -> None:
        value = options["value"]
        _check_value(value, test=options["test"])
        origins = _origins(options)
        test = options["test"] or settings.TEST_MODE or value.startswith("test_")
        in_sandbox = test and not settings.TEST_MODE
        projects = [_project(word, is_test=in_sandbox) for word in options["project"]]
        key, value = ApiKey.issue(kind=options["kind"], name=options["name"], value=value, test=test)
        key.projects.set(projects)
        key.origins = origins
        key.save(update_fields=["origins"])
        self.stdout.write(value)
        if not key.is_widget:
            self.stderr.write("Keep it now: it is never shown again.")

    def show(self, options: dict[str, Any]) -> None:
        for key in ApiKey.objects.all():
            used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
            state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else f"used {used}"
            self.stdout.write(f"{key.pk}  {key.kind:6}  …{key.hint}  {state}  {key.name}")

    def revoke(self, options: dict[str, Any]) -> None:
        try:
            revoked = ApiKey.objects.active().filter(pk=options["id"]).update(revoked_at=timezone.now())
        except ValidationError:
            revoked = 0
        if not revoked:
            raise CommandError("No active key has this id. `key list` shows them.")
        self.stdout.write("Revoked.")


def _check_value(value: str, *, test: bool) -> None:
    if not value:
        return
    if len(value) < LEAST or len(value) > 120 or not value.isascii() or not value.isprintable():
        raise CommandError(f"--value needs {LEAST} to 120 printable ASCII characters.")
    if not opens_here(value):
        raise CommandError("A site in test mode takes test_ keys only.")
    if test and not value.startswith("test_"):
        raise CommandError("--test goes with a --value that begins with test_.")
    if ApiKey.objects.filter(digest=digest_of(value)).exists():
        raise CommandError("This key is known already.")


def _origins(options: dict[str, Any]) -> list[str]:
    if options["origin"] and options["kind"] == ApiKey.Kind.SERVER:
        raise CommandError("--origin binds widget keys only: a server calls from no page. Leave it out.")
    try:
        return [plain_origin(origin) for origin in options["origin"]]
    except ValidationError:
        raise CommandError(
            "--origin names a page's origin, like https://example.com, without a path."
        ) from None


def _project(word: str, *, is_test: bool) -> Project:
    projects = Project.objects.active().filter(is_test=is_test)
    try:
        return projects.get(pk=word)
    except (Project.DoesNotExist, ValidationError):
        pass
    try:
        return projects.get(slug=word)
    except Project.DoesNotExist:
        kind = "project for tests" if is_test else "project"
        raise CommandError(f"--project names no {kind}; give its id or slug.") from None
