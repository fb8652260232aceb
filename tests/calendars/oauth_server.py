"""A stand-in of an OAuth server with PKCE: codes, tokens, refreshing, revoking (RFC 6749, 7009, 7636)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from werkzeug.wrappers import Request

from tests.calendars.stand_in import Refusal, StandIn

CLIENT_ID, CLIENT_SECRET = "a client", "a secret"


@dataclass(frozen=True)
class Code:
    challenge: str
    redirect: str
    scopes: tuple[str, ...]


class OAuthError(Refusal):
    pass


class OAuth(StandIn):
    """What a person's consent comes to; ``refreshes`` holds the refresh tokens that are good."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, Code] = {}
        self.refreshes: dict[str, tuple[str, ...]] = {}
        self.rotates = False  # each refreshing gives another refresh token, and ends the last

    def consents(self, address: str, *, but: str = "") -> str:
        """A person agrees to all but one right; returns where the browser is sent."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        self.check_authorization(asked)
        code = f"code-{next(self.numbers)}"
        scopes = tuple(scope for scope in asked["scope"].split() if scope != but)
        self.codes[code] = Code(asked["code_challenge"], asked["redirect_uri"], scopes)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def error(self, refusal: Refusal) -> Mapping[str, Any]:
        """RFC 6749, 5.2."""
        return {"error": refusal.reason, "error_description": refusal.text}

    def check_authorization(self, asked: Mapping[str, str]) -> None:
        """What this provider wants to stand in the address besides."""

    def token(self, request: Request, **_given: str) -> Mapping[str, Any]:
        form = request.form
        self._check_client(request)
        if form.get("grant_type") == "refresh_token":
            return self._refreshed(form.get("refresh_token", ""))
        if form.get("grant_type") != "authorization_code":
            raise OAuthError(400, "unsupported_grant_type")
        code = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if code is None or code.challenge != challenge or code.redirect != form.get("redirect_uri"):
            raise OAuthError(400, "invalid_grant")
        return self._tokens(code.scopes, self._new_refresh(code.scopes))

    def _refreshed(self, refresh: str) -> Mapping[str, Any]:
        scopes = self.refreshes.get(refresh)
        if scopes is None:
            raise OAuthError(400, "invalid_grant", "Token has been expired or revoked.")
        if not self.rotates:
            return self._tokens(scopes, "")
        del self.refreshes[refresh]
        return self._tokens(scopes, self._new_refresh(scopes))

    def _new_refresh(self, scopes: tuple[str, ...]) -> str:
        refresh = f"refresh-{next(self.numbers)}"
        self.refreshes[refresh] = scopes
        return refresh

    def _tokens(self, scopes: tuple[str, ...], refresh: str) -> Mapping[str, Any]:
        more = {"refresh_token": refresh} if refresh else {}
        more["scope"] = " ".join(scopes)
        return {
            "access_token": self.let_in(*scopes),
            "token_type": "Bearer",
            "expires_in": 3599,
            **more,
        }

    @staticmethod
    def _check_client(request: Request) -> None:
        given = (request.form.get("client_id"), request.form.get("client_secret"))
        if given != (CLIENT_ID, CLIENT_SECRET):
            raise OAuthError(401, "invalid_client")

    def end_consent(self) -> None:
        """As when a person takes it back, or Google's seven days of a screen in "Testing" are over."""
        self.refreshes.clear()
        self.tokens.clear()


class GoogleOAuth(OAuth):
    ROUTES: tuple[tuple[str, str, str], ...] = (("POST", "/token", "token"), ("POST", "/revoke", "revoke"))
    OPEN = frozenset({"token", "revoke"})

    def check_authorization(self, asked: Mapping[str, str]) -> None:
        assert asked["access_type"] == "offline", "Google gives no refresh token without it"
        assert asked["prompt"] == "consent", "nor a second time without this"

    def revoke(self, request: Request) -> Mapping[str, Any]:
        token = request.form.get("token", "")
        if token not in self.refreshes and token not in self.tokens:
            raise OAuthError(400, "invalid_token")
        self.end_consent()
        return {}
