"""Every limit of the site: its setting, its default, and what it keeps from whom.

Each is a whole number that the environment may set; 0 switches it off unless it says otherwise.  What bites is
counted by ``bookings.bites``.  docs/limits.md tells the same to operators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

LARGEST = 2**31 - 1
"""The largest number of a setting that has no limit of its own."""
YEAR: timedelta = timedelta(days=365)
CENTURY: timedelta = 100 * YEAR
"""The longest time that a setting may name: a moment so far from now is one to every database."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit; ``setting`` is its name in the environment and in the settings."""

    setting: str
    default: int
    meaning: str
    least: int = 0
    """1 where it cannot be switched off."""
    most: int = LARGEST

    @property
    def value(self) -> int:
        """What holds on this site."""
        return int(getattr(settings, self.setting))

    def passed_by(self, count: int) -> bool:
        """Whether so many are more than allowed."""
        return bool(self.value) and count > self.value


LIMITS: list[Limit] = []


def _limit(setting: str, default: int, meaning: str, *, least: int = 0, most: int = LARGEST) -> Limit:
    limit = Limit(setting=setting, default=default, meaning=meaning, least=least, most=most)
    LIMITS.append(limit)
    return limit


def from_environment(number: Callable[[str, int, int, int], int]) -> dict[str, int]:
    """The value of each by its setting; ``number`` reads a name with its default, its least and its largest value."""
    return {one.setting: number(one.setting, one.default, one.least, one.most) for one in LIMITS}


REQUESTS_PER_KEY = _limit("REQUESTS_A_MINUTE_PER_KEY", 6000, "requests a minute with one server key")
REQUESTS_PER_ADDRESS = _limit(
    "REQUESTS_A_MINUTE_PER_ADDRESS",
    300,
    "requests a minute from one network address: pages, widget keys and calls without a valid key",
)

PUBLIC_SEARCH_DAYS = _limit(
    "SEARCH_DAYS_PUBLIC",
    20_000,
    "days that one search of a page or widget key reads, of all resources together",
)
KEY_SEARCH_DAYS = _limit("SEARCH_DAYS_PER_KEY", 200_000, "the same of a server key")
PUBLIC_SEARCH_STARTS = _limit(
    "SEARCH_STARTS_PUBLIC",
    400_000,
    "places at which a slot of some resource may start in one search of a page or widget key",
)
KEY_SEARCH_STARTS = _limit("SEARCH_STARTS_PER_KEY", 3_000_000, "the same of a server key")
PUBLIC_ANSWER = _limit(
    "ANSWER_KILOBYTES_PUBLIC", 2_000, "kilobytes of free times in one answer to a page or widget key"
)
KEY_ANSWER = _limit(
    "ANSWER_KILOBYTES_PER_KEY",
    10_000,
    "the same to a server key, and kilobytes of events that an answer includes",
)
DEAR_SEARCH = _limit(
    "DEAR_SEARCH_MILLISECONDS",
    100,
    "estimated work from which a search goes one at a time in each process; server keys have a turn of their own",
)

LIST_ROWS = _limit("LIST_ROWS", 1000, "rows on one page of a list of the API", least=1)
INCLUDED_EVENTS = _limit(
    "INCLUDED_EVENTS", 5000, "events in one answer about calendars, resources, projects or bookings"
)
BULK_BOOKINGS = _limit("BULK_BOOKINGS", 500, "bookings in one bulk request")
BODY = _limit("BODY_KILOBYTES", 1024, "kilobytes of JSON in one request", least=1)

HOLD_SECONDS = _limit(
    "MAX_RESERVATION_SECONDS", 7200, "seconds that a time is held, with all extensions", least=1
)
HOLD_EXTENSIONS = _limit(
    "MAX_HOLD_EXTENSIONS", 10, "times that a customer makes one hold longer; 0: never", least=0
)
HOLDS_PER_VISITOR = _limit("MAX_HOLDS_PER_VISITOR", 3, "live holds of one visitor")
HOLDS_PER_ADDRESS = _limit("MAX_HOLDS_PER_ADDRESS", 50, "live holds from one network address")

