"""The desk's pictures for the documents, of the demo as it is made.

    SECRET_KEY=x EMAIL_URL=smtp://localhost DATABASE_URL=sqlite:////tmp/desk.sqlite3 python -m bench.desk_pictures [to]

Migrates that scratch database, loads the demo into it, starts gunicorn as `./run` does, and opens six pages of the
desk as a manager: on a screen and on a phone, light and dark.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.first_paint import PHONE, served
from bench.look import DESKTOP, chromium
from bookings.errors import SlotTaken
from bookings.layers import graph_name
from bookings.lifecycle import join_people
from bookings.models import Customer, GraphVersion, Person, Project, ProjectResource, Site
from tests.situations import a_booking

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser has a loop of its own in this thread

NAMES = (
    "Jakob Lindner", "Mira Feld", "Anna Novak", "Tom Adler", "Leyla Demir", "Ruth Sommer", "Paul Reimann",
    "Ida Vogt", "Noor Haddad", "Karl Brenner", "Elif Kaya", "Jonas Weber", "Sofia Lang", "Otto Krause",
)  # fmt: skip


def tuesday() -> date:
    """The next one, on which the demo is open."""
    today = timezone.now().date()
    return today + timedelta(days=(1 - today.weekday()) % 7 or 7)


def who_is_booked() -> list[ProjectResource]:
    """Who is booked by the hour in Europe, each for one project; who lives elsewhere sleeps in the pictures."""
    links = ProjectResource.objects.filter(project__in=Project.objects.live(), project__options__isnull=False)
    found = (
        links.filter(resource__timezone__startswith="Europe/")
        .select_related("project", "resource")
        .distinct()
    )
    return [link for link in found.order_by("project", "position") if not takes_seats(link.project)]


def takes_seats(project: Project) -> bool:
    return GraphVersion.objects.published().get(graph__name=graph_name(project)).claims_seat


def a_day_of_bookings() -> None:
    """Some of that Tuesday and the day after, and two requests."""
    links, zone = who_is_booked(), ZoneInfo(Site.current().timezone)
    for number, name in enumerate(NAMES):
        link = links[number % len(links)]
        option = link.project.options.order_by("position").first()
        begin = time(10 + number * 2 % 7, 30 * (number % 2))
        start = datetime.combine(tuesday() + timedelta(days=number // 10), begin, zone)
        graph = "request" if number in {5, 9} else "instant"
        first = name.split()[0].lower()
        customer = Customer(name=name, email=f"{first}@example.org", phone=f"+49 30 90182{number:02}")
        length = option.length if option and option.length else timedelta(hours=1)
        with suppress(SlotTaken):
            a_booking(
                link.resource,
                start,
                length,
                graph=graph,
                project=link.project,
                option=option,
                customer=customer,
            )


def pages() -> dict[str, tuple[str, bool, Any]]:
    """By the picture's name: the page, whether it is seen on a phone, and the scheme."""
    person = Person.objects.filter(bookings__isnull=False).order_by("pk").first()
    if person is None:
        raise SystemExit("nobody has booked")
    known = f"{reverse('admin:bookings_booking_new')}?person={person.pk}&day={tuesday()}"
    version = GraphVersion.objects.published().get(graph__name="request")
    calendar = f"{reverse('admin:bookings_booking_calendar')}?day={tuesday()}"
    return {
        "desk-today": (f"{reverse('admin:index')}?date={tuesday()}", False, "light"),
        "desk-calendar": (calendar, False, "dark"),
        "desk-new-booking": (known, False, "light"),
        "desk-people": (reverse("admin:bookings_person_change", args=[person.pk]), False, "light"),
        "desk-waiting": (reverse("admin:bookings_booking_waiting"), True, "dark"),
        "desk-graph": (reverse("admin:bookings_graphversion_change", args=[version.pk]), False, "light"),
    }


def main(folder: Path) -> None:
    with served() as site, chromium() as browser:
        a_day_of_bookings()
        join_people()
        client = Client()
        client.force_login(get_user_model().objects.filter(groups__name="manager").earliest("pk"))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        for name, (path, is_phone, scheme) in pages().items():
            screen: Any = PHONE if is_phone else DESKTOP
            context = browser.new_context(
                locale="en-GB", timezone_id="Europe/Berlin", viewport=screen, color_scheme=scheme
            )
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
            page = context.new_page()
            answer = page.goto(site + path, wait_until="networkidle")
            if answer is None or answer.status != 200:
                raise SystemExit(f"{path} cannot be seen")
            page.wait_for_timeout(300)
            page.screenshot(path=folder / f"{name}.png")
            wide = page.evaluate("document.documentElement.scrollWidth")
            print(f"{name:18} {path} {'wider than its screen' if wide > screen['width'] else ''}")
            context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
