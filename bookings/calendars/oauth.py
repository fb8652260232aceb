"""Letting this site into an account at Google or Microsoft: consent with state and PKCE, tokens, and the way out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from django.utils.translation import gettext_noop

from bookings.calendars.errors import CalendarError, NotAllowed, SignedOut, TooManyCalls, Unavailable
from bookings.calendars.http import NO_ANSWER, NOT_UNDERSTOOD, OWN_FAULT, TOO_MANY, retry_after
from bookings.calendars.json_api import bounded, transport
from bookings.calendars.oauth_servers import Server, server
from bookings.effects.safe_http import TIMEOUT_SECONDS

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

EARLY_SECONDS = 120
"""So long before its end a token is no longer used."""
REVOKE_SECONDS = 5.0
"""Nobody who disconnects waits longer for the provider."""
NOT_BEGUN_HERE = gettext_noop("This answer belongs to no question of this browser’s. Press Connect again.")
SAID_NO = gettext_noop("The account’s owner did not agree. Nothing is connected.")
NO_REFRESH = gettext_noop("The account gave no lasting access. Press Connect again.")
NOT_SET_UP = gettext_noop(
    "The operator has not registered this site there yet; the page on calendars tells how."
)
WRONG_CLIENT = gettext_noop(
    "The client’s id or secret in the settings is not the right one. Secrets at Microsoft end after two years at most."
)


@dataclass(frozen=True)
class Grant:
    """What a consent came to.  ``expires_at`` is the second of the epoch at which ``access_token`` ends."""

    access_token: str
    refresh_token: str
    expires_at: int

    def as_secret(self) -> dict[str, str]:
        """As it is encrypted and kept."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_at": str(self.expires_at),
        }

    @classmethod
    def from_secret(cls, secret: Mapping[str, str]) -> Grant:
        return cls(secret["access_token"], secret["refresh_token"], int(secret["expires_at"]))


@dataclass(frozen=True)
class Question:
    """A consent that was asked for: where the browser is sent, and what is kept in its session until it is back."""

    address: str
    state: str
    verifier: str


def is_set_up(kind: str) -> bool:
    """Whether the operator has entered a client id and its secret; ``kind`` is ``google`` or ``microsoft``."""
    found = server(kind)
    return bool(found.client_id and found.client_secret)


def ask(kind: str, redirect: str, *, hint: str = "", state: str = "") -> Question:
    """Begin a consent that comes back to ``redirect`` with ``state``, else with one that is drawn.

    ``hint`` is the address of the account, where it is known.
    """
    found = server(kind)
    if not is_set_up(kind):
        raise NotAllowed(NOT_SET_UP)
    verifier = secrets.token_urlsafe(64)
    more = {**found.asks, **({"login_hint": hint} if hint else {})}
    with _client(found, redirect) as client:
        address, state = client.create_authorization_url(
            found.authorize, state=state or None, code_verifier=verifier, **more
        )
    return Question(str(address), str(state), verifier)


def answered(kind: str, question: Question, redirect: str, answer: str) -> Grant:
    """What the whole address ``answer`` that the browser came back with gives.

    Raises ``NotAllowed`` where it is not the answer to ``question``, or where not all was allowed.
    """
    found = server(kind)
    given = {name: values[0] for name, values in parse_qs(urlsplit(answer).query).items()}
    if not secrets.compare_digest(given.get("state", "").encode(), question.state.encode()):
        raise NotAllowed(NOT_BEGUN_HERE)
    if "code" not in given:
        raise NotAllowed(SAID_NO)
    with _talking(found), _client(found, redirect) as client:
        token = client.fetch_token(found.token, code=given["code"], code_verifier=question.verifier)
        if not found.allows_enough(str(token.get("scope", ""))):
            raise NotAllowed(found.missing)
        return _grant(token, "")


def refreshed(kind: str, grant: Grant) -> Grant:
    """The same with a new access token; raises ``SignedOut`` with its likely cause where the consent has ended."""
    found = server(kind)
    with _talking(found), _client(found, "") as client:
        token = client.refresh_token(found.token, refresh_token=grant.refresh_token)
        return _grant(token, grant.refresh_token)


def revoke(kind: str, grant: Grant) -> bool:
    """End the consent over there; False where only the account's owner can (Microsoft), at ``leave_page``."""
    found = server(kind)
    if not found.revoke:
        return False
    with bounded(REVOKE_SECONDS), _client(found, "") as client:
        reply = client.revoke_token(found.revoke, token=grant.refresh_token)
    _judged(reply)
    return True  # 400: it has ended already


def leave_page(kind: str) -> str:
    """Where the account's owner sees and ends what was allowed."""
    return server(kind).leave_page


class Tokens:
    """A grant in use.  ``keep`` is told of each new one before it is used, since the last may end with it."""

    def __init__(self, kind: str, grant: Grant, keep: Callable[[Grant], None]) -> None:
        self._kind, self._grant, self._keep = kind, grant, keep

    def token(self) -> str:
        is_good = self._grant.access_token and time.time() < self._grant.expires_at - EARLY_SECONDS
        return self._grant.access_token if is_good else self.renewed()

    def renewed(self) -> str:
        self._grant = refreshed(self._kind, self._grant)
        self._keep(self._grant)
        return self._grant.access_token


def _grant(token: Mapping[str, Any], refresh: str) -> Grant:
    refresh = str(token.get("refresh_token") or refresh)
    if not token.get("access_token"):
        raise Unavailable(NOT_UNDERSTOOD)
    if not refresh:
        raise NotAllowed(NO_REFRESH)
    return Grant(str(token["access_token"]), refresh, int(time.time() + float(token.get("expires_in") or 0)))


def _client(found: Server, redirect: str) -> OAuth2Client:
    from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415  # six megabytes, for who connects

    client = OAuth2Client(
        client_id=found.client_id,
        client_secret=found.client_secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106
        scope=" ".join(found.scopes),
        redirect_uri=redirect or None,
        code_challenge_method="S256",
        transport=transport(found.base, found.usual),
        timeout=TIMEOUT_SECONDS,
        follow_redirects=False,
        trust_env=False,
    )
    for kind in ("access_token_response", "refresh_token_response"):
        client.register_compliance_hook(kind, _judged)
    return client


@contextmanager
def _talking(found: Server) -> Iterator[None]:
    """In it, what the server says becomes an error in our words."""
    from authlib.integrations.base_client import OAuthError  # noqa: PLC0415  # see ``_client``

    with bounded():
        try:
            yield
        except OAuthError as error:
            raise _refusal(str(error.error), found) from error
        except (ValueError, TypeError, OverflowError) as error:  # no JSON, or not what was asked for
            raise Unavailable(NO_ANSWER) from error


def _refusal(code: str, found: Server) -> CalendarError:
    """What an answer of RFC 6749, 5.2 means; only a consent that has ended signs anybody out."""
    if code in {"invalid_client", "unauthorized_client"}:
        return NotAllowed(WRONG_CLIENT)
    if code in {"invalid_grant", "interaction_required", "consent_required", "login_required"}:
        return SignedOut(found.ended)
    return Unavailable(OWN_FAULT)


def _judged(response: httpx2.Response) -> httpx2.Response:
    """Raise for what is no answer to the question, before it is read as one."""
    wait = retry_after(response.headers.get("retry-after", ""))
    if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        raise TooManyCalls(TOO_MANY, again_in=wait)
    if response.status_code >= 500:
        raise Unavailable(OWN_FAULT, again_in=wait)
    return response
