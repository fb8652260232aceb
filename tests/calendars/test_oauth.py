"""Being let into an account, and out of it again, at stand-ins that check PKCE, the client and the rights."""

from __future__ import annotations

import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from bookings.calendars import oauth
from bookings.calendars.errors import CalendarError, NotAllowed, SignedOut, TooManyCalls, Unavailable
from bookings.calendars.google import Google as GoogleClient
from bookings.calendars.microsoft import Microsoft as MicrosoftClient
from bookings.calendars.oauth import Grant, Tokens
from bookings.calendars.oauth_servers import GOOGLE_SCOPES
from bookings.calendars.secrets import seal, unseal
from tests.calendars.google import LIST_SCOPE
from tests.calendars.oauth_server import OAuth
from tests.calendars.stand_in import Fault

BACK = "https://book.example.org/calendars/back"


def connected(kind: str, there: OAuth) -> Grant:
    question = oauth.ask(kind, BACK)
    return oauth.answered(kind, question, BACK, there.consents(question.address))


def kept(grants: list[Grant], kind: str, grant: Grant) -> Tokens:
    return Tokens(kind, grant, grants.append)


# --- Consent ---


def test_a_consent_opens_the_account(kind, there) -> None:
    client = {"google": GoogleClient, "microsoft": MicrosoftClient}[kind]
    assert client(kept([], kind, connected(kind, there))).calendars()


def test_the_question_names_the_least_rights_and_binds_the_answer_to_this_browser(google, microsoft) -> None:
    scopes = {
        "google": " ".join(GOOGLE_SCOPES),
        "microsoft": "Calendars.ReadWrite offline_access",
    }
    for kind, asked in scopes.items():
        first, second = oauth.ask(kind, BACK, hint="anna@example.org"), oauth.ask(kind, BACK)
        query = parse_qs(urlsplit(first.address).query)
        assert query["scope"] == [asked]
        assert query["state"] == [first.state]
        assert query["login_hint"] == ["anna@example.org"]
        assert query["code_challenge_method"] == ["S256"]
        assert first.verifier not in first.address
        assert len({first.state, second.state, first.verifier, second.verifier}) == 4


def test_people_are_sent_to_the_real_addresses_where_no_other_is_set(settings) -> None:
    settings.GOOGLE_CLIENT_ID = settings.GOOGLE_CLIENT_SECRET = "x"
    settings.MICROSOFT_CLIENT_ID = settings.MICROSOFT_CLIENT_SECRET = "x"
    settings.MICROSOFT_TENANT = "example.org"
    assert oauth.ask("google", BACK).address.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    login = "https://login.microsoftonline.com/example.org/oauth2/v2.0/authorize?"
    assert oauth.ask("microsoft", BACK).address.startswith(login)


def test_nothing_is_asked_before_the_operator_has_registered(kind, settings) -> None:
    assert not oauth.is_set_up(kind)
    with pytest.raises(NotAllowed, match="registered"):
        oauth.ask(kind, BACK)


def test_an_answer_to_another_question_is_refused_and_its_code_stays_unused(kind, there) -> None:
    mine, theirs = oauth.ask(kind, BACK), oauth.ask(kind, BACK)
    for answer in (there.consents(theirs.address), f"{BACK}?code=code-1", BACK):
        with pytest.raises(NotAllowed, match="Connect again"):
            oauth.answered(kind, mine, BACK, answer)
    assert len(there.codes) == 1


def test_a_code_without_its_verifier_opens_nothing(kind, there) -> None:
    question = oauth.ask(kind, BACK)
    answer = there.consents(question.address)
    with pytest.raises(SignedOut):
        oauth.answered(kind, replace(question, verifier="guessed"), BACK, answer)


def test_a_code_is_good_once(kind, there) -> None:
    question = oauth.ask(kind, BACK)
    answer = there.consents(question.address)
    oauth.answered(kind, question, BACK, answer)
    with pytest.raises(SignedOut):
        oauth.answered(kind, question, BACK, answer)


def test_who_says_no_is_told_that_nothing_is_connected(kind, there) -> None:
    question = oauth.ask(kind, BACK)
    with pytest.raises(NotAllowed, match="Nothing is connected"):
        oauth.answered(kind, question, BACK, f"{BACK}?error=access_denied&state={question.state}")


def test_who_unticks_a_right_is_told_to_leave_every_box_ticked(google) -> None:
    question = oauth.ask("google", BACK)
    with pytest.raises(NotAllowed, match="every box ticked"):
        oauth.answered("google", question, BACK, google.consents(question.address, but=LIST_SCOPE))


