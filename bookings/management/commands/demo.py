"""``manage.py demo``: a small business to try the site with, its logins and its keys; and how to be rid of it."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.demo.make import make_demo, real_data
from bookings.demo.remove import Removal, remove_demo
from bookings.demo.words import kept_in_words, removal_in_words
from bookings.models import Project


class Command(BaseCommand):
    help = "Makes the demo, or finds it, and prints fresh passwords and keys for it; `demo remove` takes it away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("does", nargs="?", choices=["load", "remove"], default="load")
        parser.add_argument(
            "--json", action="store_true", help="load: print one JSON object for scripts and nothing else"
        )
        parser.add_argument("--force", action="store_true", help="load: also in a site that holds other data")
        parser.add_argument("--yes", action="store_true", help="remove: do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["does"] == "remove":
            self.remove(asks=not options["yes"])
            return
        if (found := real_data()) and not options["force"]:
            raise CommandError(
                f"This site is in use: it holds {', '.join(found)}. Nothing was changed. "
                "To add the demo all the same: ./run manage demo --force"
            )
        demo = make_demo(test=settings.TEST_MODE)
        self.stdout.write(json.dumps(demo, ensure_ascii=False) if options["json"] else report(demo))

    def remove(self, *, asks: bool) -> None:
        removal = Removal()
        if not removal.is_possible:
            raise CommandError("There is no demo.")
        for sentence in [*removal_in_words(removal), *kept_in_words(removal)]:
            self.stdout.write(sentence)
        if asks and not says_yes():
            raise CommandError("Nothing was changed. Without a question: ./run manage demo remove --yes")
        leaves_nobody = removal.leaves_nobody
        remove_demo()
        self.stdout.write("The demo is gone. To have it again: ./run manage demo load")
        if leaves_nobody:
            self.stdout.write("Nobody can log in now: ./run setup")


def says_yes() -> bool:
    try:
        return input("Remove all of it for good? [y/N] ").strip().lower() in {"y", "yes", "j", "ja", "نعم"}
    except EOFError:
        return False


def report(demo: dict[str, Any]) -> str:
    """The demo for people: where to book, who may log in, which keys open the API."""
    site = settings.SITE_URL
    widest = max(len(one["username"]) for one in demo["staff"])
    lines = [
        "The demo is ready. Its passwords and keys are shown only now; new ones: ./run manage demo",
        "",
        "Staff",
    ]
    lines += [f"  {one['username']:<{widest}}  {one['password']}  ({one['role']})" for one in demo["staff"]]
    lines += [
        "",
        "API keys",
        f"  server  {demo['server_key']}",
        f"  widget  {demo['widget_key']}",
        "",
        "Projects",
    ]
    pages = set(Project.objects.reachable().values_list("slug", flat=True))
    lines += [
        f"  {site}/book/{one['slug']}/  ({one['graph']})" for one in demo["projects"] if one["slug"] in pages
    ]
    return "\n".join(lines)
