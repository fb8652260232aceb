"""Calls to calendars elsewhere: to public addresses only, bounded in time and size, with errors in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address

import httpx2
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from bookings.calendars.errors import (
    CalendarError,
    CalendarGone,
    ChangedThere,
    LeadsElsewhere,
    NotAllowed,
    SignedOut,
    TooManyCalls,
    Unavailable,
)
from bookings.effects import safe_http
from bookings.effects.call_deadlines import deadline

LONGEST_CALL_SECONDS = 30.0
MOST_BYTES = 8 * 1024 * 1024
MOST_HOPS = 5
AGENT = "booking-site-calendars/1"
# What is packed may unpack to any size.
_ALWAYS = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
LONGEST_WAIT = timedelta(days=1)

NO_ANSWER = gettext_noop("The calendar’s server did not answer. It is tried again.")
OWN_FAULT = gettext_noop("The calendar’s server has a fault of its own. It is tried again.")
WRONG_PASSWORD = gettext_noop(
    "The calendar’s server does not take the name and password (401). Make a new app password there and connect again."
)
FORBIDDEN = gettext_noop(
    "The account may not do this in the calendar (403). Choose another, or ask its owner to share it."
)
GONE = gettext_noop("The calendar is not there any more (404). Disconnect it, or connect another.")
CHANGED = gettext_noop("Somebody changed the event over there meanwhile. It is looked at again.")
TOO_MANY = gettext_noop("The calendar’s server was asked too often. It is asked again later.")
TOO_LARGE = gettext_noop("The calendar is larger than 8 MB and is not read. Choose a smaller one.")
NOT_UNDERSTOOD = gettext_noop("The calendar’s server answered something that is not understood.")
NO_ADDRESS = gettext_noop("This is no address of a calendar: it begins with https://.")
ELSEWHERE = gettext_noop(
    "The calendar’s server leads to an address that is not encrypted, and is not followed."
)
ANOTHER_HOST = gettext_noop(
    "The calendar’s server leads to another one, to which the password is not sent: enter the address of that one."
)
NOT_ENCRYPTED = gettext_noop(
    "The password would not be encrypted on its way: the address must begin with https://."
)
_BY_STATUS: Mapping[int, tuple[type[CalendarError], str]] = {
    401: (SignedOut, WRONG_PASSWORD),
    403: (NotAllowed, FORBIDDEN),
    404: (CalendarGone, GONE),
    405: (NotAllowed, FORBIDDEN),
    409: (ChangedThere, CHANGED),
    410: (CalendarGone, GONE),
    412: (ChangedThere, CHANGED),
    429: (TooManyCalls, TOO_MANY),
}


@dataclass(frozen=True)
class Answer:
    """What came back, whole; ``url`` is where it came from in the end."""

    url: str
    status: int
    headers: httpx2.Headers
    body: bytes


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    auth: tuple[str, str] | None = None,
    hops: int = MOST_HOPS,
) -> Answer:
    """Make one call, following ``hops`` redirects; raises ``CalendarError`` where no whole answer came."""
    with deadline(LONGEST_CALL_SECONDS), safe_http.client(safe_http.CALENDARS) as client:
        asked = httpx2.URL(url).host
        try:
            for _hop in range(hops + 1):
                if auth and httpx2.URL(url).scheme != "https":
                    _check_inside(httpx2.URL(url))
                request = client.build_request(
                    method, url, content=content or None, headers={**_ALWAYS, **(headers or {})}
                )
                answer = _read(client, request, auth)
                if answer.status not in {301, 302, 303, 307, 308}:
                    return answer
                url = _further(url, answer.headers.get("location", ""))
                if auth and httpx2.URL(url).host != asked:
                    raise LeadsElsewhere(ANOTHER_HOST)
        except (safe_http.Refused, httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            text = str(error) if isinstance(error, safe_http.Refused) else NO_ADDRESS
            raise NotAllowed(text) from error
        except (httpx2.HTTPError, OSError) as error:
            raise Unavailable(NO_ANSWER) from error
    raise Unavailable(NOT_UNDERSTOOD)


def _check_inside(url: httpx2.URL) -> None:
    """A password travels without encryption in the operator's own networks only."""
    address = ip_address(safe_http.public_address(url.host, url.port or 80, safe_http.CALENDARS))
    if not any(address in network for network in settings.CALENDAR_PRIVATE_NETWORKS):
        raise NotAllowed(NOT_ENCRYPTED)


def _read(client: httpx2.Client, request: httpx2.Request, auth: tuple[str, str] | None) -> Answer:
    url = str(request.url)  # the transport puts a number in the place of the name
    response = client.send(request, auth=auth, stream=True)
    try:
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > MOST_BYTES:
                raise NotAllowed(TOO_LARGE)
        return Answer(url, response.status_code, response.headers, bytes(body))
    finally:
        response.close()


def _further(url: str, location: str) -> str:
    """Where a redirect leads; never from an encrypted connection to one that is not."""
    further = httpx2.URL(url).join(location)
    if not location or (httpx2.URL(url).scheme == "https" and further.scheme != "https"):
        raise NotAllowed(ELSEWHERE)
    return str(further)


def judge(answer: Answer) -> Answer:
    """The answer where it says yes (2xx, 304), else its error."""
    if 200 <= answer.status < 300 or answer.status == 304:
        return answer
    kind, text = _BY_STATUS.get(answer.status, (Unavailable, OWN_FAULT))
    if answer.status < 500 and answer.status not in _BY_STATUS:
        text = NOT_UNDERSTOOD
    raise kind(text, again_in=retry_after(answer.headers.get("retry-after", "")))


def retry_after(asked: str) -> float | None:
    """The seconds that the other side asks to wait, told as a number or a date; at most a day."""
    if asked.isdecimal() and len(asked) < 9:
        seconds = float(asked)
    else:
        try:
            seconds = (parsedate_to_datetime(asked) - timezone.now()).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT.total_seconds())
