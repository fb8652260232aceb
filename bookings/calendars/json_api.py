"""Calls to a provider that speaks JSON: signed in, bounded in time and size, answers read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2
from django.utils.translation import gettext_noop

from bookings.calendars.errors import NotAllowed, SignedOut, Unavailable
from bookings.calendars.http import AGENT, LONGEST_CALL_SECONDS, MOST_BYTES, NO_ANSWER, NOT_UNDERSTOOD
from bookings.effects import safe_http
from bookings.effects.call_deadlines import deadline

TOO_LARGE = gettext_noop("The calendar’s server answered more than 8 MB at once. It is tried again.")
SIGNED_OUT = gettext_noop(
    "The calendar’s account does not let this site in any more (401). Connect it again."
)


class Bearer(Protocol):
    """What opens an account."""

    def token(self) -> str:
        """An access token that is good for now."""
        ...

    def renewed(self) -> str:
        """Another one, since the last was refused; raises ``SignedOut`` where there is none."""
        ...


@dataclass(frozen=True)
class Reply:
    """What came back: ``body`` is the JSON object, empty where there was none."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)


def transport(base: str, usual: str) -> httpx2.BaseTransport:
    """To public addresses alone, except where the operator has set another base address: wherever that lies."""
    return Bounded(
        safe_http.CheckedTransport(safe_http.CALENDARS) if base == usual else safe_http.WatchedTransport()
    )


def client(base: str, usual: str) -> httpx2.Client:
    """A client for the provider's own address, or for another that the operator has set."""
    return httpx2.Client(
        transport=transport(base, usual),
        timeout=safe_http.TIMEOUT_SECONDS,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": AGENT},
    )


class JsonApi:
    """One account at one provider.  ``judge`` raises a ``CalendarError`` for what is no success."""

    def __init__(self, base: str, usual: str, bearer: Bearer, judge: Callable[[Reply], None]) -> None:
        self._base, self._usual = base.rstrip("/"), usual
        self._bearer = bearer
        self._judge = judge

    def call(
        self,
        method: str,
        address: str,
        *,
        query: Mapping[str, str | list[str]] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        but: tuple[int, ...] = (),
    ) -> Reply:
        """One call, made again with another token where the first was refused.

        ``address`` is a path, or a whole address below the base.  The statuses in ``but`` are no errors.
        """
        url = address if address.startswith(self._base + "/") else self._base + address
        if "://" in address and url != address:
            raise Unavailable(NOT_UNDERSTOOD)  # a further page never leads a token elsewhere
        reply = self._send(self._bearer.token(), method, url, query, body, headers)
        if reply.status == httpx2.codes.UNAUTHORIZED:
            reply = self._send(self._bearer.renewed(), method, url, query, body, headers)
        if reply.status == httpx2.codes.UNAUTHORIZED:
            raise SignedOut(SIGNED_OUT)
        if not 200 <= reply.status < 300 and reply.status not in but:
            self._judge(reply)
        return reply

    def _send(
        self,
        token: str,
        method: str,
        url: str,
        query: Mapping[str, str | list[str]] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
    ) -> Reply:
        signed = {"Authorization": f"Bearer {token}", **(headers or {})}
        with bounded(), client(self._base, self._usual) as http:
            response = http.request(method, url, params=query, json=body, headers=signed)
        return Reply(response.status_code, response.headers, _object(response))


@contextmanager
def bounded(seconds: float = LONGEST_CALL_SECONDS) -> Iterator[None]:
    """A deadline around calls, in which the library's errors become ours."""
    with deadline(seconds):
        try:
            yield
        except safe_http.Refused as error:
            raise NotAllowed(str(error)) from error
        except _TooLarge as error:
            raise Unavailable(TOO_LARGE) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise Unavailable(NO_ANSWER) from error


def _object(response: httpx2.Response) -> Mapping[str, Any]:
    """The JSON object of an answer; a success that is none is half an answer."""
    if not response.content:
        return {}
    try:
        found = response.json()
    except ValueError as error:
        if response.is_success:
            raise Unavailable(NOT_UNDERSTOOD) from error
        return {}
    return found if isinstance(found, dict) else {}


class _TooLarge(Exception):
    pass


class _Counted(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._stream:
            size += len(piece)
            if size > MOST_BYTES:
                raise _TooLarge
            yield piece

    def close(self) -> None:
        self._stream.close()


class Bounded(httpx2.BaseTransport):
    """A transport that reads no more than ``MOST_BYTES`` of an answer.

    What is compressed is refused beforehand, since a little of it may become very much.
    """

    def __init__(self, transport: httpx2.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = self._transport.handle_request(request)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise httpx2.DecodingError("The answer is compressed.", request=request)
        assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101
        response.stream = _Counted(response.stream)
        return response

    def close(self) -> None:
        self._transport.close()
