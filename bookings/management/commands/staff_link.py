"""``manage.py staff_link NAME``: a one-time link with which a member of staff sets a password."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.setup.staff_links import password_link, valid_for


class Command(BaseCommand):
    help = "Prints a one-time link with which a member of staff sets a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the login name")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        staff = User.objects.filter(is_staff=True, is_active=True).order_by("username")
        user = staff.filter(username=name).first()
        if user is None:
            known = ", ".join(staff.values_list("username", flat=True)[:30]) or "nobody"
            raise CommandError(f"No active member of staff is called so. There is: {known}.")
        self.stdout.write(password_link(user))
        self.stderr.write(f"It works once, for {valid_for().days} days. Hand it over to them alone.")
