"""``manage.py demo``: a small business to try the site with, its logins and its keys."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.demo.make import make_demo, real_data
from bookings.models import Project


class Command(BaseCommand):
    help = "Makes the demo, or finds it, and prints fresh passwords and keys for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object for scripts and nothing else"
        )
        parser.add_argument("--force", action="store_true", help="also in a site that holds other data")

    def handle(self, *args: Any, **options: Any) -> None:
        if (found := real_data()) and not options["force"]:
            raise CommandError(
                f"This site is in use: it holds {', '.join(found)}. Nothing was changed. "
                "To add the demo all the same: ./run manage demo --force"
            )
        demo = make_demo(test=settings.TEST_MODE)
        self.stdout.write(json.dumps(demo, ensure_ascii=False) if options["json"] else in_words(demo))


def in_words(demo: dict[str, Any]) -> str:
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
