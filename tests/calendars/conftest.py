"""A real CalDAV server, a small one for .ics addresses, and calendars to put things into."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pytest_httpserver import HTTPServer

from tests.calendars.google import Google
from tests.calendars.microsoft import Microsoft
from tests.calendars.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuth
from tests.effects.conftest import until

PASSWORD = "a secret password"  # of a server that lives for one run
EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//A person//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
{lines}
END:VEVENT
END:VCALENDAR
"""


def an_ics(*lines: str, uid: str = "") -> str:
    """One event as text; each line is one of the event's own."""
    text = EVENT.format(uid=uid or uuid.uuid4(), lines="\n".join(lines))
    return text.replace("\n", "\r\n")


def soon(hour: int = 10, *, days: int = 7) -> datetime:
    """An hour (UTC) of a day that lies within what is read."""
    day = datetime.now(UTC) + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def lasting(start: datetime, length: timedelta = timedelta(hours=1)) -> list[str]:
    """The lines of an event's times."""
    return [f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + length:%Y%m%dT%H%M%SZ}"]


@dataclass
class Account:
    """A user of the CalDAV server, with what a calendar program of theirs can do."""

    url: str
    user: str

    @property
    def home(self) -> str:
        return f"{self.url}/{self.user}/"

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        response = httpx2.request(method, f"{self.home}{path}", auth=(self.user, PASSWORD), **more)
        assert response.status_code < 400, response.text
        return response

    def make_calendar(self, name: str) -> str:
        """Its address."""
        body = (
            '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
            f"<d:displayname>{name}</d:displayname></d:prop></d:set></c:mkcalendar>"
        )
        self.request("MKCALENDAR", f"{name}/", content=body)
        return f"{self.home}{name}/"

    def put(self, calendar: str, text: str, name: str = "") -> str:
        """Its name, by which it is changed and removed."""
        name = name or f"{uuid.uuid4()}.ics"
        self.request("PUT", f"{calendar}/{name}", content=text, headers={"Content-Type": "text/calendar"})
        return name

    def get(self, calendar: str, name: str) -> str:
        return self.request("GET", f"{calendar}/{name}").text

    def delete(self, calendar: str, name: str) -> None:
        self.request("DELETE", f"{calendar}/{name}")

    def names(self, calendar: str) -> list[str]:
        """Of the events that are there."""
        found = self.request("PROPFIND", f"{calendar}/", headers={"Depth": "1"}).text
        return sorted({part.split("<")[0] for part in found.split(f"/{calendar}/")[1:]} - {""})

    def texts(self, calendar: str) -> list[str]:
        return [self.get(calendar, name) for name in self.names(calendar)]


@pytest.fixture(scope="session")
def radicale(tmp_path_factory) -> Iterator[str]:
    """The address of a server that is there for all tests; each takes a user of its own."""
    folder: Path = tmp_path_factory.mktemp("radicale")
    with HTTPServer(host="127.0.0.1") as chosen:
        port = chosen.port
    config = folder / "config"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\nmax_connections = 40\n[auth]\ntype = htpasswd\n"
        f"htpasswd_filename = {folder}/users\nhtpasswd_encryption = plain\nlc_username = False\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder}/collections\n[logging]\nlevel = warning\n"
    )
    (folder / "users").write_text("".join(f"user{number}:{PASSWORD}\n" for number in range(400)))
    log = (folder / "log").open("wb")
    command = [sys.executable, "-m", "radicale", "--config", str(config)]
    process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            return httpx2.get(f"{url}/.web/").status_code < 500
        except httpx2.HTTPError:
            return False

    until(answers, 60)
    yield url
    process.kill()
    process.wait()
    log.close()


_numbers = iter(range(400))


@pytest.fixture(autouse=True)
def the_house_may_be_called(settings) -> None:
    settings.CALENDAR_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture
def account(radicale) -> Account:
    return Account(radicale, f"user{next(_numbers)}")


@pytest.fixture
def google(settings) -> Iterator[Google]:
    stand_in = Google()
    settings.GOOGLE_OAUTH_URL = stand_in.url
    settings.GOOGLE_CALENDAR_URL = f"{stand_in.url}/calendar/v3"
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    yield stand_in
    stand_in.stop()


@pytest.fixture
def microsoft(settings) -> Iterator[Microsoft]:
    stand_in = Microsoft()
    settings.MICROSOFT_LOGIN_URL = stand_in.url
    settings.MICROSOFT_GRAPH_URL = f"{stand_in.url}/v1.0"
    settings.MICROSOFT_CLIENT_ID, settings.MICROSOFT_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    yield stand_in
    stand_in.stop()


@pytest.fixture(params=["google", "microsoft"])
def kind(request) -> str:
    return str(request.param)


@pytest.fixture
def there(kind, request) -> OAuth:
    found: OAuth = request.getfixturevalue(kind)
    return found
