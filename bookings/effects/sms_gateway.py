"""The call to the gateway of text messages, which the operator described."""

from __future__ import annotations

import httpx2
from django.conf import settings
from django.utils.translation import gettext_noop

from bookings.effects import safe_http
from bookings.effects.call_deadlines import OVER, deadline
from bookings.effects.outbox import GivenUp, NotNow

LONGEST_CALL_SECONDS = 15.0
LONGEST_ANSWER_BYTES = 16_384


def send(number: str, text: str) -> None:
    """Hand a text to the gateway; raises ``GivenUp`` where it refuses this one, else ``NotNow``."""
    gateway = settings.SMS_GATEWAY
    if gateway is None:
        raise NotNow(gettext_noop("Text messages are not set up: SMS_URL names no gateway."))
    with deadline(LONGEST_CALL_SECONDS) as within:
        try:
            with (
                safe_http.client(safe_http.TEXTS) as client,
                client.stream(
                    "POST",
                    gateway.url,
                    content=gateway.content(number, text).encode(),
                    headers=gateway.headers,
                ) as response,
            ):
                _judge(response, gateway.expected)
        except (safe_http.Refused, httpx2.InvalidURL) as error:
            raise NotNow(str(error)) from error
        except (httpx2.HTTPError, OSError) as error:
            raise NotNow(OVER if within.is_over else f"{type(error).__name__}: {error}") from error


def _judge(response: httpx2.Response, expected: str) -> None:
    """Only what says that it was taken was; a refusal of what was sent is final, one of who sent it is not."""
    status = response.status_code
    if response.is_success:
        if expected and expected not in _words(response):
            raise GivenUp(
                gettext_noop("The gateway of text messages did not answer what SMS_EXPECTED names.")
            )
        return
    if status in {400, 404, 422}:
        raise GivenUp(f"Answered {status}.")
    raise NotNow(f"Answered {status}.")


def _words(response: httpx2.Response) -> str:
    read = b""
    for part in response.iter_bytes():
        read += part
        if len(read) >= LONGEST_ANSWER_BYTES:
            break
    return read.decode(errors="replace")