def test_a_wrong_secret_is_told_to_the_operator(kind, there, settings) -> None:
    settings.GOOGLE_CLIENT_SECRET = settings.MICROSOFT_CLIENT_SECRET = "another"
    with pytest.raises(NotAllowed, match="id or secret"):
        connected(kind, there)


# --- Tokens ---


def test_a_token_is_used_until_shortly_before_its_end_and_the_next_is_kept(kind, there) -> None:
    grant, later = connected(kind, there), []
    tokens = kept(later, kind, grant)
    assert tokens.token() == grant.access_token
    assert later == []
    soon = replace(grant, expires_at=int(time.time()) + 60)
    tokens = kept(later, kind, soon)
    fresh = tokens.token()
    assert fresh != grant.access_token
    assert tokens.token() == fresh
    assert [one.access_token for one in later] == [fresh]


def test_a_refresh_token_that_changes_with_each_use_is_kept(kind, there) -> None:
    there.rotates = True
    first = connected(kind, there)
    second = oauth.refreshed(kind, first)
    assert second.refresh_token != first.refresh_token
    third = oauth.refreshed(kind, second)
    with pytest.raises(SignedOut):
        oauth.refreshed(kind, first)
    there.rotates = False
    assert oauth.refreshed(kind, third).refresh_token == third.refresh_token


def test_a_grant_is_the_same_once_it_was_encrypted_and_kept(kind, there) -> None:
    grant = connected(kind, there)
    sealed = seal(grant.as_secret())
    assert grant.refresh_token not in sealed
    assert Grant.from_secret(unseal(sealed)) == grant


def test_a_consent_that_ended_is_told_with_its_likely_cause(google, microsoft) -> None:
    causes = {"google": ("seven days", "Testing"), "microsoft": ("90 days", "administrator")}
    for kind, there in (("google", google), ("microsoft", microsoft)):
        grant = connected(kind, there)
        there.end_consent()
        with pytest.raises(SignedOut) as raised:
            kept([], kind, grant).renewed()
        assert all(cause in raised.value.text for cause in (*causes[kind], "invalid_grant"))


def test_a_client_whose_consent_ended_is_signed_out_and_renews_once(google) -> None:
    grant = connected("google", google)
    google.end_consent()
    with pytest.raises(SignedOut, match="invalid_grant"):
        GoogleClient(kept([], "google", grant)).calendars()
    assert len(google.calls("POST", "/token")) == 2


# --- The way out ---


def test_disconnecting_ends_the_consent_where_the_provider_lets_us(google, microsoft) -> None:
    grant = connected("google", google)
    assert oauth.revoke("google", grant)
    with pytest.raises(SignedOut):
        oauth.refreshed("google", grant)
    assert oauth.revoke("google", grant)  # ended already
    grant = connected("microsoft", microsoft)
    assert not oauth.revoke("microsoft", grant)
    assert oauth.refreshed("microsoft", grant)
    assert oauth.leave_page("microsoft").startswith("https://myapplications.microsoft.com")
    assert oauth.leave_page("google").startswith("https://myaccount.google.com")


# --- Faults ---


@pytest.mark.parametrize(
    ("fault", "error", "wait"),
    [
        (Fault(500), Unavailable, None),
        (Fault(503, headers={"Retry-After": "7"}), Unavailable, 7),
        (Fault(429, headers={"Retry-After": "60"}), TooManyCalls, 60),
        (Fault(400, "temporarily_unavailable"), Unavailable, None),
        (Fault(half=True), Unavailable, None),
    ],
    ids=["500", "503", "429", "400", "half"],
)
def test_each_fault_is_told_in_words_and_ends_no_consent(kind, there, fault, error, wait) -> None:
    grant = connected(kind, there)
    there.faults.append(fault)
    with pytest.raises(CalendarError) as raised:
        oauth.refreshed(kind, grant)
    assert type(raised.value) is error
    assert raised.value.again_in == wait
    assert oauth.refreshed(kind, grant).access_token


def test_a_fault_while_revoking_is_told(google) -> None:
    grant = connected("google", google)
    google.faults.append(Fault(503))
    with pytest.raises(Unavailable):
        oauth.revoke("google", grant)
    assert oauth.revoke("google", grant)


def test_a_server_that_is_down_is_told(kind, there) -> None:
    grant = connected(kind, there)
    there.stop()
    with pytest.raises(Unavailable):
        oauth.refreshed(kind, grant)