FLOOD_PER_ADDRESS = _limit(
    "FLOOD_PERCENT_PER_ADDRESS",
    10,
    "percent of a project's offered times (at least two times) that visitors of one network address hold, or booked "
    "within the hour, before each further hold costs a proof of work",
)
FLOOD_TOGETHER = _limit(
    "FLOOD_PERCENT_TOGETHER",
    33,
    "percent of them that all visitors together hold before an address holds only a few without that",
)
HOLDS_UNDER_ATTACK = _limit(
    "HOLDS_PER_ADDRESS_UNDER_ATTACK", 2, "how few times of the project these are; 0: each hold costs that"
)
FLOOD_UNPROVEN = _limit(
    "FLOOD_PERCENT_UNPROVEN",
    50,
    "percent of them (at least two times) that all visitors together hold before each hold costs that",
)
PROOF_TRIES = _limit(
    "PROOF_TRIES", 500, "tries of two milliseconds that a proof of work takes; 0: nothing lifts the caps"
)
PROOF_SECONDS = _limit("PROOF_SECONDS", 300, "seconds within which a proof of work is brought", least=1)
BOOKINGS_PER_ADDRESS = _limit(
    "BOOKINGS_AN_HOUR_PER_ADDRESS", 100, "bookings an hour from one network address"
)
BOOKINGS_PER_EMAIL = _limit(
    "BOOKINGS_PER_UNPROVEN_EMAIL",
    3,
    "coming bookings of one e-mail address, as long as nobody has opened a link in a mail to it",
)

LOGINS_PER_ADDRESS = _limit(
    "LOGINS_A_MINUTE_PER_ADDRESS", 20, "passwords tried in a minute from one network address"
)
LOGIN_FAILURES = _limit(
    "LOGIN_FAILURES", 10, "wrong passwords in a row for one name from one network address", least=1
)
LOGIN_LOCK_MINUTES = _limit(
    "LOGIN_LOCK_MINUTES",
    15,
    "minutes that such a name waits there",
    least=1,
    most=CENTURY // timedelta(minutes=1),
)

TEXTS_A_DAY = _limit("TEXTS_A_DAY", 200, "text messages in a day of the site; 0: any number")
TEXTS_PER_NUMBER = _limit("TEXTS_A_DAY_PER_NUMBER", 10, "of them to one number")
TEXT_LINKS_PER_ADDRESS = _limit(
    "TEXT_LINKS_AN_HOUR_PER_ADDRESS",
    5,
    "times an hour that one network address has links sent to a telephone",
)

CONSTRAINTS = _limit(
    "CONSTRAINTS",
    1000,
    "constraints of one resource, project or search; where there are more already, nothing is offered",
    least=1,
)
PROJECT_RESOURCES = _limit(
    "PROJECT_RESOURCES", 1000, "resources that the API gives one project in one request", least=1
)
LISTED_PROJECTS = _limit("LISTED_PROJECTS", 200, "projects on the public list", least=1)
LISTED_NEXT_TIMES = _limit(
    "LISTED_NEXT_TIMES", 300, "resources of which the public list says when they are next free; 0: of none"
)
PICTURE_MEGABYTES = _limit("PICTURE_MEGABYTES", 5, "megabytes of a picture that staff upload", least=1)

FORM_KILOBYTES = _limit("FORM_KILOBYTES", 2048, "kilobytes of one form, files apart", least=1)
FORM_FIELDS = _limit(
    "FORM_FIELDS", 2000, "fields of one form; a page of hours and exceptions has many", least=1
)
FORM_FILES = _limit("FORM_FILES", 20, "files of one form", least=1)

REQUEST_LINE = _limit(
    "REQUEST_LINE_BYTES", 8190, "bytes of a request's first line; gunicorn takes no more", least=1
)
HEADERS = _limit("REQUEST_HEADERS", 100, "headers of one request", least=1)
HEADER = _limit("REQUEST_HEADER_BYTES", 8190, "bytes of one header", least=1)
